package dev.lockstep.engine;

import dev.lockstep.gate.LivePlan;
import dev.lockstep.plan.DatabaseName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What all plans together say about the code that may run now, at hand for those who ask for every pod. */
public interface InterlockBoard {
    /**
     * What is said now, or was a moment ago.
     *
     * @throws LockstepException STORE_UNREACHABLE when the store does not answer and never did
     */
    Posting read();

    /**
     * What is said now, by a look that begins after this was called.
     *
     * @throws LockstepException STORE_UNREACHABLE when the store does not answer
     */
    Posting fresh();

    /**
     * The same notice as its run stands at this moment: what is about to be let in is not judged by what was so a second ago.
     * Empty when it says nothing any more.
     *
     * @throws LockstepException STORE_UNREACHABLE when the store does not answer
     */
    Optional<Notice> now(Notice notice);

    /**
     * What one plan, or a floor that outlived its plan, says.
     *
     * @param since when the floor was raised; for a plan without one, when its run began
     * @param run whose state it is; empty for a floor that stands by itself
     */
    record Notice(DatabaseName database, LivePlan plan, Instant since, Optional<RunId> run) {}

    /**
     * All that is said.
     *
     * @param at when the store was asked
     * @param trouble why this is older than it should be, as a sentence; empty when it is not
     */
    record Posting(List<Notice> notices, Instant at, Optional<String> trouble) {
        public Posting {
            notices = List.copyOf(notices);
        }
    }
}
