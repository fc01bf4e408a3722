package dev.lockstep.change;

import dev.lockstep.plan.Change;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.Violation;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Rehearsal;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How one kind of change is done safely. A recipe decides and writes SQL; it runs nothing.
 *
 * @param <C> the kind of change
 */
public interface Recipe<C extends Change> {
    /** The tables whose catalogue entries it wants to see. */
    Set<TableName> tables(C change);

    /** What it wants to have tried out on empty copies of tables. */
    default Set<Rehearsal> rehearsals(C change, PlanSpec spec) {
        return Set.of();
    }

    /**
     * The steps for this change, or every reason why not.
     *
     * @param names gives step names that are unique in the run
     */
    Outcome compile(C change, Setting setting, StepNames names);

    /**
     * What the tables look like to later changes of the same plan, once this one's expand phase is through. Only what is
     * new and can be built upon shows: a column, a table.
     */
    default Catalogue after(C change, Catalogue catalogue) {
        return catalogue;
    }

    /**
     * Where a change is to happen.
     *
     * @param catalogue with what earlier changes of the plan add
     * @param path where the change stands in the document, for violations
     */
    record Setting(Catalogue catalogue, PlanSpec spec, String path) {}

    /** What a recipe made of a change. */
    sealed interface Outcome {
        /**
         * The change's share in the phases.
         *
         * @param notes what the author should know although nothing is wrong, as sentences
         */
        record Parts(List<Part> parts, List<String> notes) implements Outcome {
            public Parts {
                parts = List.copyOf(parts);
                notes = List.copyOf(notes);
            }
        }

        record Refused(List<Violation> violations) implements Outcome {
            public Refused {
                violations = List.copyOf(violations);
            }
        }
    }

    /** The share of one change in the phases of this type. */
    record Part(PhaseType type, Optional<Milestone> require, List<Step> steps) {
        public Part {
            steps = List.copyOf(steps);
        }

        /** The same share with other steps. */
        Part with(List<Step> others) {
            return new Part(type, require, others);
        }
    }
}
