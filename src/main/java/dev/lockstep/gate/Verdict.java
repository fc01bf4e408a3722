package dev.lockstep.gate;

import java.util.List;

/** What a gate decides on evidence. Only {@code Open} lets a phase go on. */
public sealed interface Verdict {
    /** Everything matches. Whether it has done so for long enough is the lifecycle's business. */
    record Open() implements Verdict {}

    /**
     * Something is known to be wrong.
     *
     * @param blockers never empty
     */
    record Closed(List<Blocker> blockers) implements Verdict {
        public Closed {
            blockers = List.copyOf(blockers);
        }
    }

    /**
     * Nothing is known to be wrong, but something is not known.
     *
     * @param blockers never empty
     */
    record Inconclusive(List<Blocker> blockers) implements Verdict {
        public Inconclusive {
            blockers = List.copyOf(blockers);
        }
    }
}
