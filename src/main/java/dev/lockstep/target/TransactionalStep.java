package dev.lockstep.target;

import dev.lockstep.change.Action;
import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.target.LockWait.Clearance;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;

/**
 * Runs statements in one transaction with their ledger row: exactly once. When the connection breaks in the COMMIT, nobody
 * here knows how it ended; the next attempt reads it in the ledger.
 */
final class TransactionalStep {
    /** Statements that hold a lock are short; one that is not (a rewrite that nobody foresaw) is stopped. */
    private static final Duration LONGEST_UNDER_LOCK = Duration.ofSeconds(30);

    private final Attempt attempt;
    private final Action.Transactional action;
    private String current = "BEGIN";

    TransactionalStep(Attempt attempt, Action.Transactional action) {
        this.attempt = attempt;
        this.action = action;
    }

    StepOutcome run(Connection connection) throws SQLException {
        LockWait wait = new LockWait(attempt, action.locks());
        while (true) {
            Clearance clearance = wait.untilClear(connection);
            if (clearance instanceof Clearance.Clear clear) {
                try {
                    return transaction(connection, wait, clear);
                } catch (SQLException e) {
                    Optional<StepOutcome> outcome = afterRollback(connection, e, clear);
                    if (outcome.isPresent()) {
                        return outcome.get();
                    }
                    clearance = wait.refused(SqlFailure.words(e) + " in " + Attempt.cut(current));
                }
            }
            switch (clearance) {
                case Clearance.Clear _ -> {}
                case Clearance.Stopped _ -> {
                    return new StepOutcome.Interrupted();
                }
                case Clearance.GaveUp(var blockers, var retryAfter) -> {
                    return new StepOutcome.Blocked(blockers, retryAfter);
                }
            }
        }
    }

    private StepOutcome transaction(Connection connection, LockWait wait, Clearance.Clear clear) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = Query.plain(connection)) {
            current = "the claim of the ledger";
            statement.execute("SET LOCAL lock_timeout = " + clear.patience().toMillis());
            Ledger.Entry entry = Ledger.enter(connection, attempt.order());
            Optional<StepOutcome> ended = attempt.ended(entry);
            if (ended.isPresent()) {
                connection.rollback();
                return ended.get();
            }
            current = "LOCK TABLE";
            // Locks that the statements take on their own account count for the budget as well.
            Duration left = wait.lock(connection, clear);
            statement.execute("SET LOCAL lock_timeout = " + left.toMillis() + "; SET LOCAL statement_timeout = "
                    + longest().toMillis());
            long rows = 0;
            for (String sql : action.statements()) {
                current = sql;
                if (StatementWatch.run(attempt, Optional.empty(), statement, () -> statement.execute(sql))
                        instanceof StatementWatch.Ended.Stopped) {
                    connection.rollback();
                    return new StepOutcome.Interrupted();
                }
                rows += rows(statement);
            }
            current = "COMMIT";
            Ledger.finish(connection, attempt.order(), rows);
            connection.commit();
            connection.setAutoCommit(true);
            return attempt.completed(rows);
        }
    }

    /** All results of a text of several statements; what one of them selects is of no interest. */
    private static long rows(Statement statement) throws SQLException {
        long rows = Math.max(0, statement.getUpdateCount());
        while (statement.getMoreResults() || statement.getUpdateCount() != -1) {
            rows += Math.max(0, statement.getUpdateCount());
        }
        return rows;
    }

    private Duration longest() {
        return action.scans() || action.locks().isEmpty() ? Duration.ZERO : LONGEST_UNDER_LOCK;
    }

    /** Empty when another try makes sense. */
    private Optional<StepOutcome> afterRollback(Connection connection, SQLException e, Clearance.Clear clear)
            throws SQLException {
        if (SqlFailure.connectionLost(e)) {
            throw e;
        }
        connection.rollback();
        connection.setAutoCommit(true);
        return switch (SqlFailure.of(e)) {
            case UNREACHABLE -> throw e;
            case CONTENDED -> Optional.empty();
            // The time limit around LOCK TABLE over several tables counts as contention; elsewhere it is the
            // statement's.
            case CANCELLED ->
                current.equals("LOCK TABLE") || clear.patience().isZero() ? Optional.empty() : Optional.of(tooLong(e));
            case STATEMENT -> Optional.of(attempt.failed(e, current));
        };
    }

    private StepOutcome tooLong(SQLException e) {
        return new StepOutcome.Failed(
                ErrorCode.SQL_FAILED,
                "A statement of step " + attempt.order().step().name() + " was stopped: "
                        + attempt.connector().safe(SqlFailure.words(e)) + ". It may run for "
                        + LONGEST_UNDER_LOCK.toSeconds()
                        + " s while it holds locks that the application waits for. The statement: "
                        + Attempt.cut(current),
                "Nothing of it was kept. It probably rewrites or reads the whole table: use a form that does not (a nullable"
                        + " column and a backfill, NOT VALID and VALIDATE), or somebody cancelled it and a retry will do.");
    }
}
