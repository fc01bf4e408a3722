package dev.lockstep.change;

import dev.lockstep.change.Action.CountUses;
import dev.lockstep.change.Action.ProveUnused;
import dev.lockstep.change.Recipe.Part;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.plan.PlanSpec;
import java.util.List;
import java.util.Optional;

/**
 * The proof that nothing uses any more what a plan takes away, where the plan asks for it: the uses are counted when all
 * code is new, and once more right before the contract.
 */
record Unused(PlanSpec spec, StepNames names) {
    /** A share in the new-only phase and one in the contract for each of these; nothing where the plan does not ask. */
    List<Part> parts(List<Departure> departures) {
        return spec.contract().requireUnused()
                ? departures.stream().flatMap(what -> parts(what).stream()).toList()
                : List.of();
    }

    private List<Part> parts(Departure what) {
        String counted = names.claim("count-uses");
        Step count = new Step(
                counted,
                "Note how often statements that mention " + what + " have run so far",
                new CountUses(what),
                new Undo.Nothing(),
                Look.NO_TRACE);
        Step prove = new Step(
                names.claim("prove-unused"),
                "See that nothing has used " + what + " since",
                new ProveUnused(what, counted, Math.max(1, spec.minStableSeconds())),
                new Undo.Nothing(),
                Look.NO_TRACE);
        Optional<Milestone> require = Optional.of(Milestone.NEW_ONLY);
        return List.of(
                new Part(PhaseType.DEPLOY, require, List.of(count)),
                new Part(PhaseType.CONTRACT, require, List.of(prove)));
    }

    /** Refuses a plan that asks for the proof although nobody can know what it would be about. */
    void check(Objections objections) {
        if (spec.contract().requireUnused() && Departure.of(spec).isEmpty()) {
            objections.add(
                    "spec.contract.requireUnused",
                    "No change of this plan takes away a table or a column by name, and what raw SQL takes away is not"
                            + " known, so there is nothing whose use could be looked for. Leave it out, or write the change"
                            + " as dropColumn, dropTable, renameColumn, renameTable or changeColumnType.");
        }
    }
}
