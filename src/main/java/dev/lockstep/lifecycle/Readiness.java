package dev.lockstep.lifecycle;

import dev.lockstep.change.Phase;
import dev.lockstep.plan.Milestone;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which code the schema can bear while a run stands at a position. Pure. */
public final class Readiness {
    private Readiness() {}

    /**
     * The milestones whose code may come: all work before the phase that waits for the milestone is done. Phases in between
     * that only wait change nothing in the schema. None while a run goes back.
     */
    public static Set<Milestone> ready(Script script, Position at) {
        Set<Milestone> ready = EnumSet.noneOf(Milestone.class);
        if (at.backward()) {
            return ready;
        }
        for (Milestone milestone : Milestone.values()) {
            if (at.phase() >= workedFor(script.phases(), milestone)) {
                ready.add(milestone);
            }
        }
        return ready;
    }

    /**
     * The milestones that the run will wait for later and whose code must not run yet, for the gate of the phase at this
     * position: such code would read what is not filled, or no longer write what other code still reads.
     */
    public static Set<Milestone> early(Script script, Position at) {
        Set<Milestone> early = EnumSet.noneOf(Milestone.class);
        script.phases().stream()
                .map(Phase::require)
                .flatMap(Optional::stream)
                .filter(milestone -> script.phase(at)
                        .require()
                        .filter(now -> milestone.compareTo(now) > 0)
                        .isPresent())
                .forEach(early::add);
        early.removeAll(ready(script, at));
        return early;
    }

    /** The place behind the last phase with steps before the first one that waits for the milestone or a later one. */
    private static int workedFor(List<Phase> phases, Milestone milestone) {
        int place = 0;
        for (int index = 0; index < phases.size(); index++) {
            Phase phase = phases.get(index);
            if (phase.require()
                    .filter(wanted -> wanted.compareTo(milestone) >= 0)
                    .isPresent()) {
                return place;
            }
            place = phase.steps().isEmpty() ? place : index + 1;
        }
        return place;
    }
}
