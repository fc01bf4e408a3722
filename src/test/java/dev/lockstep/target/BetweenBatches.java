package dev.lockstep.target;

import dev.lockstep.engine.Progress;
import dev.lockstep.engine.StepMonitor;
import dev.lockstep.gate.Blocker;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Does something after each batch that was committed, while the backfill has no transaction open, on the backfill's own
 * thread: so the order of what happens is the same in every run. For one worker.
 */
final class BetweenBatches implements StepMonitor {
    private final Bench bench;
    private final Act act;
    private final AtomicReference<String> seen = new AtomicReference<>("");
    private final Thread backfill = Thread.currentThread();
    private int batches;
    private boolean stop;

    BetweenBatches(Bench bench, Act act) {
        this.bench = bench;
        this.act = act;
    }

    /** What the application does after so many batches; true when the backfill is to stop. */
    @FunctionalInterface
    interface Act {
        boolean after(int batches);
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // whose thread it is
    public boolean stopRequested() {
        if (Thread.currentThread() == backfill && !stop) {
            String now = bench.value("SELECT cursor::text || rows FROM lockstep.ledger WHERE rows > 0");
            if (!now.isEmpty() && !now.equals(seen.getAndSet(now))) {
                stop = act.after(++batches);
            }
        }
        return stop;
    }

    @Override
    public void progressed(Progress progress) {
        // Only what the database holds counts here.
    }

    @Override
    public void waitingFor(List<Blocker> blockers) {
        // Nobody is in the way.
    }
}
