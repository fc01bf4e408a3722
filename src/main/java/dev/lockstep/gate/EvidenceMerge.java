package dev.lockstep.gate;

import dev.lockstep.gate.Evidence.Aspect;
import dev.lockstep.gate.Evidence.Source;
import dev.lockstep.plan.WorkloadName;
import dev.lockstep.plan.WorkloadSpec;
import dev.lockstep.plan.WorkloadSpec.SessionSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
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

    /**
     * The same observations, with what the database knows of each pod's sessions. A session is a pod's when it comes from an
     * address that only this pod has, and began after the pod's present process (G3); behind a connection pool, none does
     * (G27).
     */
    public static List<WorkloadObservation> merge(
            List<WorkloadObservation> observations, List<WorkloadSpec> workloads, Consumers consumers) {
        if (!(consumers instanceof Consumers.Seen(List<Consumer> all, var _, Instant at))) {
            return observations;
        }
        Map<WorkloadName, SessionSpec> wanted = new HashMap<>();
        workloads.forEach(spec -> spec.evidence().sessions().ifPresent(sessions -> wanted.put(spec.name(), sessions)));
        Map<String, Long> pods = observations.stream()
                .flatMap(Census::pods)
                .collect(Collectors.groupingBy(PodObservation::address, Collectors.counting()));
        Map<String, List<Consumer>> byAddress = all.stream()
                .filter(each -> pods.getOrDefault(each.address(), 0L) == 1
                        && !each.address().isEmpty())
                .collect(Collectors.groupingBy(Consumer::address));
        return observations.stream()
                .map(observation -> Optional.ofNullable(wanted.get(observation.name()))
                        .map(spec -> merge(observation, spec, byAddress, at))
                        .orElse(observation))
                .toList();
    }

    private static WorkloadObservation merge(
            WorkloadObservation observation, SessionSpec spec, Map<String, List<Consumer>> byAddress, Instant at) {
        return switch (observation) {
            case WorkloadObservation.Seen seen ->
                seen.with(seen.pods().stream()
                        .map(pod -> merge(pod, spec, byAddress.getOrDefault(pod.address(), List.of()), at))
                        .toList());
            case WorkloadObservation.Missing missing -> missing;
            case WorkloadObservation.Unseen unseen -> unseen;
            case WorkloadObservation.Attested attested -> attested;
        };
    }

    private static PodObservation merge(PodObservation pod, SessionSpec spec, List<Consumer> its, Instant at) {
        List<Evidence> said = its.stream()
                .filter(each -> Census.matches(spec, each) && !each.since().isBefore(pod.processStartedAt()))
                .flatMap(each -> spec.version(each.role(), each.applicationName()).stream())
                .distinct()
                .sorted()
                .map(version -> new Evidence(Source.SESSIONS, version, at))
                .toList();
        return said.isEmpty() ? pod : pod.without(Source.SESSIONS).with(said, List.of());
    }

    private static Stream<PodObservation> pods(WorkloadObservation observation) {
        return switch (observation) {
            case WorkloadObservation.Seen seen -> seen.pods().stream();
            case WorkloadObservation.Missing _, WorkloadObservation.Unseen _, WorkloadObservation.Attested _ ->
                Stream.empty();
        };
    }
}
