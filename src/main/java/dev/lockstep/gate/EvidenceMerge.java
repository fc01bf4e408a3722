package dev.lockstep.gate;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Joins what processes said about themselves to what was seen of them. Pure. */
public final class EvidenceMerge {
    private EvidenceMerge() {}

    /**
     * What a process said about itself.
     *
     * @param version unaltered
     * @param at when it was said, by the clock of the replica that heard it
     */
    public record OwnReport(String version, Instant at) {}

    /** The pods whose reports {@link #merge} could use. */
    public static List<String> podUids(List<WorkloadObservation> observations) {
        return observations.stream()
                .flatMap(EvidenceMerge::pods)
                .map(PodObservation::uid)
                .distinct()
                .toList();
    }

    /**
     * The same observations, with the pods' own reports among their evidence. A report from before the pod's present process
     * began was another process's, and is left out (G3).
     *
     * @param reports by the UID of the pod, because names and addresses are reused (G3)
     */
    public static List<WorkloadObservation> merge(
            List<WorkloadObservation> observations, Map<String, OwnReport> reports) {
        return observations.stream()
                .map(observation -> merge(observation, reports))
                .toList();
    }

    private static WorkloadObservation merge(WorkloadObservation observation, Map<String, OwnReport> reports) {
        return switch (observation) {
            case WorkloadObservation.Seen seen ->
                new WorkloadObservation.Seen(
                        seen.name(),
                        seen.uid(),
                        seen.generation(),
                        seen.observedGeneration(),
                        seen.paused(),
                        seen.desiredReplicas(),
                        seen.template(),
                        seen.pods().stream().map(pod -> merge(pod, reports)).toList(),
                        seen.at());
            case WorkloadObservation.Missing missing -> missing;
            case WorkloadObservation.Unseen unseen -> unseen;
        };
    }

    private static PodObservation merge(PodObservation pod, Map<String, OwnReport> reports) {
        OwnReport report = reports.get(pod.uid());
        if (report == null || report.at().isBefore(pod.processStartedAt())) {
            return pod;
        }
        List<Evidence> evidence = new ArrayList<>(pod.evidence());
        evidence.removeIf(known -> known.source() == Evidence.Source.REPORT);
        evidence.add(new Evidence(Evidence.Source.REPORT, report.version(), report.at()));
        return new PodObservation(
                pod.name(),
                pod.uid(),
                pod.owner(),
                pod.condition(),
                pod.since(),
                pod.processStartedAt(),
                evidence,
                pod.failures());
    }

    private static Stream<PodObservation> pods(WorkloadObservation observation) {
        return switch (observation) {
            case WorkloadObservation.Seen seen -> seen.pods().stream();
            case WorkloadObservation.Missing _, WorkloadObservation.Unseen _ -> Stream.empty();
        };
    }
}
