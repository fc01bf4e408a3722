package dev.lockstep.gate;

import java.time.Instant;
import java.util.List;

/**
 * One pod that could still run code against the database.
 *
 * @param uid names and addresses are reused, this is not (G3)
 * @param owner what made it, for example {@code ReplicaSet shop-web-7d9f}
 * @param condition what the pod is doing
 * @param since when it began to do that
 * @param processStartedAt when the selected container last started; a report from before is another process's (G3)
 * @param evidence at most one of each source
 * @param failures what was asked and gave no answer, as sentences
 */
public record PodObservation(
        String name,
        String uid,
        String owner,
        Condition condition,
        Instant since,
        Instant processStartedAt,
        List<Evidence> evidence,
        List<String> failures) {
    public PodObservation {
        evidence = List.copyOf(evidence);
        failures = List.copyOf(failures);
    }

    /** What a pod is doing. All but {@code GONE} count (G12, G13, G16). */
    public enum Condition {
        PENDING,
        RUNNING,
        NOT_READY,
        TERMINATING,
        /** Its node does not answer: it may still run. */
        UNREACHABLE,
        /** Succeeded or failed, and every container has exited. */
        GONE
    }
}
