package dev.lockstep.engine;

import java.time.Instant;
import java.util.Optional;

/**
 * How far a backfill is.
 *
 * @param rowsDone rows changed so far, over all attempts
 * @param fraction 0 to 1, by the part of the table that has been passed; never by estimated rows, which can be 0 (P29)
 * @param rowsPerSecond over the last seconds
 * @param secondsLeft empty until it can be told
 */
public record Progress(
        String step, long rowsDone, double fraction, double rowsPerSecond, Optional<Long> secondsLeft, Instant at) {}
