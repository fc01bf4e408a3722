package dev.lockstep.gate;

import java.util.ArrayList;
import java.util.List;

/** What a gate has found so far. Not for more than one thread. */
final class Findings {
    private final List<Blocker> wrong = new ArrayList<>();
    private final List<Blocker> unknown = new ArrayList<>();

    /** Known, and not as it should be. */
    void wrong(Blocker blocker) {
        wrong.add(blocker);
    }

    /** Not known well enough to say (G1). */
    void unknown(Blocker blocker) {
        unknown.add(blocker);
    }

    /** What is known to be wrong comes first. */
    Verdict verdict() {
        if (wrong.isEmpty() && unknown.isEmpty()) {
            return new Verdict.Open();
        }
        if (wrong.isEmpty()) {
            return new Verdict.Inconclusive(unknown);
        }
        List<Blocker> all = new ArrayList<>(wrong);
        all.addAll(unknown);
        return new Verdict.Closed(all);
    }
}
