package dev.lockstep.ui;

import dev.lockstep.change.Phase;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.Versions;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What gates want, in words. */
final class Requirements {
    private static final int SHOWN = "sha256:".length() + 12;

    private Requirements() {}

    /** What this phase waits for before its first step; empty without a gate. */
    static Optional<String> of(Phase phase, PlanSpec spec) {
        return phase.require().map(milestone -> {
            String wanted = spec.workloads().stream()
                    .map(workload -> workload.required(milestone)
                            .map(versions -> "every pod of " + workload.name() + " runs " + spoken(versions))
                            .orElse("the plan says which versions of " + workload.name() + " are ready"))
                    .collect(Collectors.joining(" and "));
            return "Opens when " + (wanted.isEmpty() ? "the plan names the workloads that use the database" : wanted)
                    + steady(phase, spec.minStableSeconds());
        });
    }

    private static String steady(Phase phase, int seconds) {
        if (seconds == 0) {
            return ".";
        }
        return ", steady for " + seconds + " s"
                + (phase.type() == PhaseType.CONTRACT ? ", and for as long once more after the floor rose." : ".");
    }

    static String spoken(Versions versions) {
        return switch (versions) {
            case Versions.Range(String text) -> text;
            case Versions.AnyOf(var members) -> "one of " + String.join(", ", members);
            case Versions.Ordinal(String text) -> "number " + text;
            case Versions.Digests(var digests) ->
                digests.stream()
                        .map(Requirements::shortDigest)
                        .collect(Collectors.joining(", ", digests.size() == 1 ? "image " : "one of the images ", ""));
            case Versions.Capabilities(var names) -> "code that says it can " + String.join(" and ", names);
            case Versions.All(var parts) ->
                parts.stream().map(Requirements::spoken).collect(Collectors.joining(" and "));
        };
    }

    /** Enough of each digest to tell images apart. */
    static String shortDigest(String digests) {
        return Stream.of(digests.split(" ", -1))
                .map(digest -> digest.length() > SHOWN ? digest.substring(0, SHOWN) + "…" : digest)
                .collect(Collectors.joining(" "));
    }
}
