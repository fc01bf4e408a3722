package dev.lockstep.gate;

import dev.lockstep.plan.WorkloadName;
import java.time.Instant;
import java.util.List;

/** What was seen of one workload. */
public sealed interface WorkloadObservation {
    WorkloadName name();

    /**
     * It was read.
     *
     * @param generation of the object as it was declared, and {@code observedGeneration} as its controller last acted (G11)
     * @param paused whether its controller has stopped rolling out (G15)
     * @param template evidence from its pod template: what new pods would run (G17)
     * @param pods every pod that it, or an older version of it, owns (G18)
     * @param at when; stale evidence holds (G1)
     */
    record Seen(
            WorkloadName name,
            String uid,
            long generation,
            long observedGeneration,
            boolean paused,
            int desiredReplicas,
            List<Evidence> template,
            List<PodObservation> pods,
            Instant at)
            implements WorkloadObservation {
        public Seen {
            template = List.copyOf(template);
            pods = List.copyOf(pods);
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
}
