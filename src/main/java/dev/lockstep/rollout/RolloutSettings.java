package dev.lockstep.rollout;

import java.time.Duration;

/**
 * How the cluster is watched.
 *
 * @param staleAfter how long the watches may go without proof that they deliver, before nothing is said to be seen; more
 *     than {@code proveEvery}
 * @param proveEvery how often the watches are compared with a list, because a watch can stop without a sign (G35)
 * @param requestTimeout how long the API server may take for one answer
 * @param httpEvidenceFor how long a pod's answer over HTTP is used again for watched observations; live ones always ask
 * @param pageSize how many objects are listed at a time: 1 or more
 * @param audience what the pods' service-account tokens must be made for
 */
public record RolloutSettings(
        Duration staleAfter,
        Duration proveEvery,
        Duration requestTimeout,
        Duration httpEvidenceFor,
        int pageSize,
        String audience) {
    public RolloutSettings {
        if (!proveEvery.isPositive() || staleAfter.compareTo(proveEvery) <= 0) {
            throw new IllegalArgumentException(
                    "staleAfter (" + staleAfter + ") must be more than proveEvery (" + proveEvery
                            + "), and that more than zero: otherwise what is seen would be stale before it is proven again");
        }
        if (!requestTimeout.isPositive() || pageSize < 1 || audience.isBlank()) {
            throw new IllegalArgumentException(
                    "requestTimeout must be more than zero, pageSize at least 1, and audience must not be empty");
        }
    }

    /** What suits a cluster of ordinary size. */
    public static RolloutSettings standard() {
        return new RolloutSettings(
                Duration.ofSeconds(12),
                Duration.ofSeconds(4),
                Duration.ofSeconds(5),
                Duration.ofSeconds(2),
                500,
                "lockstep");
    }

    /** The same, for tokens made for this audience. */
    public RolloutSettings withAudience(String other) {
        return new RolloutSettings(staleAfter, proveEvery, requestTimeout, httpEvidenceFor, pageSize, other);
    }
}
