package dev.lockstep.change;

import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PhaseType;
import java.util.List;
import java.util.Optional;

/**
 * Steps that run one after the other once their gate is open.
 *
 * @param require what every workload must have reached before the first step; a {@code DEPLOY} phase is only this
 */
public record Phase(PhaseName name, PhaseType type, Optional<Milestone> require, List<Step> steps) {
    public Phase {
        steps = List.copyOf(steps);
    }
}
