package dev.lockstep.gate;

import dev.lockstep.gate.Evidence.Aspect;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What a process must say that it can do, all of it (G9, G10). */
record CapabilitySet(Set<String> names) implements Requirement {
    CapabilitySet {
        names = Set.copyOf(names);
    }

    static Parsed parse(List<String> names) {
        return names.isEmpty() || names.stream().anyMatch(String::isBlank)
                ? new Parsed.Malformed("The capabilities are empty, or one of them is. Name one at least.")
                : new Parsed.Understood(new CapabilitySet(Set.copyOf(names)));
    }

    @Override
    public Set<Aspect> aspects() {
        return Set.of(Aspect.CAPABILITIES);
    }

    @Override
    public Match test(Aspect aspect, String reported) {
        if (aspect != Aspect.CAPABILITIES) {
            return Match.SILENT;
        }
        return said(reported).containsAll(names) ? Match.MATCHES : Match.DIFFERS;
    }

    /** Code that can do a part of it may already need the new shape for that part. */
    @Override
    public Match testCautiously(Aspect aspect, String reported) {
        if (aspect != Aspect.CAPABILITIES) {
            return Match.SILENT;
        }
        return said(reported).stream().anyMatch(names::contains) ? Match.MATCHES : Match.DIFFERS;
    }

    @Override
    public String description() {
        return "code that says it can " + String.join(" and ", new TreeSet<>(names));
    }

    private static Set<String> said(String reported) {
        return Set.copyOf(new TreeSet<>(Arrays.asList(reported.strip().split("\\s+", -1))));
    }
}
