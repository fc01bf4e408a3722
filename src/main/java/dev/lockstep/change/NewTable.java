package dev.lockstep.change;

import dev.lockstep.plan.Change.CreateTable;
import dev.lockstep.plan.Change.NewColumn;
import dev.lockstep.schema.Column;
import dev.lockstep.schema.Column.DefaultValue;
import dev.lockstep.schema.Constraint;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Index;
import dev.lockstep.schema.RowAccess;
import dev.lockstep.schema.Surroundings;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.Table.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A table that is to be created: the SQL for it, and what the catalogue will show. */
record NewTable(CreateTable change) {
    private static final Pattern IDENTITY =
            Pattern.compile("\\bgenerated\\s+(always|by\\s+default)\\s+as\\s+identity\\b", Pattern.CASE_INSENSITIVE);

    /** In one transaction: nobody sees the table without its rights. */
    List<String> statements() {
        String on = change.table().sql();
        List<String> statements = new ArrayList<>();
        statements.add("CREATE TABLE " + on + " (\n    "
                + Stream.of(
                                change.columns().stream().map(NewTable::column),
                                primaryKey().stream(),
                                change.constraints().stream().map(NewTable::ended))
                        .flatMap(each -> each)
                        .collect(Collectors.joining(",\n    "))
                + "\n)");
        change.grants()
                .forEach(grant -> statements.add("GRANT " + String.join(", ", grant.privileges()) + " ON " + on + " TO "
                        + grant.role().sql()));
        change.comment()
                .ifPresent(comment -> statements.add("COMMENT ON TABLE " + on + " IS " + SqlText.literal(comment)));
        return List.copyOf(statements);
    }

    private static String column(NewColumn column) {
        return column.name().sql() + " " + ended(column.type())
                + column.defaultValue()
                        .map(expression -> " DEFAULT " + SqlText.enclosed(expression))
                        .orElse("")
                + (column.nullable() ? "" : " NOT NULL");
    }

    private Optional<String> primaryKey() {
        return change.primaryKey().isEmpty()
                ? Optional.empty()
                : Optional.of(change.primaryKey().stream()
                        .map(Identifier::sql)
                        .collect(Collectors.joining(", ", "PRIMARY KEY (", ")")));
    }

    /** A comment at its end must not swallow what follows. */
    private static String ended(String sql) {
        return sql.contains("--") ? sql + "\n" : sql;
    }

    /** As far as other changes can build upon it. */
    Table asCatalogued(Identifier owner) {
        List<Column> columns = new ArrayList<>();
        for (NewColumn column : change.columns()) {
            columns.add(catalogued(column, columns.size() + 1));
        }
        List<Index> indexes = key().stream().toList();
        return new Table(
                change.table(),
                Kind.ORDINARY,
                columns,
                indexes,
                indexes.stream().map(this::constraint).toList(),
                List.of(),
                List.of(),
                0,
                0,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                change.comment(),
                List.of(),
                List.of(),
                Surroundings.of(owner),
                columns.size(),
                RowAccess.ordinary());
    }

    private Column catalogued(NewColumn column, int attribute) {
        boolean identity = IDENTITY.matcher(column.type()).find();
        DefaultValue value = identity
                ? new DefaultValue.Identity(
                        column.type().toLowerCase(Locale.ROOT).contains("always"))
                : column.defaultValue()
                        // Cautiously: one that is not the same each time asks for more care.
                        .<DefaultValue>map(DefaultValue.Volatile::new)
                        .orElseGet(DefaultValue.None::new);
        String type = IDENTITY.split(column.type(), 2)[0].strip();
        return new Column(
                column.name(),
                attribute,
                type,
                Optional.empty(),
                identity || !column.nullable() || change.primaryKey().contains(column.name()),
                value,
                List.of(),
                type,
                Optional.empty());
    }

    private Optional<Index> key() {
        if (change.primaryKey().isEmpty()) {
            return Optional.empty();
        }
        Identifier name = Identifier.derived("", change.table().name().value(), "primary key of " + change.table());
        return Optional.of(new Index(
                keyName().orElse(name),
                change.primaryKey(),
                primaryKey().orElseThrow(),
                true,
                true,
                true,
                keyName().or(() -> Optional.of(name)),
                new Index.Shape(
                        "btree",
                        change.primaryKey().stream()
                                .<Index.Key>map(column -> new Index.Key.Plain(column, ""))
                                .toList(),
                        List.of(),
                        false,
                        List.of(),
                        Optional.empty(),
                        Optional.empty(),
                        Set.of())));
    }

    /** As the server calls it, where that is not too long. */
    private Optional<Identifier> keyName() {
        String usual = change.table().name().value() + "_pkey";
        return usual.getBytes(StandardCharsets.UTF_8).length <= Identifier.MAX_BYTES
                ? Optional.of(new Identifier(usual))
                : Optional.empty();
    }

    private Constraint constraint(Index key) {
        return new Constraint(
                key.name(), Constraint.Kind.PRIMARY_KEY, key.columns(), Optional.empty(), key.definition(), true);
    }
}
