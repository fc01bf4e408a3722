package dev.lockstep.gate;

import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PlanKey;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.WorkloadName;

/**
 * The least that a workload may run on a database, because a plan has taken away what older code needs, or is about to. It is
 * a fact about the schema, and outlives the plan: neither a new revision nor the plan's deletion brings the old shape back.
 *
 * @param plan that raised it; it may be gone
 * @param phase before whose contract it was raised
 * @param milestone that all code must have reached
 * @param versions which code has
 */
public record Floor(PlanKey plan, PhaseName phase, WorkloadName workload, Milestone milestone, Versions versions) {}
