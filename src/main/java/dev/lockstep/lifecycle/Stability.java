package dev.lockstep.lifecycle;

import java.time.Instant;

/**
 * What a gate that matches is being watched for.
 *
 * @param since when it began to match, or its floor rose
 * @param until when that will have been so for long enough
 * @param then what comes then, if it goes on matching
 */
public record Stability(Instant since, Instant until, Then then) {
    /** What a gate comes to once it has matched for long enough. */
    public enum Then {
        /** It opens. */
        OPENS,
        /** The floor rises, and the gate is watched for as long once more (G38). */
        RAISES_FLOOR,
        /** It opens. The floor has risen, and whoever was let in before that would have been seen by then. */
        OPENS_ABOVE_FLOOR
    }
}
