package dev.lockstep.gate;

import dev.lockstep.gate.Evidence.Aspect;
import dev.lockstep.plan.Versions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Several requirements at once, each about another aspect. */
record AllRequirements(List<Requirement> parts) implements Requirement {
    AllRequirements {
        parts = List.copyOf(parts);
    }

    static Parsed parse(List<Versions> declared) {
        List<Requirement> parts = new ArrayList<>();
        for (Versions each : declared) {
            switch (Requirement.parse(each)) {
                case Parsed.Understood(Requirement part) -> parts.add(part);
                case Parsed.Malformed malformed -> {
                    return malformed;
                }
            }
        }
        return parts.isEmpty()
                ? new Parsed.Malformed("It asks for nothing, so everything would meet it. Name versions.")
                : new Parsed.Understood(new AllRequirements(parts));
    }

    @Override
    public Set<Aspect> aspects() {
        return parts.stream().flatMap(part -> part.aspects().stream()).collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public Match test(Aspect aspect, String reported) {
        return strictest(part -> part.test(aspect, reported));
    }

    @Override
    public Match testCautiously(Aspect aspect, String reported) {
        return strictest(part -> part.testCautiously(aspect, reported));
    }

    @Override
    public String description() {
        return parts.stream().map(Requirement::description).collect(Collectors.joining(" and "));
    }

    private Match strictest(Function<Requirement, Match> answer) {
        List<Match> answers = parts.stream().map(answer).toList();
        for (Match match : List.of(Match.DIFFERS, Match.UNREADABLE, Match.MATCHES)) {
            if (answers.contains(match)) {
                return match;
            }
        }
        return Match.SILENT;
    }
}
