package dev.lockstep.change;

import dev.lockstep.schema.Column;
import dev.lockstep.schema.Column.DefaultValue;
import dev.lockstep.schema.Constraint;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Index;
import dev.lockstep.schema.Surroundings.Policy;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A second table that has the new name, with the rows of the original, until the original itself gets that name. As it is
 * temporary, it has only what code can see of a table: columns, defaults, unique indexes, privileges and policies. Foreign
 * keys, checks, other triggers, publications and statistics stay with the original, through which every row goes.
 *
 * @param original as it was read, under its old name
 * @param key a unique key of the original, in the order of its index
 */
record TwinTable(Table original, Identifier newName, List<Identifier> key, boolean superuser) {
    TwinTable {
        key = List.copyOf(key);
    }

    TableName name() {
        return new TableName(original.name().schema(), newName);
    }

    TableName oldName() {
        return original.name();
    }

    /** A generated name that no other run has. */
    Identifier derived(String prefix) {
        return Identifier.derived(prefix, original.name().name().value(), identity());
    }

    private String identity() {
        return original.name().sql() + ">" + newName.sql();
    }

    /** The columns that can be written. */
    List<Identifier> written() {
        return original.columns().stream()
                .filter(column -> !(column.defaultValue() instanceof DefaultValue.Generated))
                .map(Column::name)
                .toList();
    }

    /**
     * Makes the empty table. It begins under the original's own name in a schema of its own, because the expressions of
     * policies may call the table by that name, and must not be rewritten as texts (P23); it moves when they are parsed.
     */
    List<String> create() {
        TableName begun = new TableName(derived("lockstep_twin_"), oldName().name());
        String alter = "ALTER TABLE " + begun.sql() + " ";
        List<String> statements = new ArrayList<>();
        statements.add("CREATE SCHEMA " + begun.schema().sql());
        statements.add("CREATE TABLE " + begun.sql() + " (LIKE " + oldName().sql()
                + " INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING STORAGE INCLUDING COMPRESSION)");
        original.columns().stream()
                .filter(column -> column.defaultValue() instanceof DefaultValue.Identity)
                .forEach(column -> statements.addAll(drawFromTheSameSequence(column, alter)));
        unique().forEach(index -> statements.addAll(unique(index, begun)));
        policies(begun, statements);
        statements.add(alter + "RENAME TO " + newName.sql());
        statements.add("ALTER TABLE " + new TableName(begun.schema(), newName).sql() + " SET SCHEMA "
                + name().schema().sql());
        statements.add("DROP SCHEMA " + begun.schema().sql());
        statements.add("COMMENT ON TABLE " + name().sql() + " IS "
                + SqlText.literal(
                        "Kept equal to " + oldName() + " by Lockstep until no code uses that name; then that table"
                                + " takes the place of this one"));
        statements.add(Privileges.revokeAll(name()));
        statements.addAll(Privileges.grants(original, name()));
        statements.add("ALTER TABLE " + name().sql() + " OWNER TO "
                + original.surroundings().owner().sql());
        return List.copyOf(statements);
    }

    List<String> drop() {
        List<String> statements = new ArrayList<>();
        statements.add("DROP TABLE IF EXISTS " + name().sql());
        statements.addAll(dropFunctions());
        return List.copyOf(statements);
    }

    /** Nothing but the twin's defaults calls these. */
    List<String> dropFunctions() {
        return original.columns().stream()
                .filter(column -> column.defaultValue() instanceof DefaultValue.Identity)
                .map(column -> "DROP FUNCTION IF EXISTS " + nextValue(column) + "()")
                .toList();
    }

    /**
     * While both tables are there, one sequence numbers the rows of both. Whoever may insert into a table with an identity
     * needs no right on its sequence, so this default must not ask for one either.
     */
    private List<String> drawFromTheSameSequence(Column column, String alter) {
        String sequence = Optional.ofNullable(
                        original.surroundings().identitySequences().get(column.name()))
                .orElseThrow()
                .sql();
        String function = nextValue(column) + "()";
        List<String> statements = new ArrayList<>();
        statements.add("CREATE OR REPLACE FUNCTION " + function
                + " RETURNS pg_catalog.int8 LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS "
                + SqlText.body("SELECT pg_catalog.nextval(" + SqlText.literal(sequence) + "::pg_catalog.regclass)"));
        statements.add("GRANT EXECUTE ON FUNCTION " + function + " TO PUBLIC");
        statements.addAll(owned(function));
        statements.add(alter + "ALTER COLUMN " + column.name().sql() + " SET DEFAULT " + function);
        return statements;
    }

    private String nextValue(Column column) {
        return Ground.SCHEMA.sql() + "."
                + Identifier.derived(
                                "next_",
                                column.name().value(),
                                identity() + "." + column.name().sql())
                        .sql();
    }

    /**
     * A function that runs with the rights of its owner must not give those of a superuser to whoever wrote a trigger or a
     * default of the table: it belongs to the table's owner, who could do all of it anyway.
     */
    List<String> owned(String function) {
        return superuser
                ? List.of("ALTER FUNCTION " + function + " OWNER TO "
                        + original.surroundings().owner().sql())
                : List.of();
    }

    private List<Index> unique() {
        return original.indexes().stream()
                .filter(Index::valid)
                .filter(index -> index.unique() || index.constraint().isPresent())
                .toList();
    }

    /** A primary key again, because frameworks look for one, and so that GROUP BY may rely on it. */
    private List<String> unique(Index index, TableName on) {
        String name = TwinIndexes.nameFor(this, index).sql();
        return original.constraints().stream()
                .filter(constraint ->
                        index.constraint().filter(constraint.name()::equals).isPresent())
                .map(Constraint::definition)
                .findFirst()
                .map(definition -> List.of("ALTER TABLE " + on.sql() + " ADD CONSTRAINT " + name + " " + definition))
                .orElseGet(() -> List.of(TwinIndexes.definition(this, index, on)));
    }

    private void policies(TableName on, List<String> statements) {
        original.surroundings().rowSecurity().policies().forEach(policy -> statements.add(policy(policy, on)));
        if (original.surroundings().rowSecurity().enabled()) {
            statements.add("ALTER TABLE " + on.sql() + " ENABLE ROW LEVEL SECURITY");
        }
    }

    private static String policy(Policy policy, TableName on) {
        return "CREATE POLICY " + policy.name().sql() + " ON " + on.sql() + " AS "
                + (policy.permissive() ? "PERMISSIVE" : "RESTRICTIVE") + " FOR " + policy.command() + " TO "
                + policy.roles().stream().map(Identifier::sql).collect(Collectors.joining(", "))
                + policy.using()
                        .map(using -> " USING " + SqlText.enclosed(using))
                        .orElse("")
                + policy.check()
                        .map(check -> " WITH CHECK " + SqlText.enclosed(check))
                        .orElse("");
    }
}
