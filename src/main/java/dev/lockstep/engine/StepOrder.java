package dev.lockstep.engine;

import dev.lockstep.change.Action;
import dev.lockstep.change.Step;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.PlanSpec.BackfillPace;
import dev.lockstep.plan.PlanSpec.LockBudget;
import java.util.List;

/**
 * One step to be done, or taken back, on a target.
 *
 * @param ordinal the step's place in the run, from 0, for people who read the ledger
 * @param fence of the lease under which it is asked for; the target refuses an older one than it has seen
 * @param done the steps that the journal says are done, in order: those of the run before this one, going forward; what the
 *     target's ledger must know as well (G40)
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
        BackfillPace pace,
        List<String> done) {
    public StepOrder {
        done = List.copyOf(done);
    }

    /** One that comes before all others, or goes back. */
    public StepOrder(
            DatabaseName database,
            RunId run,
            int ordinal,
            Step step,
            Direction direction,
            int attempt,
            long fence,
            LockBudget locks,
            BackfillPace pace) {
        this(database, run, ordinal, step, direction, attempt, fence, locks, pace, List.of());
    }

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
