package dev.lockstep.engine;

import dev.lockstep.plan.Speed;
import java.time.Instant;
import java.util.Optional;

/**
 * How far a backfill is.
 *
 * @param rowsDone rows changed so far, over all attempts
 * @param fraction 0 to 1, by the part of the table that has been passed; never by estimated rows, which can be 0 (P29)
 * @param rowsPerSecond over the last seconds
 * @param secondsLeft empty until it can be told
 * @param pace how fast it goes, and why; empty for what has no speed
 */
public record Progress(
        String step,
        long rowsDone,
        double fraction,
        double rowsPerSecond,
        Optional<Long> secondsLeft,
        Instant at,
        Optional<Pace> pace) {
    /** Of something that has no speed to be set. */
    public Progress(
            String step, long rowsDone, double fraction, double rowsPerSecond, Optional<Long> secondsLeft, Instant at) {
        this(step, rowsDone, fraction, rowsPerSecond, secondsLeft, at, Optional.empty());
    }

    /**
     * How fast it goes.
     *
     * @param duty the share of its time in which it works, 0 to 1
     * @param throttle what keeps it below its speed
     */
    public record Pace(Speed speed, double duty, Optional<Throttle> throttle) {}

    /**
     * A signal that keeps a backfill below its speed.
     *
     * @param signal its stable name
     * @param words what is so, as a sentence
     * @param since when it began to
     */
    public record Throttle(String signal, String words, Instant since) {}
}
