package dev.lockstep.engine;

import dev.lockstep.change.Departure;
import java.time.Instant;
import java.util.List;

/** What the server itself says about the use of something that a plan takes away. */
public sealed interface Testimony {
    /** What it is about. */
    Departure what();

    /**
     * It keeps statistics.
     *
     * @param uses what has used it, most often first; empty when nothing has
     * @param since since when it was counted
     * @param sinceNewOnly whether that was when all code had become new; otherwise old code counts as well
     */
    record Given(Departure what, List<Use> uses, Instant since, boolean sinceNewOnly) implements Testimony {
        public Given {
            uses = List.copyOf(uses);
        }
    }

    /**
     * It keeps none, or Lockstep may not read them.
     *
     * @param reason as a sentence
     * @param remedy as a sentence
     */
    record Silent(Departure what, String reason, String remedy) implements Testimony {}

    /**
     * One use.
     *
     * @param statement the statement, cut where it is long; or what was done to the table
     * @param who the roles that did it
     * @param how in what way, as a sentence about the statement
     * @param times since then
     */
    record Use(String statement, String who, String how, long times) {}
}
