package dev.lockstep.lifecycle;

import dev.lockstep.lifecycle.Position.Direction;
import java.time.Instant;
import java.util.Optional;

/** What is to be done with a run now. */
public sealed interface Next {
    /** Write this event to the journal, and ask again. */
    record Append(Event event) implements Next {}

    /** Look at the cluster and the database, form a verdict for the current phase, and ask again with it. */
    record Look(Direction direction, Freshness freshness) implements Next {}

    /** Run the step at this position, already recorded as started; its outcome is the next event. */
    record Execute(Position at, int attempt) implements Next {}

    /** Nothing before this moment, or before something changes. */
    record Wait(Optional<Instant> until) implements Next {}

    /** Nothing any more, unless a person asks. */
    record Rest() implements Next {}

    /** How fresh a look has to be. */
    enum Freshness {
        /** What the watches have brought is good enough. */
        WATCHED,
        /** Ask the cluster now, consistently (G35). */
        LIVE
    }
}
