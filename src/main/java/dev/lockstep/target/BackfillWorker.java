package dev.lockstep.target;

import dev.lockstep.engine.StepOutcome;
import dev.lockstep.target.BackfillBatches.Batch;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/** Goes through shares of a table on one connection, batch after batch, with a rest after each. Confined to one thread. */
final class BackfillWorker {
    private final BackfillBatches batches;
    private final BackfillRest rest;
    private final BackfillTally tally;
    private final Connection connection;
    private final BatchWork work;
    private final Bloat bloat;

    BackfillWorker(
            Attempt attempt, BatchWork work, Connection connection, BackfillTally tally, BackfillRest rest, Bloat bloat)
            throws SQLException {
        this.batches = new BackfillBatches(attempt, work, connection, tally, rest);
        this.rest = rest;
        this.tally = tally;
        this.connection = connection;
        this.work = work;
        this.bloat = bloat;
    }

    /** @return why the share could not be done; empty when it is over */
    Optional<StepOutcome> walk(Pass pass, int share) throws SQLException {
        Stretch at = batches.begun(pass, share);
        OwedRest owed = new OwedRest();
        Pruning pruning = new Pruning(connection, work);
        while (!at.over()) {
            if (!rest.awake()) {
                return Optional.of(new StepOutcome.Interrupted());
            }
            switch (batches.next(pass, share, at, owed.paysForFlush())) {
                case Batch.Done(Stretch to, long changed, Duration took, Duration flushed) -> {
                    owed.flushed(flushed);
                    rest.flushed(flushed);
                    Stopwatch reading = Stopwatch.started();
                    pruning.wrote(at);
                    Duration worked = took.plus(reading.elapsed());
                    at = to;
                    tally.done(share, at, changed, worked);
                    bloat.look(connection);
                    if (!rest.after(worked, owed)) {
                        return Optional.of(new StepOutcome.Interrupted());
                    }
                }
                case Batch.Retry(Stretch same) -> at = same;
                case Batch.Ended(StepOutcome outcome) -> {
                    return Optional.of(outcome);
                }
            }
        }
        return Optional.empty();
    }
}
