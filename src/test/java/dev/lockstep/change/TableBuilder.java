package dev.lockstep.change;

import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Column;
import dev.lockstep.schema.Column.ColumnGrant;
import dev.lockstep.schema.Column.DefaultValue;
import dev.lockstep.schema.Constraint;
import dev.lockstep.schema.Dependent;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Index;
import dev.lockstep.schema.RowAccess;
import dev.lockstep.schema.Surroundings;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.Table.InboundKey;
import dev.lockstep.schema.Table.Partition;
import dev.lockstep.schema.Table.PartitionKey;
import dev.lockstep.schema.Table.TableDependent;
import dev.lockstep.schema.TableName;
import dev.lockstep.schema.Trigger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A catalogue entry written by hand. */
public final class TableBuilder {
    private final TableName name;
    private final List<Column> columns = new ArrayList<>();
    private final List<Index> indexes = new ArrayList<>();
    private final List<Constraint> constraints = new ArrayList<>();
    private final List<Trigger> triggers = new ArrayList<>();
    private final List<Dependent> dependents = new ArrayList<>();
    private Table.Kind kind = Table.Kind.ORDINARY;
    private Optional<String> rowsHidden = Optional.empty();
    private Optional<String> updatesRefused = Optional.empty();
    private RowAccess access = RowAccess.ordinary();
    private Surroundings surroundings = Surroundings.of(new Identifier("postgres"));
    private Optional<PartitionKey> partitionKey = Optional.empty();
    private List<Partition> partitions = List.of();
    private Optional<String> comment = Optional.empty();
    private final List<InboundKey> inboundKeys = new ArrayList<>();
    private final List<TableDependent> wholeDependents = new ArrayList<>();

    private TableBuilder(TableName name) {
        this.name = name;
    }

    static TableBuilder table(String name) {
        return table(TableName.parse(name));
    }

    static TableBuilder table(TableName name) {
        return new TableBuilder(name);
    }

    /** {@code id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL}. */
    public static TableBuilder users() {
        return table("users").key().column("name", "text", true);
    }

    TableBuilder key() {
        return column("id", "bigint", true, new DefaultValue.Identity(true))
                .index(plain("users_pkey", true, "id"), "PRIMARY KEY (id)");
    }

    TableBuilder column(String column, String type, boolean notNull) {
        return column(column, type, notNull, new DefaultValue.None());
    }

    TableBuilder column(String column, String type, boolean notNull, DefaultValue defaultValue) {
        return column(column, type, type, notNull, defaultValue);
    }

    TableBuilder column(String column, String type, String baseType, boolean notNull, DefaultValue defaultValue) {
        columns.add(new Column(
                new Identifier(column),
                columns.size() + 1,
                type,
                Optional.empty(),
                notNull,
                defaultValue,
                List.of(),
                baseType,
                Optional.empty()));
        return this;
    }

    TableBuilder grant(String column, String privilege, String grantee) {
        columns.replaceAll(c -> c.name().value().equals(column)
                ? new Column(
                        c.name(),
                        c.attribute(),
                        c.type(),
                        Optional.of("pg_catalog.\"C\""),
                        c.notNull(),
                        c.defaultValue(),
                        List.of(new ColumnGrant(privilege, new Identifier(grantee), true)),
                        c.baseType(),
                        c.comment())
                : c);
        return this;
    }

    TableBuilder columnGrant(String column, String privilege, String grantee, boolean grantable) {
        columns.replaceAll(c -> c.name().value().equals(column)
                ? new Column(
                        c.name(),
                        c.attribute(),
                        c.type(),
                        c.collation(),
                        c.notNull(),
                        c.defaultValue(),
                        List.of(new ColumnGrant(privilege, new Identifier(grantee), grantable)),
                        c.baseType(),
                        c.comment())
                : c);
        return this;
    }

    TableBuilder without(String column) {
        columns.removeIf(c -> c.name().value().equals(column));
        return this;
    }

    TableBuilder index(Index index) {
        indexes.add(index);
        return this;
    }

    /** An index behind a constraint of the same name. */
    TableBuilder index(Index index, String definition) {
        boolean primary = definition.startsWith("PRIMARY");
        constraints.add(new Constraint(
                index.name(),
                primary ? Constraint.Kind.PRIMARY_KEY : Constraint.Kind.UNIQUE,
                index.columns(),
                Optional.empty(),
                definition,
                true));
        return index(new Index(
                index.name(),
                index.columns(),
                index.definition(),
                true,
                primary,
                true,
                Optional.of(index.name()),
                index.shape()));
    }

    TableBuilder constraint(Constraint constraint) {
        constraints.add(constraint);
        return this;
    }

    TableBuilder trigger(String trigger, boolean before, String source, String... ofColumns) {
        triggers.add(new Trigger(
                new Identifier(trigger),
                before,
                true,
                true,
                true,
                identifiers(ofColumns),
                Trigger.Firing.ORIGIN,
                "public.f",
                source));
        return this;
    }

    TableBuilder triggerOfOurs() {
        triggers.add(new Trigger(
                new Identifier("~lockstep_sync_x"),
                true,
                true,
                true,
                true,
                List.of(),
                Trigger.Firing.ALWAYS,
                "lockstep.sync_x",
                ""));
        return this;
    }

    TableBuilder dependent(String column, String kind, String description) {
        dependents.add(new Dependent(new Identifier(column), kind, description));
        return this;
    }

    /** A comment on the column that was added last. */
    TableBuilder columnComment(String text) {
        Column last = columns.removeLast();
        columns.add(new Column(
                last.name(),
                last.attribute(),
                last.type(),
                last.collation(),
                last.notNull(),
                last.defaultValue(),
                last.grants(),
                last.baseType(),
                Optional.of(text)));
        return this;
    }

    TableBuilder comment(String text) {
        comment = Optional.of(text);
        return this;
    }

    TableBuilder inbound(String other, String key, String definition) {
        inboundKeys.add(new InboundKey(TableName.parse(other), new Identifier(key), definition, true));
        return this;
    }

    TableBuilder wholeDependent(String kind, String description) {
        wholeDependents.add(new TableDependent(kind, description));
        return this;
    }

    TableBuilder kind(Table.Kind other) {
        kind = other;
        return this;
    }

    TableBuilder rowsHidden(String why) {
        rowsHidden = Optional.of(why);
        return this;
    }

    TableBuilder updatesRefused(String why) {
        updatesRefused = Optional.of(why);
        return this;
    }

    TableBuilder surroundings(UnaryOperator<Surroundings> other) {
        surroundings = other.apply(surroundings);
        return this;
    }

    TableBuilder access(RowAccess other) {
        access = other;
        return this;
    }

    /** Declaratively partitioned by range of this column. */
    TableBuilder partitioned(String by, String... children) {
        kind = Table.Kind.PARTITIONED;
        partitionKey =
                Optional.of(new PartitionKey("RANGE (" + new Identifier(by).sql() + ")", identifiers(by), false));
        partitions = Stream.of(children)
                .map(child -> new Partition(TableName.parse(child), "FOR VALUES …"))
                .toList();
        return this;
    }

    Table build() {
        return new Table(
                name,
                kind,
                columns,
                indexes,
                constraints,
                triggers,
                dependents,
                0,
                0,
                rowsHidden,
                updatesRefused,
                partitionKey,
                partitions,
                comment,
                inboundKeys,
                wholeDependents,
                surroundings,
                columns.stream().mapToInt(Column::attribute).max().orElse(0),
                access);
    }

    public static Catalogue catalogue(TableBuilder... tables) {
        return catalogue(Catalogue.Names.ordinary(), tables);
    }

    static Catalogue catalogue(Catalogue.Names names, TableBuilder... tables) {
        Map<TableName, Table> built =
                Stream.of(tables).map(TableBuilder::build).collect(Collectors.toMap(Table::name, table -> table));
        return new Catalogue(160015, new Catalogue.Role(new Identifier("postgres"), true, true, true), built, names);
    }

    /** A btree of plain columns. */
    static Index plain(String name, boolean unique, String... columns) {
        return shaped(name, unique, shape(columns), columns);
    }

    static Index shaped(String name, boolean unique, Index.Shape shape, String... columns) {
        return new Index(
                new Identifier(name),
                identifiers(columns),
                "CREATE " + (unique ? "UNIQUE " : "") + "INDEX " + new Identifier(name).sql()
                        + " ON public.users USING btree ("
                        + identifiers(columns).stream().map(Identifier::sql).collect(Collectors.joining(", ")) + ")",
                unique,
                false,
                true,
                Optional.empty(),
                shape);
    }

    static Index.Shape shape(String... columns) {
        List<Index.Key> keys = identifiers(columns).stream()
                .<Index.Key>map(column -> new Index.Key.Plain(column, ""))
                .toList();
        return new Index.Shape(
                "btree", keys, List.of(), false, List.of(), Optional.empty(), Optional.empty(), Set.of());
    }

    static List<Identifier> identifiers(String... names) {
        return Stream.of(names).map(Identifier::new).toList();
    }
}
