package dev.lockstep.ui;

import dev.lockstep.change.Phase;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.Versions;
import java.util.Optional;
import java.util.stream.Collectors;

/** What gates want, in words. */
final class Requirements {
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
                    + (spec.minStableSeconds() > 0 ? ", steady for " + spec.minStableSeconds() + " s." : ".");
        });
    }

    static String spoken(Versions versions) {
        return switch (versions) {
            case Versions.Range(String text) -> text;
            case Versions.AnyOf(var members) -> "one of " + String.join(", ", members);
        };
    }
}
