package dev.lockstep.engine;

import dev.lockstep.change.Step;
import dev.lockstep.lifecycle.Event.StepSummary;
import java.time.Instant;
import java.util.Optional;

/**
 * A step, and what the journal says of it.
 *
 * @param summary of its last completion
 * @param held who held it up, over all its attempts, and who was stopped for that
 */
public record StepView(
        Step step,
        State state,
        int attempts,
        Optional<Instant> startedAt,
        Optional<Instant> finishedAt,
        Optional<StepSummary> summary,
        HeldUp held) {
    /** How far a step is. */
    public enum State {
        WAITING,
        RUNNING,
        DONE,
        FAILED,
        TAKEN_BACK
    }
}
