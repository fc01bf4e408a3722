package dev.lockstep.gate;

import dev.lockstep.gate.Evidence.Aspect;
import dev.lockstep.gate.Requirement.Parsed;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.WorkloadSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The interlock for code of which more is known than a version: what its pod, or the template for its pods, says before it
 * runs. Evidence is weighed as the gate weighs it: whatever is wrong counts, whatever the others say. Pure.
 */
public final class Entrance {
    /** What a process says that it can do is known only once it runs, and then the gate looks at it. */
    private static final Set<Aspect> KNOWN_BEFORE = Set.of(Aspect.VERSION, Aspect.DIGEST);

    private Entrance() {}

    /**
     * May this code of this workload be let in, given what one plan has made of the schema?
     *
     * @param evidence all that is said of the code before it runs; nothing at all cannot be compared with anything
     */
    public static Permission may(LivePlan plan, WorkloadSpec spec, List<Evidence> evidence) {
        return tooLate(plan, spec, evidence)
                .or(() -> tooEarly(plan, spec, evidence))
                .orElseGet(Permission.Allowed::new);
    }

    /** Whether the plan keeps any code of this workload out now. */
    public static boolean restricts(LivePlan plan, WorkloadSpec spec) {
        return plan.floor().isPresent()
                || !plan.ready().containsAll(spec.versions().keySet());
    }

    /** For people: everything that was read, with its sources; {@code 1.4.0 (label, image tag)}. */
    public static String said(List<Evidence> evidence) {
        return evidence.isEmpty() ? "nothing" : new Readings(evidence, List.of(), List.of()).said();
    }

    private static Optional<Permission> tooLate(LivePlan plan, WorkloadSpec spec, List<Evidence> evidence) {
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
            case Parsed.Understood(Requirement requirement) -> {
                Question question =
                        new Question.Reached(floor, requirement, List.of(), GateKind.DEPLOY, spec.evidence());
                Readings readings = Readings.of(evidence, question);
                yield readings.wrong().isEmpty()
                        ? unknown(plan, spec, question, readings)
                        : Optional.of(new Permission.TooLate(
                                plan.plan(),
                                plan.phase(),
                                spec.name() + " " + readings.said()
                                        + " needs a shape of the schema that this plan takes away. Deploy "
                                        + requirement.description() + " instead."));
            }
        };
    }

    private static Optional<Permission> tooEarly(LivePlan plan, WorkloadSpec spec, List<Evidence> evidence) {
        return spec.versions().entrySet().stream()
                .filter(entry -> !plan.ready().contains(entry.getKey()))
                .sorted(Map.Entry.comparingByKey())
                .flatMap(entry -> tooEarly(plan, spec, evidence, entry.getKey(), entry.getValue()).stream())
                .findFirst();
    }

    private static Optional<Permission> tooEarly(
            LivePlan plan, WorkloadSpec spec, List<Evidence> evidence, Milestone milestone, Versions versions) {
        return switch (Requirement.parse(versions)) {
            case Parsed.Malformed(String reason) -> Optional.of(cannotTell(plan, reason));
            case Parsed.Understood(Requirement requirement) -> {
                Question question = new Question.Before(List.of(requirement));
                Readings readings = Readings.of(evidence, question);
                yield readings.wrong().isEmpty()
                        ? unknown(plan, spec, question, readings)
                        : Optional.of(new Permission.TooEarly(
                                plan.plan(),
                                plan.phase(),
                                spec.name() + " " + readings.said() + " counts as " + milestone.label()
                                        + " code, and the schema cannot bear that yet. Wait for the plan to come to its"
                                        + " phase " + milestone.label() + ", or deploy an older version."));
            }
        };
    }

    private static Optional<Permission> unknown(
            LivePlan plan, WorkloadSpec spec, Question question, Readings readings) {
        if (!readings.unreadable().isEmpty()) {
            return Optional.of(cannotTell(
                    plan,
                    spec.name() + " " + readings.said() + " cannot be compared with " + question.cure() + ". "
                            + Readings.MAKE_READABLE));
        }
        return question.missing(readings.right())
                .filter(KNOWN_BEFORE::contains)
                .map(aspect -> cannotTell(
                        plan,
                        "Of this code of " + spec.name() + " it is not known " + Readings.unknown(aspect)
                                + "; the plan wants " + question.cure() + ". " + remedy(spec, aspect)));
    }

    private static String remedy(WorkloadSpec spec, Aspect aspect) {
        return switch (aspect) {
            case VERSION ->
                "Set the label " + spec.evidence().label()
                        + " in the pod template, or give the image a tag that is a version.";
            case DIGEST -> "Name the image by its digest in the pod template (name@sha256:…).";
            case CAPABILITIES -> Readings.makeKnown(aspect);
        };
    }

    private static Permission cannotTell(LivePlan plan, String why) {
        return new Permission.CannotTell(plan.plan(), plan.phase(), why);
    }
}
