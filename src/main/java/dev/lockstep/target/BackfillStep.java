package dev.lockstep.target;

import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.gate.Blocker;
import dev.lockstep.plan.PlanSpec.UserTriggers;
import dev.lockstep.schema.TableName;
import dev.lockstep.target.BackfillBatches.Batch;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Brings every row into the new shape.
 *
 * <p>It walks the table by blocks, each batch a READ COMMITTED transaction of its own with the cursor in it, so that it
 * resumes where the last commit was. Rows that are written meanwhile are the sync trigger's (or the application's own)
 * business; they land at the table's end or in passed blocks, and need not be found. Then one look at the whole table
 * proves that nothing is pending (P30); what is left, because a batch passed over blocks in which the application held row
 * locks, gets another pass.
 *
 * <p>No key is needed, and no row is touched twice.
 */
final class BackfillStep {
    private static final int PASSES = 5;
    private static final int SHOWN_KEYS = 5;
    private static final Duration RETRY_LOCKED_ROWS = Duration.ofSeconds(5);

    /** Between two batches while a standby is too far behind. */
    private static final Duration LONGEST_REST = Duration.ofSeconds(5);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

    private final Attempt attempt;
    private final BatchWork work;
    private long rows;

    BackfillStep(Attempt attempt, BatchWork work) {
        this.attempt = attempt;
        this.work = work;
    }

    StepOutcome run(Connection connection) throws SQLException {
        ShortTransaction ledger = new ShortTransaction(connection, attempt);
        Ledger.Entry entry = ledger.enter();
        Optional<StepOutcome> ended = attempt.ended(entry);
        if (ended.isPresent()) {
            return ended.get();
        }
        Map<String, Long> kept = Map.of();
        if (entry instanceof Ledger.Entry.Open(var cursor, var done)) {
            kept = cursor;
            rows = done;
        }
        if (work instanceof BatchWork.Filling && gone(connection)) {
            attempt.note(work.table() + " is not there any more, so there are no rows of it to fill.");
            return ledger.finish(rows);
        }
        Optional<StepOutcome> unfit = prepare(connection);
        return unfit.isPresent() ? unfit.get() : passes(connection, ledger, Position.from(kept));
    }

    /**
     * Where a backfill is.
     *
     * @param next the first block of the range that is being worked on
     * @param blocks how many the range has
     * @param slice which of its slices is next
     */
    record Position(long pass, long next, long end, long blocks, int slice, int slices) {
        static Position from(Map<String, Long> kept) {
            return new Position(
                    kept.getOrDefault("pass", 0L),
                    kept.getOrDefault("next", 0L),
                    kept.getOrDefault("end", 0L),
                    kept.getOrDefault("blocks", (long) BackfillBatches.FIRST_BLOCKS),
                    kept.getOrDefault("slice", 0L).intValue(),
                    kept.getOrDefault("slices", 1L).intValue());
        }

        Map<String, Long> kept() {
            Map<String, Long> kept = new HashMap<>();
            kept.put("pass", pass);
            kept.put("next", next);
            kept.put("end", end);
            kept.put("blocks", blocks);
            kept.put("slice", (long) slice);
            kept.put("slices", (long) slices);
            return kept;
        }

        /** The end of the range. */
        long to() {
            return Math.min(end, next + blocks);
        }

        /** A range of this size, from its first slice on. */
        Position range(long from, long size, int inSlices) {
            return new Position(pass, from, end, size, 0, inSlices);
        }

        Position nextSlice() {
            return new Position(pass, next, end, blocks, slice + 1, slices);
        }
    }

    /** A partition may have been dropped since the plan was compiled, for its age as a rule. */
    private boolean gone(Connection connection) throws SQLException {
        return new Query(connection, "SELECT to_regclass(?) IS NULL")
                .one(row -> row.getBoolean(1), work.table().sql());
    }

    /** Settings of this dedicated session, and why it cannot work. */
    private Optional<StepOutcome> prepare(Connection connection) throws SQLException {
        boolean several = new Query(
                        connection,
                        "SELECT relkind <> 'r' OR EXISTS (SELECT FROM pg_inherits WHERE inhparent = c.oid)"
                                + " FROM pg_class c WHERE c.oid = ?::regclass")
                .one(row -> row.getBoolean(1), work.table().sql());
        if (several) {
            return Optional.of(new StepOutcome.Failed(
                    ErrorCode.SQL_FAILED,
                    work.table() + " is not one plain table but partitioned, inherited from, or not a table at all.",
                    "Backfill each partition by a step of its own."));
        }
        try (Statement statement = Query.plain(connection)) {
            // Where a policy would hide rows the server now says so instead of passing over them (P28).
            statement.execute("SET row_security = off");
            if (work.userTriggers() == UserTriggers.SKIP) {
                statement.execute("SET session_replication_role = replica");
            }
            return Optional.empty();
        } catch (SQLException e) {
            if (!SqlFailure.state(e).equals("42501")) {
                throw e;
            }
            return Optional.of(new StepOutcome.Failed(
                    ErrorCode.SQL_FAILED,
                    "The table's own triggers are to be skipped, but Lockstep's role may not set"
                            + " session_replication_role.",
                    "Say backfill.userTriggers: Fire in the plan, or on server 15 or later GRANT SET ON PARAMETER"
                            + " session_replication_role to the role, then retry."));
        }
    }

    private StepOutcome passes(Connection connection, ShortTransaction ledger, Position start) throws SQLException {
        BackfillBatches batches = new BackfillBatches(attempt, work, connection);
        BackfillProgress progress = new BackfillProgress(attempt);
        ReplicaLag lag = new ReplicaLag(
                connection, Duration.ofSeconds(attempt.order().pace().maxReplicaLagSeconds()));
        Position at = start;
        while (true) {
            if (at.next() >= at.end()) {
                Optional<StepOutcome> verified =
                        at.pass() == 0 ? Optional.empty() : verified(connection, ledger, batches, at);
                if (verified.isPresent()) {
                    return verified.get();
                }
                at = new Position(at.pass() + 1, 0, blocks(connection), at.blocks(), 0, batches.nextPass());
                continue;
            }
            switch (batches.next(at, rows)) {
                case Batch.Done(Position to, long changed, Duration took) -> {
                    rows += changed;
                    at = to;
                    progress.report(at, rows);
                    if (!attempt.rest(restAfter(took)) || !caughtUp(lag)) {
                        return new StepOutcome.Interrupted();
                    }
                }
                case Batch.Retry(Position same) -> at = same;
                case Batch.Ended(StepOutcome outcome) -> {
                    return outcome;
                }
            }
        }
    }

    /** Rests while a standby is too far behind, but not for ever: it always ends. False when the step is to stop. */
    private boolean caughtUp(ReplicaLag lag) throws SQLException {
        Stopwatch resting = Stopwatch.started();
        Optional<Blocker> behind = lag.behind();
        while (behind.isPresent() && resting.elapsed().compareTo(LONGEST_REST) < 0) {
            attempt.waitingFor(List.of(behind.get()));
            attempt.note("A standby was too far behind for a while.");
            if (!attempt.rest(LOOK_AGAIN)) {
                return false;
            }
            behind = lag.behind();
        }
        return true;
    }

    private Duration restAfter(Duration took) {
        int percent = attempt.order().pace().restPercent();
        return percent == 0 ? Duration.ZERO : took.multipliedBy(percent).dividedBy(100 - percent);
    }

    private long blocks(Connection connection) throws SQLException {
        return new Query(connection, "SELECT pg_relation_size(?::regclass) / current_setting('block_size')::bigint")
                .one(row -> row.getLong(1), work.table().sql());
    }

    /** The proof over the whole table; empty when another pass is due. */
    private Optional<StepOutcome> verified(
            Connection connection, ShortTransaction ledger, BackfillBatches batches, Position at) throws SQLException {
        List<String> pending = new ArrayList<>();
        try {
            if (pending(connection, pending) instanceof StatementWatch.Ended.Stopped) {
                return Optional.of(new StepOutcome.Interrupted());
            }
        } catch (SQLException e) {
            return Optional.of(refused(e));
        }
        if (pending.isEmpty()) {
            return Optional.of(ledger.finish(rows));
        }
        attempt.note("After pass " + at.pass() + " rows were still pending, so there was another pass.");
        if (at.pass() < PASSES) {
            return Optional.empty();
        }
        // The next attempt starts with fresh passes.
        ledger.advance(Map.of(), rows);
        return Optional.of(batches.passedOver() ? locked(pending) : unfinished(pending));
    }

    /** Names of some rows that are still to be done. */
    private StatementWatch.Ended pending(Connection connection, List<String> found) throws SQLException {
        String row = RowNames.expression(connection, work.table());
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

    /** The outcome of an error that no other batch would escape. */
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
