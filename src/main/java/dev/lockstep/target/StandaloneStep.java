package dev.lockstep.target;

import dev.lockstep.change.Action;
import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.target.LockWait.Clearance;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;

/**
 * Runs a statement that refuses a transaction: look whether it is done, do it, look again, record it. What breaks off in
 * between is done again, so the statement has to bear that.
 */
final class StandaloneStep {
    private static final Pattern CONCURRENTLY = Pattern.compile("\\bCONCURRENTLY\\b", Pattern.CASE_INSENSITIVE);

    private final Attempt attempt;
    private final Action.Standalone action;

    StandaloneStep(Attempt attempt, Action.Standalone action) {
        this.attempt = attempt;
        this.action = action;
    }

    StepOutcome run(Connection connection, ShortTransaction ledger) throws SQLException {
        boolean forward = attempt.order().direction() == Direction.FORWARD;
        try {
            if (forward && done(connection).orElse(false)) {
                attempt.note("It was done already.");
                return ledger.finish(0);
            }
        } catch (SQLException e) {
            return attempt.statementFailed(e, attempt.order().step().done());
        }
        Optional<StepOutcome> ended = execute(connection);
        if (ended.isPresent()) {
            return ended.get();
        }
        if (forward && !done(connection).orElse(true)) {
            return new StepOutcome.Failed(
                    ErrorCode.VERIFICATION_FAILED,
                    "The statement of step " + attempt.order().step().name()
                            + " ran without an error, but its check says that it has had no effect: "
                            + Attempt.cut(attempt.order().step().done()),
                    "Look at what the statement did; mend it or its check (verify), then retry.");
        }
        return ledger.finish(0);
    }

    private Optional<StepOutcome> execute(Connection connection) throws SQLException {
        LockWait wait = new LockWait(attempt, action.locks());
        while (true) {
            Clearance clearance = wait.untilClear(connection);
            if (clearance instanceof Clearance.Clear clear) {
                try {
                    return once(connection, wait, clear);
                } catch (SQLException e) {
                    if (SqlFailure.of(e) != SqlFailure.CONTENDED) {
                        return Optional.of(attempt.statementFailed(e, action.statement()));
                    }
                    clearance = wait.refused(SqlFailure.words(e) + " in " + Attempt.cut(action.statement()));
                }
            }
            switch (clearance) {
                case Clearance.Clear _ -> {}
                case Clearance.Stopped _ -> {
                    return Optional.of(new StepOutcome.Interrupted());
                }
                case Clearance.GaveUp(var blockers, var retryAfter) -> {
                    return Optional.of(new StepOutcome.Blocked(blockers, retryAfter));
                }
            }
        }
    }

    private Optional<StepOutcome> once(Connection connection, LockWait wait, Clearance.Clear clear)
            throws SQLException {
        try (Statement statement = Query.plain(connection)) {
            // CONCURRENTLY queues under locks that no reader or writer queues behind, and waits for transactions to
            // end,
            // which a lock_timeout would break off. It is cancelled after the deadline instead.
            boolean harmless = CONCURRENTLY.matcher(action.statement()).find();
            statement.execute(
                    "SET lock_timeout = " + (harmless ? 0 : clear.patience().toMillis()));
            Duration longest = Duration.ofSeconds(attempt.order().locks().deadlineSeconds());
            AtomicReference<Optional<StepOutcome>> outcome = new AtomicReference<>(Optional.empty());
            wait.queued(
                    connection,
                    clear,
                    () -> outcome.set(ended(
                            attempt,
                            StatementWatch.run(
                                    attempt,
                                    Optional.of(longest),
                                    statement,
                                    () -> statement.execute(action.statement())))));
            return outcome.get();
        }
    }

    /** What a watched statement's end means for the step; empty when it goes on. */
    static Optional<StepOutcome> ended(Attempt attempt, StatementWatch.Ended end) {
        return switch (end) {
            case StatementWatch.Ended.Finished _ -> {
                attempt.heldUpBy(List.of());
                attempt.waitingFor(List.of());
                yield Optional.empty();
            }
            case StatementWatch.Ended.Stopped _ -> Optional.of(new StepOutcome.Interrupted());
            case StatementWatch.Ended.WaitedTooLong(var blockers) ->
                Optional.of(new StepOutcome.Blocked(blockers, Duration.ofSeconds(30)));
        };
    }

    /** What the step's own check says; empty where only the ledger can know. */
    private Optional<Boolean> done(Connection connection) throws SQLException {
        AtomicReference<Optional<Boolean>> answer = new AtomicReference<>(Optional.empty());
        try (Statement statement = Query.plain(connection)) {
            StatementWatch.run(attempt, Optional.empty(), statement, () -> {
                try (ResultSet rows =
                        statement.executeQuery(attempt.order().step().done())) {
                    if (rows.next()) {
                        boolean said = rows.getBoolean(1);
                        answer.set(rows.wasNull() ? Optional.empty() : Optional.of(said));
                    }
                }
            });
        }
        return answer.get();
    }
}
