package dev.lockstep.target;

import dev.lockstep.engine.StepOutcome;
import dev.lockstep.plan.PlanSpec.BatchCommit;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The batches of one worker of a backfill, each as many rows as take about the wanted time.
 *
 * <p>A batch must never make a transaction of the application a deadlock's victim. The server looks for deadlocks when
 * somebody has waited for {@code deadlock_timeout}; a batch that is over before then, its own waiting included, cannot be
 * part of one that it finds in the application's session. So its limits stay below that, and where rows are locked for
 * longer it lets go, tries less, and in the end passes these rows over for the next pass. Confined to one thread.
 */
final class BackfillBatches {
    /** With fewer rows by key, what a transaction costs by itself would count for more than they do. */
    private static final int LEAST_ROWS = 20;

    private static final int TRIES_AT_ONE_BLOCK = 5;
    /** Less than the driver waits for an answer. */
    private static final Duration LONGEST_FOR_THE_SMALLEST = Duration.ofSeconds(20);

    private static final Duration REST_AFTER_CONTENTION = Duration.ofMillis(50);

    private final Attempt attempt;
    private final BatchWork work;
    private final Connection connection;
    private final BackfillTally tally;
    private final BackfillRest rest;
    private final Duration deadlockTimeout;
    private final HeapSlices slices;
    private final Optional<RowByRow> rowByRow;
    private boolean oneByOne;
    private int refusals;
    private Duration longestSlice = Duration.ZERO;

    BackfillBatches(Attempt attempt, BatchWork work, Connection connection, BackfillTally tally, BackfillRest rest)
            throws SQLException {
        this.attempt = attempt;
        this.work = work;
        this.connection = connection;
        this.tally = tally;
        this.rest = rest;
        this.deadlockTimeout = LockWait.deadlockTimeout(connection);
        this.slices = new HeapSlices(connection, work);
        this.rowByRow = work.setAside().map(aside -> new RowByRow(work, aside));
    }

    /** What became of a batch. */
    sealed interface Batch {
        /**
         * It is committed.
         *
         * @param took how long it worked
         * @param flushed how long it waited for the disk then; zero where it did not
         */
        record Done(Stretch to, long changed, Duration took, Duration flushed) implements Batch {}

        /** Somebody was in the way; the same again, perhaps smaller. */
        record Retry(Stretch same) implements Batch {}

        record Ended(StepOutcome outcome) implements Batch {}
    }

    /** The same, as this worker begins with it. */
    Stretch begun(Pass pass, int share) {
        return switch (pass.shares().get(share)) {
            case BlockStretch blocks when blocks.slice() == 0 -> blocks.inSlices(slices.wanted(pass));
            case BlockStretch blocks -> blocks;
            case KeyStretch keys -> keys;
        };
    }

    /** @param flush whether to wait until the disk has it, also where the plan does not ask for that */
    Batch next(Pass pass, int share, Stretch at, boolean flush) throws SQLException {
        if (attempt.stopRequested()) {
            return new Batch.Ended(new StepOutcome.Interrupted());
        }
        Tried tried = new Tried(at, flush || attempt.order().pace().commit() == BatchCommit.SYNCHRONOUS);
        try {
            return write(pass, share, tried);
        } catch (SQLException e) {
            if (SqlFailure.connectionLost(e)) {
                throw e;
            }
            ShortTransaction.end(connection);
            Stretch failed = tried.at;
            return switch (SqlFailure.of(e)) {
                case UNREACHABLE -> throw e;
                case CONTENDED -> contended(pass, share, failed);
                case CANCELLED ->
                    failed.smallest() && refusals >= TRIES_AT_ONE_BLOCK
                            ? new Batch.Ended(attempt.failed(e, update(failed)))
                            : smaller(failed);
                case STATEMENT ->
                    rowByRow.isPresent() && !oneByOne && FailingRows.ofRow(e)
                            ? narrowed(failed)
                            : new Batch.Ended(refused(e, failed));
            };
        }
    }

    /** The stretch that a batch tries, with its bounds once they are known. */
    private static final class Tried {
        private final boolean flush;
        private Stretch at;

        private Tried(Stretch at, boolean flush) {
            this.at = at;
            this.flush = flush;
        }
    }

    private Batch write(Pass pass, int share, Tried tried) throws SQLException {
        Stopwatch running = Stopwatch.started();
        connection.setAutoCommit(false);
        try (Statement statement = Query.plain(connection)) {
            String settings = work.settings() + limits(tried.at) + commit(tried.flush);
            if (tried.at instanceof KeyStretch) {
                statement.execute(settings);
                settings = "";
                tried.at = tried.at.bounded(connection);
            }
            long changed = oneByOne
                    ? rowByRow.orElseThrow().write(configured(statement, settings), tried.at)
                    : changed(statement, settings + update(tried.at));
            if (oneByOne && rowByRow.orElseThrow().tooMany(connection)) {
                connection.rollback();
                return new Batch.Ended(rowByRow.orElseThrow().full());
            }
            Stretch to = moved(pass, tried.at, running.elapsed());
            if (!Ledger.claimAndAdvance(connection, attempt.order(), pass.kept(share, to), changed)) {
                connection.rollback();
                return new Batch.Ended(new StepOutcome.FencedOut());
            }
            Stopwatch committing = Stopwatch.started();
            connection.commit();
            Duration flushed = tried.flush ? committing.elapsed() : Duration.ZERO;
            refusals = 0;
            oneByOne = false;
            attempt.waitingFor(List.of());
            return new Batch.Done(to, changed, running.elapsed().minus(flushed), flushed);
        } finally {
            ShortTransaction.end(connection);
        }
    }

    private static Statement configured(Statement statement, String settings) throws SQLException {
        statement.execute(settings);
        return statement;
    }

    /** A row fails: the stretch is made so small that its rows can be written one by one. */
    private Batch narrowed(Stretch at) {
        oneByOne = RowByRow.fits(at);
        return new Batch.Retry(oneByOne ? at : at.smaller());
    }

    /** How many rows the last of these statements has changed. One message to the server, however many there are. */
    private static long changed(Statement statement, String statements) throws SQLException {
        statement.execute(statements);
        long changed = 0;
        for (long count = statement.getLargeUpdateCount(); count >= 0; count = statement.getLargeUpdateCount()) {
            changed = count;
            statement.getMoreResults();
        }
        return changed;
    }

    private Stretch moved(Pass pass, Stretch at, Duration took) throws SQLException {
        return switch (at) {
            case KeyStretch keys -> keys.next(Math.max(LEAST_ROWS, keys.rows() * factor(took)));
            case BlockStretch blocks -> moved(pass, blocks, took);
        };
    }

    private Stretch moved(Pass pass, BlockStretch at, Duration took) throws SQLException {
        longestSlice = longestSlice.compareTo(took) > 0 ? longestSlice : took;
        slices.wrote(at);
        if (!at.lastSlice()) {
            return at.nextSlice();
        }
        slices.finished(at.slices());
        double size = at.blocks() * factor(longestSlice);
        longestSlice = Duration.ZERO;
        return at.nextRange(size, slices.wanted(pass));
    }

    /** The whole batch ends before anybody who waits for it looks for a deadlock; only the smallest may take longer. */
    private String limits(Stretch at) {
        long rowLock = Math.clamp(
                deadlockTimeout.toMillis() / 4, 1, attempt.order().locks().budgetMilliseconds());
        long statement = at.smallest() && refusals > 0
                ? LONGEST_FOR_THE_SMALLEST.toMillis()
                : Math.max(50, deadlockTimeout.toMillis() * 8 / 10);
        return "SET LOCAL lock_timeout = " + rowLock + ";SET LOCAL statement_timeout = " + statement + ";";
    }

    /** Where the plan asks for it, the wait is the server's own; else it is for the disk, and for no standby. */
    private String commit(boolean flush) {
        return attempt.order().pace().commit() == BatchCommit.SYNCHRONOUS
                ? ""
                : "SET LOCAL synchronous_commit = " + (flush ? "local" : "off") + ";";
    }

    /** Under the table's own name, so that an expression may say {@code users.name}. */
    private String update(Stretch at) {
        return work.statement(at.condition(work.pending()));
    }

    private double factor(Duration took) {
        return factor(rest.batch(), took);
    }

    /** How much larger the next batch should be than one that took so long. */
    static double factor(Duration wanted, Duration took) {
        return Math.clamp((double) wanted.toNanos() / Math.max(1, took.toNanos()), 0.25, 2);
    }

    private Batch smaller(Stretch at) {
        refusals++;
        return new Batch.Retry(at.smaller());
    }

    /** Row locks of the application: smaller batches, and in the end past these rows; the next pass comes back to them. */
    private Batch contended(Pass pass, int share, Stretch at) throws SQLException {
        attempt.waitingFor(List.of(BackfillProof.lockedRows(work.table(), at.shown())));
        if (!at.smallest() || refusals < TRIES_AT_ONE_BLOCK) {
            return attempt.rest(REST_AFTER_CONTENTION) ? smaller(at) : new Batch.Ended(new StepOutcome.Interrupted());
        }
        refusals = 0;
        tally.passedOver();
        attempt.note("Rows in " + at.shown() + " were locked for long and got another pass.");
        Stretch past = at.past();
        return new ShortTransaction(connection, attempt).advance(pass.kept(share, past))
                ? new Batch.Done(past, 0, Duration.ZERO, Duration.ZERO)
                : new Batch.Ended(new StepOutcome.FencedOut());
    }

    private StepOutcome refused(SQLException e, Stretch at) throws SQLException {
        Optional<StepOutcome> hidden = attempt.rowsHidden(e, work.table());
        if (hidden.isPresent()) {
            return hidden.get();
        }
        String row = new OffendingRow(connection, work).find(at);
        return attempt.failed(e, update(at) + " -- fails on " + row);
    }
}
