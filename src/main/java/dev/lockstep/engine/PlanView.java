package dev.lockstep.engine;

import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Hold;
import dev.lockstep.lifecycle.RunStatus;
import java.util.List;
import java.util.Optional;

/**
 * A plan and its newest run.
 *
 * @param run empty before the first start
 */
public record PlanView(StoredPlan plan, Optional<RunView> run) {
    /** What people see; a start that waits for its database is held. */
    public RunStatus status() {
        return plan.pendingStart().isPresent()
                ? RunStatus.HELD
                : run.map(view -> view.state().status()).orElse(RunStatus.PENDING);
    }

    /** What is in the way now. */
    public List<Hold> holds() {
        return plan.pendingStart()
                .map(start -> List.of(new Hold(waiting(start), start.since())))
                .orElseGet(() -> run.map(view -> view.state().holds()).orElseGet(List::of));
    }

    private Blocker waiting(PendingStart start) {
        String database = plan.document().spec().database().value();
        Blocker.Code code = start.code().orElse(Blocker.Code.DATABASE_UNREACHABLE);
        return new Blocker(
                code,
                "database " + database,
                code == Blocker.Code.ANOTHER_PLAN
                        ? "whoever runs the other plan"
                        : code == Blocker.Code.PLAN_DOES_NOT_FIT
                                ? plan.author() + ", who declared this plan"
                                : "whoever runs database " + database,
                start.reason(),
                "Nothing has been changed. The run begins by itself once the database answers, the plan fits it, and no"
                        + " other plan is changing its tables; abort to give it up.");
    }
}
