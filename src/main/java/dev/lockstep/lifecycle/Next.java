package dev.lockstep.lifecycle;

import dev.lockstep.lifecycle.Position.Direction;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What is to be done with a run now. */
public sealed interface Next {
    /** Write these events to the journal, all or none, and ask again. */
    record Append(List<Event> events) implements Next {
        public Append {
            events = List.copyOf(events);
        }

        Append(Event event) {
            this(List.of(event));
        }
    }

    /** Look at the cluster and the database, form a verdict for the current phase, and ask again with it. */
    record Look(Direction direction, Freshness freshness) implements Next {}

    /** Run the step at this position, already recorded as started; its outcome is the next event. */
    record Execute(Position at, int attempt) implements Next {}

    /** Nothing before this moment, or before something changes. */
    record Wait(Optional<Instant> until) implements Next {}

    /** Nothing, until a person asks for something. The lease can be given back. */
    record Rest() implements Next {}

    /** How fresh a look has to be. */
    enum Freshness {
        /** What the watches have brought is good enough. */
        WATCHED,
        /** Ask the cluster now, consistently (G35). */
        LIVE
    }
}
