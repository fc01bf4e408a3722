package dev.lockstep.engine;

import dev.lockstep.lifecycle.Hold;
import dev.lockstep.lifecycle.RunState;
import dev.lockstep.lifecycle.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Remembers to speak, once a day, of a run that has not moved for a week: a plan that is forgotten half done costs every write
 * of its tables a second one, and the longer it stands, the less anybody knows of it (G45). Confined to one thread.
 */
final class Reminder {
    static final Duration AFTER = Duration.ofDays(7);
    static final Duration EVERY = Duration.ofDays(1);

    private Optional<Instant> spoken = Optional.empty();

    /** What there is to say now, as sentences. */
    Optional<String> due(RunState state, Instant now) {
        Optional<String> said = since(state)
                .filter(since -> !since.plus(AFTER).isAfter(now))
                .filter(_ ->
                        spoken.filter(last -> last.plus(EVERY).isAfter(now)).isEmpty())
                .map(since -> sentence(state, Duration.between(since, now)));
        said.ifPresent(_ -> spoken = Optional.of(now));
        return said;
    }

    private static Optional<Instant> since(RunState state) {
        return state.stage() instanceof Stage.AwaitingApproval(var _, Instant since)
                ? Optional.of(since)
                : state.holds().stream().map(Hold::since).min(Instant::compareTo);
    }

    private static String sentence(RunState state, Duration stood) {
        String why = state.stage() instanceof Stage.AwaitingApproval
                ? "it waits for people to approve it"
                : "it is held: " + state.holds().getFirst().blocker().message();
        return "It has not moved for " + stood.toDays() + " days, because " + why
                + " Until it goes on, or is rolled back, every write keeps both shapes.";
    }
}
