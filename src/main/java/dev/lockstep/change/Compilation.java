package dev.lockstep.change;

import dev.lockstep.plan.Violation;
import java.util.List;

/** What became of a plan's changes on a given catalogue. */
public sealed interface Compilation {
    /**
     * The phases that do it.
     *
     * @param notes what the author should know although nothing is wrong, as sentences
     */
    record Compiled(List<Phase> phases, List<String> notes) implements Compilation {
        public Compiled {
            phases = List.copyOf(phases);
            notes = List.copyOf(notes);
        }
    }

    /**
     * It cannot be done like this.
     *
     * @param violations never empty
     */
    record Refused(List<Violation> violations) implements Compilation {
        public Refused {
            violations = List.copyOf(violations);
        }
    }
}
