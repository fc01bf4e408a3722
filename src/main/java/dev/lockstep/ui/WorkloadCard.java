package dev.lockstep.ui;

import dev.lockstep.gate.Evidence;
import dev.lockstep.gate.PodObservation;
import dev.lockstep.gate.WorkloadObservation;
import dev.lockstep.plan.WorkloadSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * One workload and its pods.
 *
 * @param object what it is in the cluster
 * @param wanted what the gate asks of it, in words
 * @param news what is worth knowing of the whole, as sentences
 * @param groups how many pods run which version
 */
public record WorkloadCard(
        String name, String object, Optional<String> wanted, List<String> news, List<Group> groups, List<PodRow> pods) {
    /** Pods of one version. */
    public record Group(String version, String pods, Badge judgement) {}

    public WorkloadCard {
        news = List.copyOf(news);
        groups = List.copyOf(groups);
        pods = List.copyOf(pods);
    }

    /** What the table of pods has for columns. */
    public List<String> sources() {
        return PodRow.sources();
    }

    static WorkloadCard of(WorkloadSpec spec, WorkloadObservation observation, Wanted wanted, Instant now) {
        String object = spec.kind().label() + " " + spec.namespace() + "/" + spec.resource();
        List<PodRow> pods = switch (observation) {
            case WorkloadObservation.Seen seen ->
                seen.pods().stream()
                        .filter(pod -> pod.condition() != PodObservation.Condition.GONE)
                        .sorted(Comparator.comparing(PodObservation::name))
                        .map(pod -> PodRow.of(pod, spec, wanted, now))
                        .toList();
            case WorkloadObservation.Missing _, WorkloadObservation.Unseen _ -> List.of();
        };
        return new WorkloadCard(spec.name().value(), object, wanted.of(spec), news(observation), groups(pods), pods);
    }

    private static List<String> news(WorkloadObservation observation) {
        return switch (observation) {
            case WorkloadObservation.Missing(var _, String object, var _) ->
                List.of("The cluster has no " + object + ".");
            case WorkloadObservation.Unseen(var _, String reason, Instant since) ->
                List.of(reason, "It has not been seen since " + When.utc(since) + ".");
            case WorkloadObservation.Seen seen -> news(seen);
        };
    }

    private static List<String> news(WorkloadObservation.Seen seen) {
        List<String> news = new ArrayList<>();
        String template =
                seen.template().stream().map(Evidence::reported).distinct().collect(Collectors.joining(", "));
        news.add(Count.of(seen.desiredReplicas(), "replica") + " wanted"
                + (template.isEmpty()
                        ? "; its template does not say what version new pods would run."
                        : "; new pods would run " + template + "."));
        if (seen.paused()) {
            news.add("Its rollout is paused.");
        }
        if (seen.generation() != seen.observedGeneration()) {
            news.add("It was changed, and its controller has not acted on the change yet.");
        }
        return news;
    }

    private static List<Group> groups(List<PodRow> pods) {
        Map<String, List<PodRow>> byVersion =
                pods.stream().collect(Collectors.groupingBy(PodRow::version, TreeMap::new, Collectors.toList()));
        return byVersion.entrySet().stream()
                .map(entry -> new Group(
                        entry.getKey(),
                        Count.of(entry.getValue().size(), "pod"),
                        // The one that is furthest from fine speaks for the group.
                        entry.getValue().stream()
                                .map(PodRow::judgement)
                                .min(Comparator.comparingInt(badge -> badge.tone() == Badge.Tone.HELD ? 0 : 1))
                                .orElseThrow()))
                .toList();
    }
}
