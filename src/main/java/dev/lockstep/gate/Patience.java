package dev.lockstep.gate;

import java.time.Duration;
import java.time.Instant;

/** How old what was seen may be. */
record Patience(Instant now, Duration staleAfter) {
    /** Also for what claims to come from the future: then a clock is wrong, and its age is not known (G36). */
    boolean exhausted(Instant at) {
        return at.isBefore(now.minus(staleAfter)) || at.isAfter(now.plus(staleAfter));
    }
}
