package dev.lockstep.change;

import dev.lockstep.change.Action.Transactional;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.schema.Table;
import java.util.List;

/**
 * Evaluates an expression over every row without writing anything. It can fail on one row in the middle of the table, and
 * would then fail in the backfill, and in a trigger with the application's own write (P31).
 */
final class TryOut {
    private TryOut() {}

    /** The step fails with the name of the first row that the expression fails on, and the server's words. */
    static Step step(String name, String title, Table table, String expression) {
        return new Step(
                name,
                title,
                new Transactional(
                        List.of(sql(table, expression)),
                        List.of(new TableLock(table.name(), LockMode.ACCESS_SHARE)),
                        true),
                new Undo.Nothing(),
                Look.NO_TRACE);
    }

    /** One pass where all is well; otherwise the row is looked for in ever smaller parts of the table. */
    private static String sql(Table table, String expression) {
        return "DO "
                + SqlText.body(
                        """
                        #variable_conflict use_column
                        DECLARE
                          lockstep_low bigint := 0;
                          lockstep_high bigint;
                          lockstep_middle bigint;
                          lockstep_row record;
                        BEGIN
                          PERFORM pg_catalog.count(%1$s) FROM %2$s;
                        EXCEPTION WHEN OTHERS THEN
                          lockstep_high := pg_catalog.pg_relation_size(%3$s)
                            / pg_catalog.current_setting('block_size')::bigint;
                          WHILE lockstep_high - lockstep_low > 1 LOOP
                            lockstep_middle := (lockstep_low + lockstep_high) / 2;
                            BEGIN
                              PERFORM pg_catalog.count(%1$s) FROM %2$s
                              WHERE ctid >= pg_catalog.format('(%%s,0)', lockstep_low)::tid
                                AND ctid < pg_catalog.format('(%%s,0)', lockstep_middle)::tid;
                              lockstep_low := lockstep_middle;
                            EXCEPTION WHEN OTHERS THEN
                              lockstep_high := lockstep_middle;
                            END;
                          END LOOP;
                          FOR lockstep_row IN
                            SELECT ctid AS place, %4$s AS name FROM %2$s
                            WHERE ctid >= pg_catalog.format('(%%s,0)', lockstep_low)::tid
                              AND ctid < pg_catalog.format('(%%s,0)', lockstep_high)::tid
                          LOOP
                            BEGIN
                              PERFORM %1$s FROM %2$s WHERE ctid = lockstep_row.place;
                            EXCEPTION WHEN OTHERS THEN
                              RAISE EXCEPTION USING ERRCODE = SQLSTATE,
                                MESSAGE = pg_catalog.format('%%s, in the row with %%s', SQLERRM, lockstep_row.name);
                            END;
                          END LOOP;
                          RAISE;
                        END
                        """.formatted(expression, table.name().sql(), Look.oid(table.name()), RowNames.name(table)));
    }
}
