package dev.lockstep.change;

import dev.lockstep.change.Action.Survey;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.schema.TableName;

/**
 * Evaluates an expression over every row without writing anything. It can fail on one row in the middle of the table, and
 * would then fail in the backfill, and in a trigger with the application's own write (P31).
 */
final class TryOut {
    private TryOut() {}

    /**
     * The step ends with every row counted that the expression fails on, and some named with the server's words.
     *
     * @param atMost how many such rows are let through, because they will be set aside
     */
    static Step step(String name, String title, TableName table, String expression, int atMost) {
        return new Step(
                name,
                title,
                new Survey(
                        table,
                        new Survey.Evaluates(expression, atMost),
                        "The expression gives a value for every row of " + table + ".",
                        "Mend the values that the expression cannot take, then retry; or abort and change the expression."),
                new Undo.Nothing(),
                Look.NO_TRACE);
    }
}
