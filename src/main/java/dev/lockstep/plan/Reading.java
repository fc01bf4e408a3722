package dev.lockstep.plan;

import java.util.List;

/** What became of a document that was read as a plan. */
public sealed interface Reading {
    /** It is a plan, with every default filled in. Whether it fits its database is not known here. */
    record Accepted(PlanDocument document) implements Reading {}

    /**
     * It is not.
     *
     * @param violations everything that is wrong, not only the first; never empty
     */
    record Rejected(List<Violation> violations) implements Reading {
        public Rejected {
            violations = List.copyOf(violations);
        }
    }
}
