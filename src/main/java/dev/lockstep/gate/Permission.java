package dev.lockstep.gate;

import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PlanKey;

/** Whether a workload may run a version now. Only {@code Allowed} is a yes. */
public sealed interface Permission {
    record Allowed() implements Permission {}

    /**
     * The schema that this version needs is not there yet.
     *
     * @param why as sentences, with what to wait for
     */
    record TooEarly(PlanKey plan, PhaseName phase, String why) implements Permission {}

    /**
     * The schema that this version needs is gone, or about to go.
     *
     * @param why as sentences, with what to deploy instead
     */
    record TooLate(PlanKey plan, PhaseName phase, String why) implements Permission {}

    /**
     * The version cannot be compared with what the plan requires (G1).
     *
     * @param why as sentences, with what to do
     */
    record CannotTell(PlanKey plan, PhaseName phase, String why) implements Permission {}
}
