package dev.lockstep.engine;

import dev.lockstep.gate.Attestation;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.Lifecycle;
import dev.lockstep.lifecycle.RunState;
import dev.lockstep.lifecycle.Transition;
import dev.lockstep.plan.WorkloadName;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * Reads and writes one run's journal. What is written is always decided on the newest state: when somebody else was faster,
 * it is read again and decided again. Safe for several threads.
 */
final class Journalist {
    /** Whoever is behind this often is not unlucky: the store does not show what it keeps. */
    private static final int TRIES = 100;

    private final Runs runs;
    private final StoredRun run;
    private final Runs.Authority authority;
    private final InstantSource clock;
    private final History history;
    private final ReentrantLock turn = new ReentrantLock();

    Journalist(Runs runs, StoredRun run, Runs.Authority authority, InstantSource clock) {
        this.runs = runs;
        this.run = run;
        this.authority = authority;
        this.clock = clock;
        this.history = new History(run.script());
    }

    /** What came of writing. */
    enum Written {
        DONE,
        /** The lease is gone: stop at once. */
        LEASE_LOST
    }

    /** The state by everything that has been written so far, by anybody. */
    RunState read() {
        turn.lock();
        try {
            history.read(runs.journal(run.id(), history.sequence()));
            return history.state();
        } finally {
            turn.unlock();
        }
    }

    /** The state by what {@link #read} has read; the journal of a run that is over grows no more. */
    RunState readUntilOver() {
        turn.lock();
        try {
            return history.state().status().over() ? history.state() : read();
        } finally {
            turn.unlock();
        }
    }

    /** The newest word for each external consumer, by what {@link #read} has read. */
    Map<WorkloadName, Attestation> attestations() {
        turn.lock();
        try {
            return history.attestations();
        } finally {
            turn.unlock();
        }
    }

    /**
     * Writes what the decision makes of the newest state; an empty list writes nothing.
     *
     * @throws LockstepException what the decision throws, INTERNAL when it gives events that the state does not allow, and
     *     STORE_UNREACHABLE when somebody else was faster all the time
     */
    Written write(Function<RunState, List<Event>> decision) {
        turn.lock();
        try {
            for (int tries = 0; tries < TRIES; tries++) {
                List<Event> events = decision.apply(read());
                if (events.isEmpty()) {
                    return Written.DONE;
                }
                Instant now = clock.instant();
                switch (append(events, now)) {
                    case Runs.Appended.Done _ -> {
                        read();
                        return Written.DONE;
                    }
                    case Runs.Appended.LeaseLost _ -> {
                        return Written.LEASE_LOST;
                    }
                    case Runs.Appended.Behind _ -> {
                        // Somebody was faster; what they wrote may change the decision.
                    }
                }
            }
            throw new LockstepException(
                    ErrorCode.STORE_UNREACHABLE,
                    "Run " + run.id() + " was changed by others " + TRIES
                            + " times in a row while something was to be written to its journal. Nothing was written;"
                            + " try again.");
        } finally {
            turn.unlock();
        }
    }

    /** The floors go with the events that move them: neither is ever there without the other (G38). */
    private Runs.Appended append(List<Event> events, Instant now) {
        RunState after = after(events, now);
        boolean over = after.status().over();
        return after.floor().equals(history.state().floor())
                ? runs.append(run.id(), history.sequence(), authority, events, over, now)
                : runs.append(run.id(), history.sequence(), authority, events, over, LivePlans.floors(run, after), now);
    }

    private RunState after(List<Event> events, Instant now) {
        RunState state = history.state();
        for (Event event : events) {
            state = switch (Lifecycle.apply(state, event, now)) {
                case Transition.To(RunState next) -> next;
                case Transition.Refused(String reason) ->
                    throw new LockstepException(
                            ErrorCode.INTERNAL, "An event was about to be written that does not fit: " + reason + ".");
            };
        }
        return state;
    }
}
