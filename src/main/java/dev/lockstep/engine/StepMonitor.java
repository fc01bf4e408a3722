package dev.lockstep.engine;

import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.InTheWay;
import dev.lockstep.lifecycle.Pacing;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The engine's ear while a step runs. Methods return at once and may be called from any thread. */
public interface StepMonitor {
    /** True once the step should stop at its next safe point: paused, aborted, its window closed, or the lease is gone. */
    boolean stopRequested();

    /** At which speed backfills are to go, if somebody said so; asked again and again, as it may change at any time. */
    default Optional<Pacing> pacing() {
        return Optional.empty();
    }

    void progressed(Progress progress);

    /** The step waits for these just now; called again when they change, with an empty list when it goes on. */
    void waitingFor(List<Blocker> blockers);

    /**
     * Who held up the attempt that is about to end; called at most once, and not at all when nobody did. What nobody wants
     * to keep may be ignored.
     *
     * @param delays the longest first
     * @param others how many more there were
     */
    default void delayed(List<Event.Delay> delays, int others) {}

    /**
     * Asks leave to stop somebody in the way, as the plan allows.
     *
     * @return whether it has been written down; otherwise nobody may be stopped
     */
    default boolean stopping(InTheWay blocker, Event.Stop stop, Duration transactionAge) {
        return false;
    }
}
