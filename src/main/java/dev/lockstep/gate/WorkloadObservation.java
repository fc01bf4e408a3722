package dev.lockstep.gate;

import dev.lockstep.plan.WorkloadName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What was seen of one workload. */
public sealed interface WorkloadObservation {
    WorkloadName name();

    /**
     * It was read. One shape for all kinds of workload; what differs between them is in what they bring.
     *
     * @param generation of the object as it was declared, and {@code observedGeneration} as its controller last acted
     *     (G11); equal for kinds whose controller does not say
     * @param paused whether its controller has stopped rolling out (G15)
     * @param templates every template from which pods may still start, what is declared now first; none when nothing can
     *     start any more, or nobody knows (G17 to G23)
     * @param pods every pod that it, or an older version of it, owns (G18)
     * @param notes what is worth knowing of its rollout, as sentences
     * @param at when; stale evidence holds (G1)
     */
    record Seen(
            WorkloadName name,
            String uid,
            long generation,
            long observedGeneration,
            boolean paused,
            int desiredReplicas,
            List<PodTemplate> templates,
            List<PodObservation> pods,
            List<String> notes,
            Instant at)
            implements WorkloadObservation {
        public Seen {
            templates = List.copyOf(templates);
            pods = List.copyOf(pods);
            notes = List.copyOf(notes);
        }

        /** With one template only, which is its own. */
        public Seen(
                WorkloadName name,
                String uid,
                long generation,
                long observedGeneration,
                boolean paused,
                int desiredReplicas,
                List<Evidence> template,
                List<PodObservation> pods,
                Instant at) {
            this(
                    name,
                    uid,
                    generation,
                    observedGeneration,
                    paused,
                    desiredReplicas,
                    List.of(PodTemplate.own(template)),
                    pods,
                    List.of(),
                    at);
        }

        /** What new pods would run, by the template that is declared now. */
        public List<Evidence> template() {
            return templates.stream().findFirst().map(PodTemplate::evidence).orElseGet(List::of);
        }

        /** The same, with other pods. */
        public Seen with(List<PodObservation> others) {
            return new Seen(
                    name, uid, generation, observedGeneration, paused, desiredReplicas, templates, others, notes, at);
        }
    }

    /**
     * A template from which pods may still start.
     *
     * @param object what holds it, such as {@code ReplicaSet shop-web-7d9f}; empty for the workload itself
     * @param revision that its pods carry; empty when they carry none
     * @param evidence what it says of the code
     * @param why pods may start from it, as a sentence; empty where that needs no words
     */
    record PodTemplate(String object, String revision, List<Evidence> evidence, String why) {
        public PodTemplate {
            evidence = List.copyOf(evidence);
        }

        /** The workload's own, of which nothing more is known. */
        public static PodTemplate own(List<Evidence> evidence) {
            return new PodTemplate("", "", evidence, "");
        }
    }

    /** The cluster answered, and has no such object. */
    record Missing(WorkloadName name, String object, Instant at) implements WorkloadObservation {}

    /**
     * The cluster could not be asked, or what it said is too old to rely on (G36).
     *
     * @param reason as a sentence
     */
    record Unseen(WorkloadName name, String reason, Instant since) implements WorkloadObservation {}

    /**
     * No cluster shows it; somebody has to say what it runs.
     *
     * @param word the newest one, if anybody has said anything
     */
    record Attested(WorkloadName name, Optional<Attestation> word, Instant at) implements WorkloadObservation {}
}
