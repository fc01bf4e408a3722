package dev.lockstep.engine;

import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.PlanKey;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Who waits for whom in a database.
 *
 * @param at when it was looked at
 * @param roots those who wait for nobody, with those who wait behind them
 * @param left how many more wait than are told
 * @param own which step a session of Lockstep's own works for, by the session's id
 */
public record BlockingView(
        DatabaseName database, Instant at, List<BlockingTree.Knot> roots, int left, Map<String, OwnStep> own) {
    public BlockingView {
        roots = List.copyOf(roots);
        own = Map.copyOf(own);
    }

    /**
     * What a session of Lockstep's own works for.
     *
     * @param title of the step, for a person
     */
    public record OwnStep(PlanKey plan, String step, String title) {}
}
