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
        return new Blocker(
                Blocker.Code.DATABASE_UNREACHABLE,
                "database " + database,
                "whoever runs database " + database,
                start.reason(),
                "Nothing has been changed. The run begins by itself once the database answers and the plan fits it; abort"
                        + " to give it up.");
    }
}
