package dev.lockstep.engine;

import dev.lockstep.plan.PlanKey;
import java.time.Instant;
import java.util.Optional;

/**
 * Port: which commands have been carried out under which idempotency key, so that a client that did not hear the answer can
 * ask again without the command being carried out again. All calls block.
 */
public interface Answers {
    /** The command that was carried out for this plan under this key, if one was. */
    Optional<String> command(PlanKey plan, String key);

    /**
     * Keeps that the command was carried out under this key. Called after the fact: when the replica dies in between, the
     * client's repetition is carried out, which is harmless for a command that is idempotent by nature.
     */
    void keep(PlanKey plan, String key, String command, Instant now);
}
