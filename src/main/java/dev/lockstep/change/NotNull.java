package dev.lockstep.change;

import dev.lockstep.change.Action.Assertion;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.schema.Constraint;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.List;

/**
 * NOT NULL without a scan under a strong lock: a CHECK that holds for new rows at once, validated while the application
 * goes on, is proof enough for the server to set NOT NULL in an instant (P12). Servers from 18 on can do it without the
 * CHECK (P15); this way is safe on all of them, and gives the constraint the name that the plain form gives.
 */
record NotNull(Tree tree, Identifier column) {
    NotNull(Table table, Identifier column) {
        this(Tree.of(table), column);
    }

    List<Step> set(StepNames names) {
        return List.of(
                new Step(
                        names.claim("check-not-null"),
                        "Refuse new rows without " + column,
                        tree.brief(addCheck()),
                        new Undo.By(tree.brief(dropCheck())),
                        Look.constraintExists(table(), check())),
                new Step(
                        names.claim("no-nulls"),
                        "Look for rows without " + column,
                        everyRowHasValue(),
                        new Undo.Nothing(),
                        Look.noRow(nullRows())),
                new Step(
                        names.claim("validate"),
                        "Prove to the server that every row has a value in " + column,
                        tree.scan(validate()),
                        new Undo.Nothing(),
                        Look.constraintValid(table(), check())),
                new Step(
                        names.claim("not-null"),
                        "Make " + column + " NOT NULL",
                        tree.brief(setNotNull(), dropCheck()),
                        new Undo.By(tree.brief(dropNotNull())),
                        Look.notNull(table(), column)));
    }

    /** Lets go of NOT NULL so that code that no longer knows the column, which has no default, can insert rows. */
    List<Step> release(StepNames names) {
        return without(
                new Glance(
                        "still-no-default",
                        "See that " + column + " has no default, as when the plan was reviewed",
                        "SELECT " + SqlText.literal(table() + "." + column) + " WHERE EXISTS ("
                                + Look.attribute(table(), column) + " AND atthasdef)",
                        "Column " + table() + "." + column + " has no default.",
                        "Somebody has given it one since. Take it away, or abort and start the plan anew."),
                names);
    }

    /** Lets go of NOT NULL for good. */
    List<Step> drop(StepNames names) {
        return without(
                new Glance(
                        "not-needed",
                        "See that no key of " + table() + " needs " + column + " NOT NULL",
                        """
                        SELECT pg_catalog.format('index %%s', i.indexrelid::pg_catalog.regclass)
                        FROM pg_catalog.pg_index i
                        JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
                        WHERE i.indrelid = %s AND a.attname = %s AND (i.indisprimary OR i.indisreplident)""".formatted(Look.oid(table()), SqlText.literal(column.value())),
                        "No primary key and no replica identity of " + table() + " contains " + column + ".",
                        "Rows are told apart by it, so it cannot be NULL. Choose another key first (ALTER TABLE … REPLICA"
                                + " IDENTITY …), or abort."),
                names);
    }

    /** A look that holds a run. */
    private record Glance(String name, String title, String query, String expectation, String remedy) {
        Step step(StepNames names, Undo undo) {
            return new Step(
                    names.claim(name), title, new Assertion(query, expectation, remedy), undo, Look.noRow(query));
        }
    }

    /**
     * The looks before the drop change nothing going forward; taken back after it, they are the places where the search for
     * rows without a value, the proof and the switch of the way back belong, each in a transaction of its own.
     */
    private List<Step> without(Glance last, StepNames names) {
        Glance same = new Glance(
                "still-not-null",
                "See that " + column + " is NOT NULL, as when the plan was reviewed",
                "SELECT " + SqlText.literal(table() + "." + column) + " WHERE (" + Look.nullable(table(), column) + ")",
                "Column " + table() + "." + column + " is NOT NULL.",
                "Somebody has changed it since. Set it NOT NULL again, or abort and start the plan anew.");
        Glance whole = new Glance(
                "sees-all-rows",
                "See that Lockstep could find every row without " + column + " if this had to be taken back",
                "SELECT 'row-level security of ' || " + SqlText.literal(table().toString())
                        + " WHERE pg_catalog.row_security_active(" + Look.oid(table()) + ")",
                "Lockstep sees every row of " + table() + ".",
                "Let it connect as a role with BYPASSRLS, or as the owner of a table without FORCE ROW LEVEL SECURITY.");
        return List.of(
                same.step(
                        names,
                        new Undo.By(tree.brief(SqlText.onlyIf(
                                Look.constraintValid(table(), check()), setNotNullAsBefore(), dropCheck())))),
                last.step(
                        names,
                        new Undo.By(tree.scan(SqlText.onlyIf(Look.constraintExists(table(), check()), validate())))),
                whole.step(names, new Undo.By(everyRowHasValue())),
                new Step(
                        names.claim("drop-not-null"),
                        "Let code write rows without " + column,
                        tree.brief(dropNotNull()),
                        new Undo.By(tree.brief(dropCheck(), addCheck())),
                        Look.nullable(table(), column)));
    }

    private Assertion everyRowHasValue() {
        return new Assertion(
                nullRows(),
                "Every row of " + table() + " has a value in " + column + ".",
                "Give these rows a value; no new ones can come.");
    }

    private String nullRows() {
        return RowNames.query(tree.root(), column.sql() + " IS NOT DISTINCT FROM NULL");
    }

    private TableName table() {
        return tree.name();
    }

    private Identifier check() {
        return Identifier.derived("lockstep_not_null_", column.value(), table().sql() + "." + column.sql());
    }

    private String validate() {
        return tree.alter() + "VALIDATE CONSTRAINT " + check().sql();
    }

    /** Not {@code IS NOT NULL}: for a composite type that asks each field, which is no proof of NOT NULL to the server. */
    private String addCheck() {
        return tree.alter() + "ADD CONSTRAINT " + check().sql() + " CHECK (" + column.sql()
                + " IS DISTINCT FROM NULL) NOT VALID";
    }

    private String dropCheck() {
        return tree.alter() + "DROP CONSTRAINT IF EXISTS " + check().sql();
    }

    private String setNotNull() {
        return tree.alter() + "ALTER COLUMN " + column.sql() + " SET NOT NULL";
    }

    /** From server 18 on NOT NULL is a constraint with a name, which may be a person's (P15). */
    private String setNotNullAsBefore() {
        return tree.root().constraints().stream()
                .filter(constraint -> constraint.kind() == Constraint.Kind.NOT_NULL)
                .filter(constraint -> constraint.columns().contains(column))
                .map(constraint ->
                        tree.alter() + "ADD CONSTRAINT " + constraint.name().sql() + " " + constraint.definition())
                .findFirst()
                .orElseGet(this::setNotNull);
    }

    private String dropNotNull() {
        return tree.alter() + "ALTER COLUMN " + column.sql() + " DROP NOT NULL";
    }
}
