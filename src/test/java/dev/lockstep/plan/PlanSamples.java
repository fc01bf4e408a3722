package dev.lockstep.plan;

import java.util.Map;

/** Random plans for tests of other rooms. */
public final class PlanSamples {
    private final RandomPlans plans;

    public PlanSamples(long seed) {
        plans = new RandomPlans(seed);
    }

    /** A valid document, as a parser gives it. */
    public Map<String, Object> next() {
        return PlanTree.of(plans.next());
    }
}
