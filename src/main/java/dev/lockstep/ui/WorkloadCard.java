package dev.lockstep.ui;

import dev.lockstep.gate.Attestation;
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
        return pods.stream()
                .findFirst()
                .map(pod -> pod.readings().stream().map(PodRow.Reading::source).toList())
                .orElseGet(List::of);
    }

    static WorkloadCard of(WorkloadSpec spec, WorkloadObservation observation, Wanted wanted, Instant now) {
        String object = spec.object();
        List<Evidence.Source> speaking = PodRow.speaking(observation);
        List<PodRow> pods = switch (observation) {
            case WorkloadObservation.Seen seen ->
                seen.pods().stream()
                        .filter(pod -> pod.condition() != PodObservation.Condition.GONE)
                        .sorted(Comparator.comparing(PodObservation::name))
                        .map(pod -> PodRow.of(pod, spec, wanted, speaking, now))
                        .toList();
            case WorkloadObservation.Missing _, WorkloadObservation.Unseen _, WorkloadObservation.Attested _ ->
                List.of();
        };
        return new WorkloadCard(spec.name().value(), object, wanted.of(spec), news(observation), groups(pods), pods);
    }

    private static List<String> news(WorkloadObservation observation) {
        return switch (observation) {
            case WorkloadObservation.Missing(var _, String object, var _) ->
                List.of("The cluster has no " + object + ".");
            case WorkloadObservation.Unseen(var _, String reason, Instant since) ->
                List.of(reason, "It has not been seen since " + When.utc(since) + ".");
            case WorkloadObservation.Attested(var _, Optional<Attestation> word, Instant at) ->
                List.of(word.map(given -> attested(given, at))
                        .orElse("No cluster shows it, and nobody has attested what it runs."));
            case WorkloadObservation.Seen seen -> news(seen);
        };
    }

    private static List<String> news(WorkloadObservation.Seen seen) {
        List<String> news = new ArrayList<>();
        String template =
                seen.template().stream().map(Evidence::reported).distinct().collect(Collectors.joining(", "));
        if (seen.templates().isEmpty()) {
            news.add("It starts no pod any more, or nobody knows from what.");
        } else {
            news.add(Count.of(seen.desiredReplicas(), "replica") + " wanted"
                    + (template.isEmpty()
                            ? "; its template does not say what version new pods would run."
                            : "; new pods would run " + template + "."));
        }
        seen.templates().stream().skip(1).forEach(other -> news.add(other(other)));
        news.addAll(seen.notes());
        if (seen.paused()) {
            news.add("Its rollout is paused.");
        }
        if (seen.generation() != seen.observedGeneration()) {
            news.add("It was changed, and its controller has not acted on the change yet.");
        }
        return news;
    }

    private static String other(WorkloadObservation.PodTemplate template) {
        String says =
                template.evidence().stream().map(Evidence::reported).distinct().collect(Collectors.joining(", "));
        return "Pods may also start from " + template.object() + ", which says "
                + (says.isEmpty() ? "no version. " : says + ". ") + template.why();
    }

    private static String attested(Attestation given, Instant at) {
        boolean over = !given.expiresAt().isAfter(at);
        return given.by() + " attested at " + When.utc(given.at()) + " that it runs " + given.version()
                + (over ? "; that expired at " : "; that holds until ") + When.utc(given.expiresAt()) + "."
                + (given.comment().isBlank() ? "" : " Their words: " + given.comment());
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
