package dev.lockstep.ui;

import dev.lockstep.gate.Evidence;
import dev.lockstep.gate.PodObservation;
import dev.lockstep.plan.WorkloadSpec;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * One pod.
 *
 * @param version what its strongest evidence says, or that nothing does
 * @param readings what each source says, in the order of {@link #sources}
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

    static PodRow of(PodObservation pod, WorkloadSpec spec, Wanted wanted, Instant now) {
        return new PodRow(
                pod.name(),
                pod.owner(),
                version(pod.evidence()),
                Stream.of(Evidence.Source.values())
                        .map(source -> reading(pod, source))
                        .toList(),
                Badge.of(pod.condition()),
                When.of(pod.since(), now),
                wanted.judge(spec, pod.evidence()),
                pod.failures());
    }

    /** The names of the columns. */
    public static List<String> sources() {
        return Stream.of(Evidence.Source.values()).map(PodRow::heading).toList();
    }

    private static Reading reading(PodObservation pod, Evidence.Source source) {
        return pod.evidence().stream()
                .filter(each -> each.source() == source)
                .findFirst()
                .map(each -> new Reading(heading(source), each.reported(), false))
                .orElseGet(() -> new Reading(heading(source), "–", true));
    }

    private static String heading(Evidence.Source source) {
        String label = source.label();
        return Character.toUpperCase(label.charAt(0)) + label.substring(1);
    }

    /** Sources are declared weakest first. */
    private static String version(List<Evidence> evidence) {
        return evidence.stream()
                .max(Comparator.comparing(Evidence::source))
                .map(Evidence::reported)
                .orElse("unknown");
    }
}
