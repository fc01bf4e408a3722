package dev.lockstep.gate;

import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * One pod that could still run code against the database.
 *
 * @param uid names and addresses are reused, this is not (G3)
 * @param owner what made it, for example {@code ReplicaSet shop-web-7d9f}
 * @param condition what the pod is doing
 * @param since when it began to do that
 * @param processStartedAt when the selected container last started; a report from before is another process's (G3)
 * @param evidence at most one of each source and aspect
 * @param failures what was asked and gave no answer, as sentences
 * @param revision of the template that it was made from, as its workload counts; empty when it carries none
 * @param address the pod's own; empty while it has none, and where it shares its node's
 */
public record PodObservation(
        String name,
        String uid,
        String owner,
        Condition condition,
        Instant since,
        Instant processStartedAt,
        List<Evidence> evidence,
        List<String> failures,
        String revision,
        String address) {
    public PodObservation {
        evidence = List.copyOf(evidence);
        failures = List.copyOf(failures);
    }

    /** One without revision and address. */
    public PodObservation(
            String name,
            String uid,
            String owner,
            Condition condition,
            Instant since,
            Instant processStartedAt,
            List<Evidence> evidence,
            List<String> failures) {
        this(name, uid, owner, condition, since, processStartedAt, evidence, failures, "", "");
    }

    /** The same pod, as if this source had said nothing. */
    PodObservation without(Evidence.Source source) {
        return new PodObservation(
                name,
                uid,
                owner,
                condition,
                since,
                processStartedAt,
                evidence.stream().filter(each -> each.source() != source).toList(),
                failures,
                revision,
                address);
    }

    /** The same pod, about which more is known. */
    public PodObservation with(List<Evidence> more, List<String> moreFailures) {
        return new PodObservation(
                name,
                uid,
                owner,
                condition,
                since,
                processStartedAt,
                Stream.concat(evidence.stream(), more.stream()).toList(),
                Stream.concat(failures.stream(), moreFailures.stream()).toList(),
                revision,
                address);
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
