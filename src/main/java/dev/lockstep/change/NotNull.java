package dev.lockstep.change;

import dev.lockstep.change.Action.Assertion;
import dev.lockstep.change.Action.Transactional;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Table;
import java.util.List;

/**
 * NOT NULL without a scan under a strong lock: a CHECK that holds for new rows at once, validated while the application
 * goes on, is proof enough for the server to set NOT NULL in an instant (P12).
 */
record NotNull(Table table, Identifier column) {
    List<Step> set(StepNames names) {
        String nullRows = RowNames.query(table, column.sql() + " IS NULL");
        return List.of(
                new Step(
                        names.claim("check-not-null"),
                        "Refuse new rows without " + column,
                        brief(addCheck()),
                        new Undo.By(brief(dropCheck())),
                        Look.constraintExists(table.name(), check())),
                new Step(
                        names.claim("no-nulls"),
                        "Look for rows without " + column,
                        new Assertion(
                                nullRows,
                                "Every row of " + table.name() + " has a value in " + column + ".",
                                "Give these rows a value; no new ones can come."),
                        new Undo.Nothing(),
                        Look.noRow(nullRows)),
                new Step(
                        names.claim("validate"),
                        "Prove to the server that every row has a value in " + column,
                        validation(validate()),
                        new Undo.Nothing(),
                        Look.constraintValid(table.name(), check())),
                new Step(
                        names.claim("not-null"),
                        "Make " + column + " NOT NULL",
                        brief(setNotNull(), dropCheck()),
                        new Undo.By(brief(dropNotNull())),
                        Look.notNull(table.name(), column)));
    }

    /**
     * Lets go of NOT NULL. The two looks before it change nothing going forward; taken back after it, they are the place
     * where the proof and the switch of the way back belong, each in a transaction of its own.
     */
    List<Step> release(StepNames names) {
        String notNullGone = "SELECT " + SqlText.literal(table.name() + "." + column) + " WHERE ("
                + Look.nullable(table.name(), column) + ")";
        String defaultCame = "SELECT " + SqlText.literal(table.name() + "." + column) + " WHERE EXISTS ("
                + Look.attribute(table.name(), column) + " AND atthasdef)";
        return List.of(
                new Step(
                        names.claim("still-not-null"),
                        "See that " + column + " is NOT NULL, as when the plan was reviewed",
                        new Assertion(
                                notNullGone,
                                "Column " + table.name() + "." + column + " is NOT NULL.",
                                "Somebody has changed it since. Set it NOT NULL again, or abort and start the plan anew."),
                        new Undo.By(brief(SqlText.onlyIf(
                                Look.constraintValid(table.name(), check()), setNotNull(), dropCheck()))),
                        Look.noRow(notNullGone)),
                new Step(
                        names.claim("still-no-default"),
                        "See that " + column + " has no default, as when the plan was reviewed",
                        new Assertion(
                                defaultCame,
                                "Column " + table.name() + "." + column + " has no default.",
                                "Somebody has given it one since. Take it away, or abort and start the plan anew."),
                        new Undo.By(
                                validation(SqlText.onlyIf(Look.constraintExists(table.name(), check()), validate()))),
                        Look.noRow(defaultCame)),
                new Step(
                        names.claim("drop-not-null"),
                        "Let code insert rows without " + column,
                        brief(dropNotNull()),
                        new Undo.By(brief(dropCheck(), addCheck())),
                        Look.nullable(table.name(), column)));
    }

    private Identifier check() {
        return Identifier.derived(
                "lockstep_not_null_", column.value(), table.name().sql() + "." + column.sql());
    }

    private Transactional brief(String... statements) {
        return new Transactional(
                List.of(statements), List.of(new TableLock(table.name(), LockMode.ACCESS_EXCLUSIVE)), false);
    }

    private Transactional validation(String statement) {
        return new Transactional(
                List.of(statement), List.of(new TableLock(table.name(), LockMode.SHARE_UPDATE_EXCLUSIVE)), true);
    }

    private String validate() {
        return alter() + "VALIDATE CONSTRAINT " + check().sql();
    }

    private String addCheck() {
        return alter() + "ADD CONSTRAINT " + check().sql() + " CHECK (" + column.sql() + " IS NOT NULL) NOT VALID";
    }

    private String dropCheck() {
        return alter() + "DROP CONSTRAINT IF EXISTS " + check().sql();
    }

    private String setNotNull() {
        return alter() + "ALTER COLUMN " + column.sql() + " SET NOT NULL";
    }

    private String dropNotNull() {
        return alter() + "ALTER COLUMN " + column.sql() + " DROP NOT NULL";
    }

    private String alter() {
        return "ALTER TABLE " + table.name().sql() + " ";
    }
}
