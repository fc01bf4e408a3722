package dev.lockstep.lifecycle;

import dev.lockstep.change.Phase;
import dev.lockstep.change.Step;
import dev.lockstep.plan.Digest;
import dev.lockstep.plan.PhaseName;
import java.util.List;
import java.util.Map;

/**
 * What a run is to do, fixed when it starts.
 *
 * @param digest of the plan that it was compiled from
 * @param approvals how many people must approve a phase; a phase that is not there needs none
 * @param minStableSeconds how long a gate must match before it opens
 */
public record Script(Digest digest, List<Phase> phases, Map<PhaseName, Integer> approvals, int minStableSeconds) {
    public Script {
        phases = List.copyOf(phases);
        approvals = Map.copyOf(approvals);
        if (phases.isEmpty()) {
            throw new IllegalArgumentException("a run needs at least one phase");
        }
    }

    /** The phase that this position is in. */
    public Phase phase(Position position) {
        return phases.get(position.phase());
    }

    /** The step at this position. */
    public Step step(Position position) {
        return phase(position).steps().get(position.step());
    }

    /** How many people must approve this phase. */
    public int approvalsFor(PhaseName phase) {
        return approvals.getOrDefault(phase, 0);
    }

    /** Whether running this step loses what nothing brings back. */
    static boolean irreversible(Step step) {
        return step.undo() instanceof Step.Undo.Impossible;
    }
}
