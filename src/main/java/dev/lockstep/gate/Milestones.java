package dev.lockstep.gate;

import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.Versions;
import java.util.Map;
import java.util.Optional;

/** Which of a workload's declared versions speak for a milestone. */
final class Milestones {
    private Milestones() {}

    /**
     * What code must be in to have reached the milestone; empty when the plan does not say. A plan that only says when code
     * is new-only needs one deploy, and that deploy is then the dual-write one as well.
     */
    static Optional<Versions> required(Map<Milestone, Versions> versions, Milestone milestone) {
        Optional<Versions> own = Optional.ofNullable(versions.get(milestone));
        return switch (milestone) {
            case NEW_ONLY -> own;
            case DUAL_WRITE -> own.or(() -> Optional.ofNullable(versions.get(Milestone.NEW_ONLY)));
        };
    }
}
