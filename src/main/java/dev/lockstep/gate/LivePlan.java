package dev.lockstep.gate;

import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PlanKey;
import dev.lockstep.plan.WorkloadSpec;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a running plan means for the code that may be deployed now.
 *
 * @param phase where its run stands
 * @param ready the milestones whose code the schema can bear now (the ceiling): none before the new shape is there, or once
 *     a rollback has begun
 * @param floor the milestone that all code must have reached, because the shape that older code needs is gone or about to
 *     go; raised before the contract begins (G38)
 */
public record LivePlan(
        PlanKey plan, PhaseName phase, List<WorkloadSpec> workloads, Set<Milestone> ready, Optional<Milestone> floor) {
    public LivePlan {
        workloads = List.copyOf(workloads);
        ready = Set.copyOf(ready);
    }
}
