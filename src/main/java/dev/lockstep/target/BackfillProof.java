package dev.lockstep.target;

import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.gate.Blocker;
import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One look at all rows after each pass, that none is left (P30). Confined to one thread. */
final class BackfillProof {
    private static final int PASSES = 5;
    private static final int SHOWN_KEYS = 5;
    private static final Duration RETRY_LOCKED_ROWS = Duration.ofSeconds(5);

    private final Attempt attempt;
    private final BatchWork work;
    private final Connection connection;
    private final ShortTransaction ledger;
    private final BackfillTally tally;

    BackfillProof(
            Attempt attempt, BatchWork work, Connection connection, ShortTransaction ledger, BackfillTally tally) {
        this.attempt = attempt;
        this.work = work;
        this.connection = connection;
        this.ledger = ledger;
        this.tally = tally;
    }

    /** The step's outcome after this pass; empty when another one is due. */
    Optional<StepOutcome> after(Pass pass) throws SQLException {
        List<String> pending = new ArrayList<>();
        try {
            if (pending(pending) instanceof StatementWatch.Ended.Stopped) {
                return Optional.of(new StepOutcome.Interrupted());
            }
        } catch (SQLException e) {
            return Optional.of(refused(e));
        }
        if (pending.isEmpty()) {
            return Optional.of(ledger.finish(tally.rows()));
        }
        attempt.note("After pass " + pass.number() + " rows were still pending, so there was another pass.");
        if (pass.number() < PASSES) {
            return Optional.empty();
        }
        // The next attempt starts with fresh passes.
        ledger.advance(Cursor.NONE, tally.rows());
        return Optional.of(tally.leftSomething() ? locked(pending) : unfinished(pending));
    }

    /** Names of some rows that are still to be done. */
    private StatementWatch.Ended pending(List<String> found) throws SQLException {
        String row = work.rowName(connection);
        connection.setAutoCommit(false);
        try (Statement statement = Query.plain(connection)) {
            statement.execute("SET TRANSACTION READ ONLY; SET LOCAL lock_timeout = '10s'");
            return StatementWatch.run(attempt, Optional.empty(), statement, () -> {
                try (ResultSet rowsLeft = statement.executeQuery("SELECT " + row + " FROM "
                        + work.table().sql() + " WHERE (" + work.pending() + ") LIMIT " + SHOWN_KEYS)) {
                    while (rowsLeft.next()) {
                        found.add(rowsLeft.getString(1));
                    }
                }
            });
        } finally {
            ShortTransaction.end(connection);
        }
    }

    /** The outcome of an error that no other look would escape. */
    private StepOutcome refused(SQLException e) throws SQLException {
        Optional<StepOutcome> hidden = attempt.rowsHidden(e, work.table());
        return hidden.isPresent() ? hidden.get() : attempt.statementFailed(e, work.pending());
    }

    private StepOutcome locked(List<String> pending) {
        return new StepOutcome.Blocked(
                List.of(lockedRows(work.table(), String.join(", ", pending))), RETRY_LOCKED_ROWS);
    }

    /** Other transactions hold locks on rows that are still to be done. */
    static Blocker lockedRows(TableName table, String which) {
        return new Blocker(
                Blocker.Code.LOCK_NOT_ACQUIRED,
                "rows of " + table,
                "the application",
                "Rows of " + table + " are still to be filled, but other transactions hold locks on them: " + which
                        + ".",
                "End the transactions that hold them. The step goes on by itself then.");
    }

    private StepOutcome unfinished(List<String> pending) {
        return new StepOutcome.Failed(
                ErrorCode.VERIFICATION_FAILED,
                "After " + PASSES + " passes over " + work.table() + " rows are still to be filled, for example "
                        + String.join(", ", pending) + ".",
                "Something writes rows in the old shape only, past the sync trigger, or the new value of these rows still"
                        + " counts as unfilled (" + work.pending()
                        + "). Look at these rows, mend the cause, then retry.");
    }
}
