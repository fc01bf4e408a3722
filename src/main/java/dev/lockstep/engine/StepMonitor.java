package dev.lockstep.engine;

import dev.lockstep.gate.Blocker;
import java.util.List;

/** The engine's ear while a step runs. Methods return at once and may be called from any thread. */
public interface StepMonitor {
    /** True once the step should stop at its next safe point: paused, aborted, or the lease is gone. */
    boolean stopRequested();

    void progressed(Progress progress);

    /** The step waits for these just now; called again when they change, with an empty list when it goes on. */
    void waitingFor(List<Blocker> blockers);
}
