package dev.lockstep.plan;

import java.util.List;
import java.util.Optional;

/** What became of a document that was read as a plan. */
public sealed interface Reading {
    /** It is a plan, with every default filled in. Whether it fits its database is not known here. */
    record Accepted(PlanDocument document) implements Reading {}

    /**
     * It is not.
     *
     * @param violations everything that is wrong, not only the first; never empty
     * @param rest what the plan would be without fields that are not known and names that stand twice; empty when more is
     *     wrong than that. Never to be run: only to find what else is wrong
     */
    record Rejected(List<Violation> violations, Optional<PlanDocument> rest) implements Reading {
        public Rejected {
            violations = List.copyOf(violations);
        }
    }
}
