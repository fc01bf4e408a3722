package dev.lockstep.engine;

import dev.lockstep.gate.Blocker;
import java.time.Instant;
import java.util.Optional;

/**
 * A start that somebody asked for while the database did not answer. It happens by itself once the database does, the plan
 * fits it, and no other plan has its tables.
 *
 * @param reason why the run could not begin, as a sentence
 * @param since when it was asked for
 * @param code the same for machines; empty stands for DATABASE_UNREACHABLE
 */
public record PendingStart(String actor, String reason, Instant since, Optional<Blocker.Code> code) {
    /** A start that waits for its database to answer. */
    public PendingStart(String actor, String reason, Instant since) {
        this(actor, reason, since, Optional.empty());
    }

    PendingStart because(Blocker.Code now, String sentence) {
        return new PendingStart(
                actor, sentence, since, Optional.of(now).filter(it -> it != Blocker.Code.DATABASE_UNREACHABLE));
    }
}
