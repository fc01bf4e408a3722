package dev.lockstep.target;

import dev.lockstep.change.Action.SetAside;
import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.StepOutcome;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Writes the rows of a stretch one by one, and puts those aside that fail. Each row is a subtransaction, so the stretch must
 * be small: a server that keeps more than 64 of a transaction's subtransactions makes every other session look them up on
 * disk, and a row that succeeds keeps its number until the end.
 */
final class RowByRow {
    private static final int MOST_BLOCKS = 1;
    private static final int MOST_ROWS = 64;

    private final BatchWork work;
    private final SetAside aside;

    RowByRow(BatchWork work, SetAside aside) {
        this.work = work;
        this.aside = aside;
    }

    /** Whether it may be done with so much at once. */
    static boolean fits(Stretch at) {
        return switch (at) {
            case BlockStretch blocks -> blocks.to() - blocks.next() <= MOST_BLOCKS;
            case KeyStretch keys -> keys.rows() <= MOST_ROWS;
        };
    }

    /**
     * In the caller's transaction, which has its limits.
     *
     * @return how many rows were filled
     */
    long write(Statement statement, Stretch at) throws SQLException {
        statement.execute("""
                DO $lockstep_rows$
                DECLARE
                  lockstep_row record;
                  lockstep_count bigint;
                  lockstep_sum bigint := 0;
                BEGIN
                  FOR lockstep_row IN SELECT ctid AS place FROM %1$s WHERE %2$s LOOP
                    BEGIN
                      %3$s;
                      GET DIAGNOSTICS lockstep_count = ROW_COUNT;
                      lockstep_sum := lockstep_sum + lockstep_count;
                    EXCEPTION WHEN OTHERS THEN
                      IF pg_catalog.left(SQLSTATE, 2) OPERATOR(pg_catalog.<>) ALL (ARRAY['22', '23', 'P0']) THEN
                        RAISE;
                      END IF;
                      INSERT INTO %4$s (table_name, column_name, row_key, sqlstate, message)
                      SELECT %5$s, SQLSTATE, SQLERRM FROM %1$s WHERE ctid = lockstep_row.place
                      ON CONFLICT DO NOTHING;
                    END;
                  END LOOP;
                  PERFORM pg_catalog.set_config('lockstep.filled', lockstep_sum::text, true);
                END
                $lockstep_rows$""".formatted(
                        work.table().sql(),
                        at.condition(aside.waiting()),
                        work.statement("ctid = lockstep_row.place AND (" + work.pending() + ")"),
                        aside.to().sql(),
                        aside.line()));
        return number(statement, "SELECT current_setting('lockstep.filled')::bigint");
    }

    /** How many rows have been put aside and still have no value. */
    long open(Statement statement) throws SQLException {
        return number(statement, aside.open());
    }

    private static long number(Statement statement, String query) throws SQLException {
        try (ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    boolean tooMany(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return open(statement) > aside.atMost();
        }
    }

    StepOutcome.Failed full() {
        return new StepOutcome.Failed(
                ErrorCode.SQL_FAILED,
                "The fill fails on more than " + aside.atMost() + (aside.atMost() == 1 ? " row of " : " rows of ")
                        + work.table() + ", and no more may be set aside. Those so far are in table " + aside.to()
                        + ".",
                "Look at message and row_key in " + aside.to() + ", mend these rows in " + work.table()
                        + ", then retry: rows that have their value count no more. Or roll back, and change the fill.");
    }
}
