package dev.lockstep.plan;

import java.util.Map;

/** A plan as a tree of maps, lists and scalars, in the shape that documents have: what {@code PlanReader} reads back. */
public final class PlanTree {
    private PlanTree() {}

    /** The tree of {@code spec}. */
    static Map<String, Object> of(PlanSpec spec) {
        return Map.of("description", spec.description());
    }
}
