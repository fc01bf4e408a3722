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

    /**
     * As the other, and do all floors let it run that stand on the database? Floors outlive the plans that raised them.
     */
    public static Permission may(List<LivePlan> live, List<Floor> floors, WorkloadName workload, String version) {
        Permission now = may(live, workload, version);
        return !(now instanceof Permission.Allowed)
                ? now
                : floors.stream()
                        .filter(floor -> floor.workload().equals(workload))
                        .flatMap(floor -> below(floor, version).stream())
                        .findFirst()
                        .orElse(now);
    }

    private static Optional<Permission> tooLate(LivePlan plan, WorkloadSpec spec, String version) {
        return plan.floor()
                .flatMap(milestone -> spec.required(milestone)
                        .map(versions ->
                                below(new Floor(plan.plan(), plan.phase(), spec.name(), milestone, versions), version))
                        .orElseGet(() -> Optional.of(cannotTell(
                                plan,
                                "The plan does not say which versions of " + spec.name() + " have reached "
                                        + milestone.label() + "."))));
    }

    private static Optional<Permission> below(Floor floor, String version) {
        return switch (Requirement.parse(floor.versions())) {
            case Parsed.Malformed(String reason) -> Optional.of(cannotTell(floor, reason));
            case Parsed.Understood(Requirement requirement) ->
                switch (requirement.test(version)) {
                    case MATCHES -> Optional.empty();
                    case UNREADABLE -> Optional.of(cannotTell(floor, unreadable(version, requirement)));
                    case SILENT -> Optional.of(cannotTell(floor, silent(floor.workload(), requirement)));
                    case DIFFERS ->
                        Optional.of(new Permission.TooLate(
                                floor.plan(),
                                floor.phase(),
                                floor.workload() + " " + version + " needs a shape of the schema that plan "
                                        + floor.plan() + " takes away. Deploy " + requirement.description()
                                        + " instead."));
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
                    case SILENT -> Optional.of(cannotTell(plan, silent(spec.name(), requirement)));
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

    private static Permission cannotTell(Floor floor, String why) {
        return new Permission.CannotTell(floor.plan(), floor.phase(), why);
    }

    private static String unreadable(String version, Requirement requirement) {
        return "\"" + version + "\" cannot be compared with " + requirement.description()
                + ". Give the full version, for example 1.5.0.";
    }

    private static String silent(WorkloadName workload, Requirement requirement) {
        return "The plan knows code of " + workload + " by another sign than its version: " + requirement.description()
                + ". Name versions in the plan as well, for questions like this one.";
    }
}
