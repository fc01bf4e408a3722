package dev.lockstep.engine;

import dev.lockstep.change.Action;
import dev.lockstep.change.Step;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.PlanSpec.BackfillPace;
import dev.lockstep.plan.PlanSpec.LockBudget;

/**
 * One step to be done, or taken back, on a target.
 *
 * @param ordinal the step's place in the run, from 0, for people who read the ledger
 * @param fence of the lease under which it is asked for; the target refuses an older one than it has seen
 */
public record StepOrder(
        DatabaseName database,
        RunId run,
        int ordinal,
        Step step,
        Direction direction,
        int attempt,
        long fence,
        LockBudget locks,
        BackfillPace pace) {
    /** What is to be run: the step's action, or what takes it back. */
    public Action action() {
        return switch (direction) {
            case FORWARD -> step.action();
            case BACKWARD ->
                switch (step.undo()) {
                    case Step.Undo.By(Action action) -> action;
                    case Step.Undo.Nothing _, Step.Undo.Impossible _ ->
                        throw new IllegalStateException("step " + step.name() + " has nothing that takes it back");
                };
        };
    }
}
