package dev.lockstep.target;

import dev.lockstep.engine.StepOutcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Brings every row into the new shape.
 *
 * <p>{@link ScanChoice} says how the rows are walked, by blocks as a rule. {@link BackfillWorkers} do it, each batch a READ
 * COMMITTED transaction of its own with the cursor in it ({@link BackfillBatches}), so that a step resumes where the last
 * commit was. Rows that are written meanwhile are the sync trigger's (or the application's own) business; they land at the
 * table's end or in passed blocks, and need not be found. Then one look at the whole table proves that nothing is pending
 * ({@link BackfillProof}); what is left, because a batch passed over rows that the application had locked, gets another
 * {@link Pass}.
 *
 * <p>No row is touched twice.
 */
final class BackfillStep {
    private final Attempt attempt;
    private final BatchWork work;

    BackfillStep(Attempt attempt, BatchWork work) {
        this.attempt = attempt;
        this.work = work;
    }

    StepOutcome run(Connection connection) throws SQLException {
        ShortTransaction ledger = new ShortTransaction(connection, attempt);
        return switch (ledger.enter()) {
            case Ledger.Entry.Open open
            when work instanceof BatchWork.Filling && gone(connection) -> {
                attempt.note(work.table() + " is not there any more, so there are no rows of it to fill.");
                yield ledger.finish(open.rows());
            }
            case Ledger.Entry.Open open -> {
                Optional<StepOutcome> unfit = BackfillSession.prepare(connection, work);
                yield unfit.isPresent() ? unfit.get() : chosen(connection, ledger, open);
            }
            case Ledger.Entry entry -> attempt.ended(entry).orElseThrow();
        };
    }

    /** A partition may have been dropped since the plan was compiled, for its age as a rule. */
    private boolean gone(Connection connection) throws SQLException {
        return new Query(connection, "SELECT to_regclass(?) IS NULL")
                .one(row -> row.getBoolean(1), work.table().sql());
    }

    private StepOutcome chosen(Connection connection, ShortTransaction ledger, Ledger.Entry.Open entry)
            throws SQLException {
        return switch (ScanChoice.choose(connection, work)) {
            case ScanChoice.Chosen.Refused(StepOutcome.Failed why) -> why;
            case ScanChoice.Chosen.By(Scan scan) -> {
                attempt.note(scan.why());
                yield passes(connection, ledger, scan, entry);
            }
        };
    }

    private StepOutcome passes(Connection connection, ShortTransaction ledger, Scan scan, Ledger.Entry.Open entry)
            throws SQLException {
        try (BackfillRest rest = BackfillRest.begin(attempt, work.table())) {
            return passes(connection, ledger, scan, entry, rest);
        }
    }

    private StepOutcome passes(
            Connection connection, ShortTransaction ledger, Scan scan, Ledger.Entry.Open entry, BackfillRest rest)
            throws SQLException {
        BackfillTally tally = new BackfillTally(new BackfillProgress(attempt, rest), entry.rows());
        BackfillWorkers workers = new BackfillWorkers(attempt, work, connection, tally, rest);
        Pruning pruning = new Pruning(connection, work);
        BackfillProof proof = new BackfillProof(attempt, work, connection, ledger, tally);
        Shares shares = Shares.of(attempt, work, connection, scan);
        Optional<Pass> kept = Pass.from(entry.cursor(), scan, work);
        Pass pass = kept.isPresent() ? kept.get() : shares.pass(1);
        while (true) {
            // What the pass is made of is kept before its first batch, which keeps only its own part.
            if (!ledger.advance(pass.kept(), tally.rows())) {
                return new StepOutcome.FencedOut();
            }
            Optional<StepOutcome> stopped = workers.walk(pass, shares.workers());
            if (stopped.isEmpty() && !pruning.behind(pass, rest)) {
                stopped = Optional.of(new StepOutcome.Interrupted());
            }
            Optional<StepOutcome> ended = stopped.isPresent() ? stopped : proof.after(pass);
            if (ended.isPresent()) {
                return ended.get();
            }
            pass = shares.pass(pass.number() + 1);
        }
    }
}
