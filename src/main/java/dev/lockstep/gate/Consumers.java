package dev.lockstep.gate;

import java.time.Instant;
import java.util.List;

/** What uses the database, as the database itself sees it. */
public sealed interface Consumers {
    /** Nobody asked, because the plan does not go by it. */
    record NotAsked() implements Consumers {}

    /**
     * It was read, from the primary and every replica that is configured.
     *
     * @param blindSpots what could not be seen, as sentences with what to do
     */
    record Seen(List<Consumer> all, List<String> blindSpots, Instant at) implements Consumers {
        public Seen {
            all = List.copyOf(all);
            blindSpots = List.copyOf(blindSpots);
        }
    }

    /**
     * One of the servers could not be asked.
     *
     * @param reason as sentences, without secrets
     */
    record Unseen(String reason, Instant at) implements Consumers {}
}
