package dev.lockstep.engine;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.lockstep.gate.Blocker;
import dev.lockstep.gate.Verdict;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.Lifecycle;
import dev.lockstep.lifecycle.Next;
import dev.lockstep.lifecycle.Position;
import dev.lockstep.lifecycle.RunState;
import dev.lockstep.lifecycle.Sighting;
import dev.lockstep.lifecycle.Stage;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Advances one run for as long as this replica holds its lease: asks {@link Lifecycle#next} what is to be done, has it done,
 * writes down what came of it. Runs on one virtual thread; {@link Bell} and {@link LeaseKeeper} are its only connections to
 * others.
 */
final class RunAdvancer {
    private static final System.Logger LOG = System.getLogger(RunAdvancer.class.getName());

    /** A gate is looked at again at least this often, because not all evidence announces itself (HTTP from the pod). */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private final StoredRun run;
    private final Lease lease;
    private final Journalist journalist;
    private final Lookout lookout;
    private final StepRunner steps;
    private final LeaseKeeper keeper;
    private final Bell bell;
    private final InstantSource clock;
    private final Reminder reminder = new Reminder();

    RunAdvancer(
            StoredRun run,
            LeaseKeeper keeper,
            Journalist journalist,
            Lookout lookout,
            StepRunner steps,
            Bell bell,
            InstantSource clock) {
        this.run = run;
        this.lease = keeper.lease();
        this.keeper = keeper;
        this.journalist = journalist;
        this.lookout = lookout;
        this.steps = steps;
        this.bell = bell;
        this.clock = clock;
    }

    /** How an advance ended. */
    enum Ended {
        /** There is nothing to do until a person asks for something. */
        RESTING,
        /** The lease is gone, or this replica is stopping; another one goes on. */
        HANDED_OVER
    }

    Ended advance() throws InterruptedException {
        if (leaseTaken() == Journalist.Written.LEASE_LOST) {
            return lost();
        }
        Sighting sighting = new Sighting.None();
        while (!keeper.ending()) {
            RunState state = journalist.read();
            Next next = Lifecycle.next(state, sighting, clock.instant());
            sighting = new Sighting.None();
            switch (next) {
                case Next.Append(List<Event> events) -> {
                    if (decided(state, events) == Journalist.Written.LEASE_LOST) {
                        return lost();
                    }
                }
                case Next.Look look -> sighting = seen(state, look);
                case Next.Execute(Position at, int attempt) -> {
                    if (execute(state, at, attempt) == Journalist.Written.LEASE_LOST) {
                        return lost();
                    }
                }
                case Next.Wait(Optional<Instant> until) -> {
                    remind(state);
                    bell.await(until.map(this::fromNow).orElse(LOOK_AGAIN));
                }
                case Next.Rest _ -> {
                    return Ended.RESTING;
                }
            }
        }
        return Ended.HANDED_OVER;
    }

    private void remind(RunState state) {
        reminder.due(state, clock.instant())
                .ifPresent(said -> LOG.log(
                        WARNING,
                        "plan={0} run={1} {2}",
                        run.document().key(),
                        run.id().shortForm(),
                        said));
    }

    /** Somebody else goes on from here; what they do with the lease is not ours to end. */
    private Ended lost() {
        keeper.giveUp();
        return Ended.HANDED_OVER;
    }

    /** Before this lease was had, somebody may have ended the run or paused it; then it was taken for nothing. */
    private Journalist.Written leaseTaken() {
        List<Event> taken = List.of(new Event.LeaseTaken(lease.holder(), lease.fence()));
        return journalist.write(state -> {
            if (Lifecycle.next(state, new Sighting.None(), clock.instant()) instanceof Next.Rest) {
                return List.of();
            }
            log(taken);
            return taken;
        });
    }

    private Sighting seen(RunState state, Next.Look look) {
        return new Sighting.Seen(verdict(state, look.freshness()), look.freshness());
    }

    /** A look that fails for another reason than the store holds the gate, with the reason where a person sees it (G1). */
    private Verdict verdict(RunState state, Next.Freshness freshness) {
        try {
            return lookout.verdict(
                    run.document().spec(),
                    state,
                    journalist.attestations(),
                    state.position().orElseThrow(),
                    freshness);
        } catch (RuntimeException e) {
            if (e instanceof LockstepException known && known.code() == ErrorCode.STORE_UNREACHABLE) {
                throw known;
            }
            LOG.log(WARNING, "run=" + run.id().shortForm() + " a look at the cluster failed", e);
            return new Verdict.Inconclusive(List.of(new Blocker(
                    Blocker.Code.EVIDENCE_STALE,
                    "the cluster",
                    "whoever runs Lockstep",
                    "Nobody could see what runs now: " + e.getMessage() + ".",
                    "Lockstep looks again by itself. If this stays, its log says more.")));
        }
    }

    private Duration fromNow(Instant until) {
        Duration left = Duration.between(clock.instant(), until);
        return left.compareTo(LOOK_AGAIN) < 0 ? left : LOOK_AGAIN;
    }

    /** What was decided on one state is only written onto that state: after a command in between, it is decided anew. */
    private Journalist.Written decided(RunState on, List<Event> events) {
        log(events);
        return journalist.write(state -> state.equals(on) ? events : List.of());
    }

    private Journalist.Written execute(RunState state, Position at, int attempt) throws InterruptedException {
        String step = state.script().step(at).name();
        StepOutcome outcome = steps.run(run, state, at, attempt, keeper, journalist);
        Optional<Long> newer =
                outcome instanceof StepOutcome.FencedOut ? steps.newerFence(run, lease) : Optional.empty();
        Event event = newer.<Event>map(fence -> new Event.StepFailed(step, at.direction(), storeIsBehind(fence)))
                .orElseGet(() -> event(step, at, outcome));
        log(List.of(event));
        Journalist.Written written = journalist.write(
                now -> now.stage() instanceof Stage.StepRunning(Position still, var _) && still.equals(at)
                        ? List.of(event)
                        : List.of());
        if (outcome instanceof StepOutcome.FencedOut) {
            if (written == Journalist.Written.DONE) {
                newer.ifPresent(keeper::outbid);
            }
            keeper.giveUp();
        }
        return written;
    }

    /**
     * Had another replica taken over, this store would know. It was restored, or is a copy that must keep its hands off: only
     * a person can tell which, and asks for another try if it is the first (G40).
     */
    private Stage.Fault storeIsBehind(long fence) {
        return new Stage.Fault(
                ErrorCode.FENCED_OUT.name(),
                "Database " + run.document().spec().database()
                        + " has been worked on under a newer lease of this run (fence "
                        + fence + ") than this Lockstep's store knows of (fence " + lease.fence()
                        + "): the store was restored from a backup or lost its last transactions, or another Lockstep"
                        + " works on the database with a copy of it. Nothing was done.",
                "See that no other Lockstep works on this database. Then retry: what the database's ledger says is done is"
                        + " found there and not done again. Until then, do not trust can-i-deploy for this database: the"
                        + " contract may be done.");
    }

    private Event event(String step, Position at, StepOutcome outcome) {
        return switch (outcome) {
            case StepOutcome.Completed(var summary) -> new Event.StepCompleted(step, at.direction(), summary);
            case StepOutcome.Blocked(var blockers, Duration retryAfter) ->
                new Event.StepBlocked(
                        step, at.direction(), blockers, clock.instant().plus(retryAfter));
            case StepOutcome.Interrupted _, StepOutcome.FencedOut _ -> new Event.StepInterrupted(step, at.direction());
            case StepOutcome.Failed(ErrorCode code, String message, String remedy) ->
                new Event.StepFailed(step, at.direction(), new Stage.Fault(code.name(), message, remedy));
        };
    }

    private void log(List<Event> events) {
        for (Event event : events) {
            LOG.log(
                    event instanceof Event.StepFailed ? WARNING : INFO,
                    "plan={0} run={1} fence={2} {3}",
                    run.document().key(),
                    run.id().shortForm(),
                    lease.fence(),
                    event);
        }
    }
}
