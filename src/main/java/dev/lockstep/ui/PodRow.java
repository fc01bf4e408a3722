package dev.lockstep.ui;

import dev.lockstep.gate.Evidence;
import dev.lockstep.gate.PodObservation;
import dev.lockstep.gate.WorkloadObservation;
import dev.lockstep.plan.WorkloadSpec;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One pod.
 *
 * @param version what its strongest evidence says, or that nothing does
 * @param readings what each source says that says anything of any pod, weakest first
 * @param failures what was asked and gave no answer, as sentences
 */
public record PodRow(
        String name,
        String owner,
        String version,
        List<Reading> readings,
        Badge condition,
        When since,
        Badge judgement,
        List<String> failures) {
    private static final Set<Evidence.Source> ALWAYS =
            Set.of(Evidence.Source.LABEL, Evidence.Source.IMAGE_TAG, Evidence.Source.HTTP, Evidence.Source.REPORT);

    /**
     * What one source says.
     *
     * @param reported a dash when it says nothing
     */
    public record Reading(String source, String reported, boolean silent) {}

    public PodRow {
        readings = List.copyOf(readings);
        failures = List.copyOf(failures);
    }

    static PodRow of(
            PodObservation pod, WorkloadSpec spec, Wanted wanted, List<Evidence.Source> speaking, Instant now) {
        return new PodRow(
                pod.name(),
                pod.owner(),
                version(pod.evidence()),
                speaking.stream().map(source -> reading(pod, source)).toList(),
                Badge.of(pod.condition()),
                When.of(pod.since(), now),
                wanted.judge(spec, pod.evidence()),
                pod.failures());
    }

    /** The sources that are worth a column: the four that most plans use, and those that say something of one. */
    static List<Evidence.Source> speaking(WorkloadObservation observation) {
        Set<Evidence.Source> heard = observation instanceof WorkloadObservation.Seen seen
                ? seen.pods().stream()
                        .flatMap(pod -> pod.evidence().stream())
                        .map(Evidence::source)
                        .collect(Collectors.toSet())
                : Set.of();
        return Stream.of(Evidence.Source.values())
                .filter(source -> ALWAYS.contains(source) || heard.contains(source))
                .toList();
    }

    private static Reading reading(PodObservation pod, Evidence.Source source) {
        String said = pod.evidence().stream()
                .filter(each -> each.source() == source)
                .map(PodRow::shown)
                .collect(Collectors.joining("; "));
        return said.isEmpty() ? new Reading(heading(source), "–", true) : new Reading(heading(source), said, false);
    }

    private static String shown(Evidence evidence) {
        return switch (evidence.aspect()) {
            case VERSION -> evidence.reported();
            case DIGEST -> Requirements.shortDigest(evidence.reported());
            case CAPABILITIES ->
                evidence.reported().isBlank() ? "can do nothing of its own" : "can " + evidence.reported();
        };
    }

    private static String heading(Evidence.Source source) {
        String label = source.label();
        return Character.toUpperCase(label.charAt(0)) + label.substring(1);
    }

    /** Sources are declared weakest first. */
    private static String version(List<Evidence> evidence) {
        return evidence.stream()
                .filter(each -> each.aspect() == Evidence.Aspect.VERSION)
                .max(Comparator.comparing(Evidence::source))
                .map(Evidence::reported)
                .orElse("unknown");
    }
}
