package dev.lockstep.target;

import dev.lockstep.engine.StepOutcome;
import dev.lockstep.plan.PlanSpec.BatchCommit;
import dev.lockstep.target.BackfillStep.Position;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The batches of a backfill, each as many blocks as take about the wanted time.
 *
 * <p>A batch must never make a transaction of the application a deadlock's victim. The server looks for deadlocks when
 * somebody has waited for {@code deadlock_timeout}; a batch that is over before then, its own waiting included, cannot be
 * part of one that it finds in the application's session. So its limits stay below that, and where rows are locked for
 * longer it lets go, tries less, and in the end passes the block over for the next pass.
 */
final class BackfillBatches {
    static final int FIRST_BLOCKS = 8;

    /** 8 MB at the usual block size: an empty stretch is passed fast, a dense one behind it still stops in time. */
    private static final int MOST_BLOCKS = 1024;

    private static final int TRIES_AT_ONE_BLOCK = 5;
    /** Less than the driver waits for an answer. */
    private static final Duration LONGEST_FOR_A_BLOCK = Duration.ofSeconds(20);

    private static final Duration REST_AFTER_CONTENTION = Duration.ofMillis(50);

    private final Attempt attempt;
    private final BatchWork work;
    private final Connection connection;
    private final Duration deadlockTimeout;
    private int refusals;
    private final HeapSlices slices;
    private boolean passedOver;
    private Duration longestSlice = Duration.ZERO;

    BackfillBatches(Attempt attempt, BatchWork work, Connection connection) throws SQLException {
        this.attempt = attempt;
        this.work = work;
        this.connection = connection;
        this.deadlockTimeout = LockWait.deadlockTimeout(connection);
        this.slices = new HeapSlices(connection, work);
    }

    /** What became of a batch. */
    sealed interface Batch {
        record Done(Position to, long changed, Duration took) implements Batch {}

        /** Somebody was in the way; the same again, perhaps smaller. */
        record Retry(Position same) implements Batch {}

        record Ended(StepOutcome outcome) implements Batch {}
    }

    /** Begins another pass over the table; in how many slices its first range is to be done. */
    int nextPass() {
        passedOver = false;
        return slices.wanted();
    }

    /** Whether the current pass left out blocks because of row locks. */
    boolean passedOver() {
        return passedOver;
    }

    Batch next(Position at, long rowsBefore) throws SQLException {
        if (attempt.stopRequested()) {
            return new Batch.Ended(new StepOutcome.Interrupted());
        }
        long to = at.to();
        Stopwatch running = Stopwatch.started();
        try {
            return write(at, rowsBefore, running);
        } catch (SQLException e) {
            if (SqlFailure.connectionLost(e)) {
                throw e;
            }
            ShortTransaction.end(connection);
            return switch (SqlFailure.of(e)) {
                case UNREACHABLE -> throw e;
                case CONTENDED -> contended(at, to, rowsBefore);
                case CANCELLED ->
                    at.blocks() == 1 && refusals >= TRIES_AT_ONE_BLOCK
                            ? new Batch.Ended(attempt.failed(e, update(at)))
                            : smaller(at);
                case STATEMENT -> new Batch.Ended(refused(e, at));
            };
        }
    }

    private Batch write(Position at, long rowsBefore, Stopwatch running) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = Query.plain(connection)) {
            statement.execute(work.settings() + limits(at.blocks()));
            if (!Ledger.claim(connection, attempt.order())) {
                connection.rollback();
                return new Batch.Ended(new StepOutcome.FencedOut());
            }
            long changed = statement.executeUpdate(update(at));
            slices.wrote(at.slice());
            Position moved = moved(at, running.elapsed());
            Ledger.advance(connection, attempt.order(), moved.kept(), rowsBefore + changed);
            connection.commit();
            refusals = 0;
            attempt.waitingFor(List.of());
            return new Batch.Done(moved, changed, running.elapsed());
        } finally {
            ShortTransaction.end(connection);
        }
    }

    private Position moved(Position at, Duration took) {
        longestSlice = longestSlice.compareTo(took) > 0 ? longestSlice : took;
        if (at.slice() + 1 < at.slices()) {
            return at.nextSlice();
        }
        slices.finished(at.slices());
        long blocks = adapted(at.blocks(), longestSlice);
        longestSlice = Duration.ZERO;
        return at.range(at.to(), blocks, slices.wanted());
    }

    /** The whole batch ends before anybody who waits for it looks for a deadlock; only a single block may take longer. */
    private String limits(long blocks) {
        long rowLock = Math.clamp(
                deadlockTimeout.toMillis() / 4, 1, attempt.order().locks().budgetMilliseconds());
        long statement = blocks == 1 && refusals > 0
                ? LONGEST_FOR_A_BLOCK.toMillis()
                : Math.max(50, deadlockTimeout.toMillis() * 8 / 10);
        String commit = attempt.order().pace().commit() == BatchCommit.ASYNCHRONOUS
                ? "; SET LOCAL synchronous_commit = off"
                : "";
        return "SET LOCAL lock_timeout = " + rowLock + "; SET LOCAL statement_timeout = " + statement + commit;
    }

    /** Under the table's own name, so that an expression may say {@code users.name}. */
    private String update(Position at) {
        return work.statement("ctid >= '(" + at.next() + ",0)'::tid AND ctid < '(" + at.to() + ",0)'::tid"
                + HeapSlices.condition(at.slice(), at.slices()) + " AND (" + work.pending() + ")");
    }

    private long adapted(long blocks, Duration took) {
        double wanted = attempt.order().pace().batchMilliseconds() * 1e6;
        double factor = Math.clamp(wanted / Math.max(1, took.toNanos()), 0.25, 2);
        return Math.clamp(Math.round(blocks * factor), 1, MOST_BLOCKS);
    }

    private Batch smaller(Position at) {
        refusals++;
        return new Batch.Retry(at.range(at.next(), Math.max(1, at.blocks() / 4), at.slices()));
    }

    /** Row locks of the application: smaller batches, and in the end past this block; the next pass comes back to it. */
    private Batch contended(Position at, long to, long rowsBefore) throws SQLException {
        attempt.waitingFor(List.of(BackfillStep.lockedRows(work.table(), "blocks " + at.next() + " to " + (to - 1))));
        if (at.blocks() > 1 || refusals < TRIES_AT_ONE_BLOCK) {
            return attempt.rest(REST_AFTER_CONTENTION) ? smaller(at) : new Batch.Ended(new StepOutcome.Interrupted());
        }
        refusals = 0;
        passedOver = true;
        attempt.note("Rows in block " + at.next() + " were locked for long and got another pass.");
        Position moved = at.range(to, 1, at.slices());
        return new ShortTransaction(connection, attempt).advance(moved.kept(), rowsBefore)
                ? new Batch.Done(moved, 0, Duration.ZERO)
                : new Batch.Ended(new StepOutcome.FencedOut());
    }

    private StepOutcome refused(SQLException e, Position at) throws SQLException {
        Optional<StepOutcome> hidden = attempt.rowsHidden(e, work.table());
        if (hidden.isPresent()) {
            return hidden.get();
        }
        String row = new OffendingRow(connection, work).find(at.next(), at.to());
        return attempt.failed(e, update(at) + " -- fails on " + row);
    }
}
