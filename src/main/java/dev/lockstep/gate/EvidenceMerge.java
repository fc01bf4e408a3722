package dev.lockstep.gate;

import dev.lockstep.gate.Evidence.Aspect;
import dev.lockstep.gate.Evidence.Source;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Joins what processes said about themselves to what was seen of them. Pure. */
public final class EvidenceMerge {
    private EvidenceMerge() {}

    /**
     * What a process said about itself.
     *
     * @param version unaltered
     * @param capabilities what it can do, with blanks between (G9); empty when it does not say
     * @param at when it was said, by the clock of the replica that heard it
     */
    public record OwnReport(String version, Optional<String> capabilities, Instant at) {
        /** One that says nothing about capabilities. */
        public OwnReport(String version, Instant at) {
            this(version, Optional.empty(), at);
        }
    }

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
                seen.with(seen.pods().stream().map(pod -> merge(pod, reports)).toList());
            case WorkloadObservation.Missing missing -> missing;
            case WorkloadObservation.Unseen unseen -> unseen;
            case WorkloadObservation.Attested attested -> attested;
        };
    }

    private static PodObservation merge(PodObservation pod, Map<String, OwnReport> reports) {
        OwnReport report = reports.get(pod.uid());
        if (report == null || report.at().isBefore(pod.processStartedAt())) {
            return pod;
        }
        List<Evidence> said = new ArrayList<>();
        said.add(new Evidence(Source.REPORT, report.version(), report.at()));
        report.capabilities()
                .ifPresent(able -> said.add(new Evidence(Source.REPORT, Aspect.CAPABILITIES, able, report.at())));
        return pod.without(Source.REPORT).with(said, List.of());
    }

    private static Stream<PodObservation> pods(WorkloadObservation observation) {
        return switch (observation) {
            case WorkloadObservation.Seen seen -> seen.pods().stream();
            case WorkloadObservation.Missing _, WorkloadObservation.Unseen _, WorkloadObservation.Attested _ ->
                Stream.empty();
        };
    }
}
