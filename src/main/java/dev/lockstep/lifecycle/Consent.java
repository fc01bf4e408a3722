package dev.lockstep.lifecycle;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/**
 * Who has approved a phase. A yes is for the moment: whoever gave it has seen what was so then, and weeks later nobody should
 * be surprised by what it sets off (G45).
 *
 * @param by never empty
 * @param since when the first of them did
 */
public record Consent(Set<String> by, Instant since) {
    /** How long it counts for a phase that has not begun. */
    public static final Duration VALID_FOR = Duration.ofDays(14);

    public Consent {
        by = Set.copyOf(by);
    }

    boolean expired(Instant now) {
        return !since.plus(VALID_FOR).isAfter(now);
    }
}
