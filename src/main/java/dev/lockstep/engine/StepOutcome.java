package dev.lockstep.engine;

import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Event.StepSummary;
import java.time.Duration;
import java.util.List;

/** How a step ended. */
public sealed interface StepOutcome {
    /** Its effect is there, made now or by an earlier attempt. */
    record Completed(StepSummary summary) implements StepOutcome {}

    /**
     * Nothing is broken; something is in the way that may go by itself.
     *
     * @param retryAfter when to try again
     */
    record Blocked(List<Blocker> blockers, Duration retryAfter) implements StepOutcome {
        public Blocked {
            blockers = List.copyOf(blockers);
        }
    }

    /** It stopped at a safe point because the monitor asked for it. */
    record Interrupted() implements StepOutcome {}

    /**
     * It will not succeed by itself.
     *
     * @param message what happened, as a sentence
     * @param remedy what a person can do, as a sentence
     */
    record Failed(ErrorCode code, String message, String remedy) implements StepOutcome {}

    /** The target has seen a newer fence: another replica has taken over. Nothing was done. */
    record FencedOut() implements StepOutcome {}
}
