package dev.lockstep.gate;

import dev.lockstep.gate.Evidence.Aspect;
import dev.lockstep.gate.Requirement.Match;
import dev.lockstep.plan.EvidenceRank;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Evidence, sorted by what it means for a question; what speaks of something else is left out. */
record Readings(List<Evidence> right, List<Evidence> wrong, List<Evidence> unreadable) {
    /** What a person does about a version that cannot be compared. */
    static final String MAKE_READABLE =
            "Let every source give a full version such as 1.5.0, or none at all: an image named by"
                    + " digest alone has no tag to read. For commit hashes, let the plan list them as an exact set.";

    /** To stand after "it is not known ". */
    static String unknown(Aspect aspect) {
        return switch (aspect) {
            case VERSION -> "what version it is";
            case DIGEST -> "which image it is, by digest";
            case CAPABILITIES -> "what the process itself says it can do";
        };
    }

    /** What a person does about something that is not known. */
    static String makeKnown(Aspect aspect) {
        return switch (aspect) {
            case VERSION -> "Set the version label in the pod template, or let the process report its version.";
            case DIGEST ->
                "Name the image by its digest in the pod template (name@sha256:…), or wait until a container runs it.";
            case CAPABILITIES ->
                "Let the process send what it can do with its report, or set evidence.http.capabilities in the plan.";
        };
    }

    /** What a person does to get evidence that is strong enough. */
    static String strengthen(EvidenceRank minimum) {
        return switch (minimum) {
            case LABEL, IMAGE_TAG -> "Give the image a tag that is a version.";
            case IMAGE_DIGEST -> "List the image's digests in the plan's versions, or let the process report.";
            case PROCESS -> "Let the process report its version, or set evidence.http in the plan.";
            case SESSIONS ->
                "Let the code connect with its version in application_name or role, directly and not through a pool that"
                        + " hides its address, and say so in evidence.sessions.";
        };
    }

    static Readings of(List<Evidence> evidence, Question question) {
        Map<Match, List<Evidence>> by = evidence.stream()
                .sorted(Comparator.comparing(Evidence::source))
                .collect(Collectors.groupingBy(each -> question.test(each)));
        return new Readings(
                by.getOrDefault(Match.MATCHES, List.of()),
                by.getOrDefault(Match.DIFFERS, List.of()),
                by.getOrDefault(Match.UNREADABLE, List.of()));
    }

    /** How many different sources are right. */
    long kinds() {
        return right.stream().map(Evidence::source).distinct().count();
    }

    boolean fromProcess() {
        return right.stream().anyMatch(each -> each.source().fromProcess());
    }

    /** How strong the strongest of what is right is. */
    boolean atLeast(EvidenceRank minimum) {
        return right.stream().anyMatch(each -> each.source().rank().compareTo(minimum) >= 0);
    }

    /** Everything that was read, the wrong before the right, each with its sources: {@code 1.4.0 (label, image tag)}. */
    String said() {
        return List.of(wrong, unreadable, right).stream()
                .filter(some -> !some.isEmpty())
                .map(Readings::said)
                .collect(Collectors.joining(", but "));
    }

    private static String said(List<Evidence> some) {
        return some.stream()
                .collect(Collectors.groupingBy(
                        Readings::shown,
                        TreeMap::new,
                        Collectors.mapping(each -> each.source().label(), Collectors.joining(", "))))
                .entrySet()
                .stream()
                .map(each -> each.getKey() + " (" + each.getValue() + ")")
                .collect(Collectors.joining(" and "));
    }

    private static String shown(Evidence evidence) {
        return evidence.aspect() == Aspect.CAPABILITIES && evidence.reported().isBlank()
                ? "no capability"
                : evidence.reported();
    }
}
