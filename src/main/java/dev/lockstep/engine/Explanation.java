package dev.lockstep.engine;

import dev.lockstep.change.Phase;
import dev.lockstep.plan.Digest;
import dev.lockstep.plan.PlanDocument;
import java.util.List;

/**
 * What a plan would do.
 *
 * @param notes what the author should know although nothing is wrong, as sentences
 */
public record Explanation(PlanDocument document, Digest digest, List<Phase> phases, List<String> notes) {
    public Explanation {
        phases = List.copyOf(phases);
        notes = List.copyOf(notes);
    }
}
