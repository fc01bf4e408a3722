package dev.lockstep.gate;

import dev.lockstep.gate.Requirement.Parsed;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.WorkloadName;
import dev.lockstep.plan.WorkloadSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Which code versions a workload may run, given the schema as it stands. Pure. */
public final class Interlock {
    private Interlock() {}

    /**
     * May this workload run this version now? The first plan that says no answers; plans that do not name the workload have
     * no say.
     */
    public static Permission may(List<LivePlan> live, WorkloadName workload, String version) {
        return live.stream()
                .flatMap(plan -> plan.workloads().stream()
                        .filter(spec -> spec.name().equals(workload))
                        .flatMap(spec -> Stream.of(tooLate(plan, spec, version), tooEarly(plan, spec, version)))
                        .flatMap(Optional::stream))
                .findFirst()
                .orElseGet(Permission.Allowed::new);
    }

    private static Optional<Permission> tooLate(LivePlan plan, WorkloadSpec spec, String version) {
        if (plan.floor().isEmpty()) {
            return Optional.empty();
        }
        Milestone floor = plan.floor().get();
        Optional<Versions> versions = spec.required(floor);
        if (versions.isEmpty()) {
            return Optional.of(cannotTell(
                    plan,
                    "The plan does not say which versions of " + spec.name() + " have reached " + floor.label() + "."));
        }
        return switch (Requirement.parse(versions.get())) {
            case Parsed.Malformed(String reason) -> Optional.of(cannotTell(plan, reason));
            case Parsed.Understood(Requirement requirement) ->
                switch (requirement.test(version)) {
                    case MATCHES -> Optional.empty();
                    case UNREADABLE -> Optional.of(cannotTell(plan, unreadable(version, requirement)));
                    case SILENT -> Optional.of(cannotTell(plan, silent(spec, requirement)));
                    case DIFFERS ->
                        Optional.of(new Permission.TooLate(
                                plan.plan(),
                                plan.phase(),
                                spec.name() + " " + version + " needs a shape of the schema that plan " + plan.plan()
                                        + " takes away. Deploy " + requirement.description() + " instead."));
                };
        };
    }

    private static Optional<Permission> tooEarly(LivePlan plan, WorkloadSpec spec, String version) {
        return spec.versions().entrySet().stream()
                .filter(entry -> !plan.ready().contains(entry.getKey()))
                .sorted(Map.Entry.comparingByKey())
                .flatMap(entry -> tooEarly(plan, spec, version, entry.getKey(), entry.getValue()).stream())
                .findFirst();
    }

    private static Optional<Permission> tooEarly(
            LivePlan plan, WorkloadSpec spec, String version, Milestone milestone, Versions versions) {
        return switch (Requirement.parse(versions)) {
            case Parsed.Malformed(String reason) -> Optional.of(cannotTell(plan, reason));
            case Parsed.Understood(Requirement requirement) ->
                switch (requirement.testCautiously(version)) {
                    case DIFFERS -> Optional.empty();
                    case UNREADABLE -> Optional.of(cannotTell(plan, unreadable(version, requirement)));
                    case SILENT -> Optional.of(cannotTell(plan, silent(spec, requirement)));
                    case MATCHES ->
                        Optional.of(new Permission.TooEarly(
                                plan.plan(),
                                plan.phase(),
                                spec.name() + " " + version + " counts as " + milestone.label()
                                        + " code, and the schema cannot bear that while plan " + plan.plan()
                                        + " is at phase " + plan.phase()
                                        + ". Wait for the plan to come to its phase " + milestone.label()
                                        + ", or deploy an older version."));
                };
        };
    }

    private static Permission cannotTell(LivePlan plan, String why) {
        return new Permission.CannotTell(plan.plan(), plan.phase(), why);
    }

    private static String unreadable(String version, Requirement requirement) {
        return "\"" + version + "\" cannot be compared with " + requirement.description()
                + ". Give the full version, for example 1.5.0.";
    }

    private static String silent(WorkloadSpec spec, Requirement requirement) {
        return "The plan knows code of " + spec.name() + " by another sign than its version: "
                + requirement.description() + ". Name versions in the plan as well, for questions like this one.";
    }
}
