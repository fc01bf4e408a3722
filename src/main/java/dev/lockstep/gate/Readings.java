package dev.lockstep.gate;

import dev.lockstep.gate.Requirement.Match;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Evidence, sorted by what it means for a question. */
record Readings(List<Evidence> right, List<Evidence> wrong, List<Evidence> unreadable) {
    /** What a person does about a version that cannot be compared. */
    static final String MAKE_READABLE =
            "Let every source give a full version such as 1.5.0, or none at all: an image named by"
                    + " digest alone has no tag to read. For commit hashes, let the plan list them as an exact set.";

    static Readings of(List<Evidence> evidence, Question question) {
        Map<Match, List<Evidence>> by = evidence.stream()
                .sorted(Comparator.comparing(Evidence::source))
                .collect(Collectors.groupingBy(each -> question.test(each.reported())));
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
                        Evidence::reported,
                        TreeMap::new,
                        Collectors.mapping(each -> each.source().label(), Collectors.joining(", "))))
                .entrySet()
                .stream()
                .map(each -> each.getKey() + " (" + each.getValue() + ")")
                .collect(Collectors.joining(" and "));
    }
}
