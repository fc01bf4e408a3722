package dev.lockstep.change;

import dev.lockstep.change.Action.CountUses;
import dev.lockstep.change.Action.ProveUnused;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.PlanSpec;
import java.util.List;

/**
 * The proof that nothing uses any more what a plan takes away, where the plan asks for it: the uses are counted when all
 * code is new, and once more right before the contract.
 *
 * @param counted name of the step that counts
 * @param quietSeconds for how long nothing must have used it
 */
record Unused(Departure what, boolean wanted, String counted, int quietSeconds) {
    static Unused of(PlanSpec spec, Departure what, StepNames names) {
        boolean wanted = spec.contract().requireUnused();
        return new Unused(what, wanted, wanted ? names.claim("count-uses") : "", Math.max(1, spec.minStableSeconds()));
    }

    /** What the share in the new-only phase does; nothing where the plan does not ask. */
    List<Step> count() {
        return wanted
                ? List.of(new Step(
                        counted,
                        "Note how often statements that mention " + what + " have run so far",
                        new CountUses(what),
                        new Undo.Nothing(),
                        Look.NO_TRACE))
                : List.of();
    }

    /** What the contract begins with; nothing where the plan does not ask. */
    List<Step> prove(StepNames names) {
        return wanted
                ? List.of(new Step(
                        names.claim("prove-unused"),
                        "See that none of them has run since",
                        new ProveUnused(what, counted, quietSeconds),
                        new Undo.Nothing(),
                        Look.NO_TRACE))
                : List.of();
    }
}
