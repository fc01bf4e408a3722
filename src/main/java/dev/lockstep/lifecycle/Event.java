package dev.lockstep.lifecycle;

import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.plan.Digest;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.Speed;
import dev.lockstep.plan.Windows;
import dev.lockstep.plan.WorkloadName;
import java.time.Instant;
import java.util.List;

/** One fact in the life of a run. The journal is these, in order; a run's state is nothing but their sum. */
public sealed interface Event {
    /** A person or machine started the run. */
    record Started(String actor) implements Event {}

    /** A replica took the run over; all it believed about gates is to be seen anew. */
    record LeaseTaken(String holder, long fence) implements Event {}

    /**
     * The gate did not match.
     *
     * @param blockers never empty
     */
    record GateBlocked(PhaseName phase, List<Blocker> blockers) implements Event {
        public GateBlocked {
            blockers = List.copyOf(blockers);
        }
    }

    /** The gate matched at a look; its stability window began. */
    record GateMatched(PhaseName phase) implements Event {}

    /**
     * None of the phase's windows is open (G44). What the gate is like is told by other events, and goes on being looked at.
     *
     * @param blocker says when the next one opens
     */
    record WindowClosed(PhaseName phase, Blocker blocker) implements Event {}

    /** A window of the phase has opened, or it waits for none any more. */
    record WindowOpened(PhaseName phase) implements Event {}

    /** The gate matched for long enough, or the phase has none. */
    record GateOpened(PhaseName phase, Direction direction, long fence) implements Event {}

    /** From here on, code that needs the old shape is too late. Recorded before the contract begins. */
    record FloorRaised(PhaseName phase) implements Event {}

    record Approved(PhaseName phase, String actor, String comment, Digest digest) implements Event {}

    /** A person said no: the run pauses. */
    record Rejected(PhaseName phase, String actor, String comment) implements Event {}

    /** The next step cannot be taken back. Recorded before it begins. */
    record PointOfNoReturnPassed(PhaseName phase, String step) implements Event {}

    record StepStarted(String step, Direction direction, int attempt, long fence) implements Event {}

    record StepCompleted(String step, Direction direction, StepSummary summary) implements Event {}

    /** The running step waits for these; with an empty list it goes on. */
    record StepWaiting(String step, Direction direction, List<Blocker> blockers) implements Event {
        public StepWaiting {
            blockers = List.copyOf(blockers);
        }
    }

    /**
     * An attempt of the step was held up. Recorded before it ends, however it ends.
     *
     * @param delays by whom, and for how long; the longest first
     * @param others how many more there were than are listed
     */
    record StepDelayed(String step, Direction direction, List<Delay> delays, int others) implements Event {
        public StepDelayed {
            delays = List.copyOf(delays);
        }
    }

    /**
     * Somebody in the way is stopped, as the plan allows (P7). Recorded before it is done, so that nobody is stopped of whom
     * there is no trace; that it was still necessary then is seen by the {@link StepDelayed} that follows.
     *
     * @param transactionMilliseconds how old the transaction was that is lost
     */
    record BlockerStopped(String step, Direction direction, InTheWay blocker, Stop stop, long transactionMilliseconds)
            implements Event {}

    /** Something was in the way that may go by itself; the step did nothing and will be tried again. */
    record StepBlocked(String step, Direction direction, List<Blocker> blockers, Instant retryAt) implements Event {
        public StepBlocked {
            blockers = List.copyOf(blockers);
        }
    }

    /** The step stopped at a safe point because it was asked to. */
    record StepInterrupted(String step, Direction direction) implements Event {}

    record StepFailed(String step, Direction direction, Stage.Fault fault) implements Event {}

    /** All steps of the phase are done; with the last phase the run has succeeded. */
    record PhaseCompleted(PhaseName phase) implements Event {}

    /**
     * Somebody answers for what an external consumer runs, until then (G30). Gates take the newest word of each.
     *
     * @param version unaltered
     * @param comment how they know, in their own words
     */
    record Attested(WorkloadName workload, String version, String actor, String comment, Instant expiresAt)
            implements Event {}

    record Suspended(String actor) implements Event {}

    record Resumed(String actor) implements Event {}

    /** From now on, the backfills of the run go at this speed; everything else is done as before. */
    record Paced(Speed speed, String actor) implements Event {}

    /** From now on, phases run in these windows and in no others. What they do is the same as before. */
    record Rescheduled(Windows windows, String actor) implements Event {}

    /** A person asks to try again now: after a failure, or without waiting for the next attempt. */
    record RetryRequested(String actor) implements Event {}

    record Aborted(String actor) implements Event {}

    record RollbackRequested(String actor) implements Event {}

    record RolledBack() implements Event {}

    /**
     * How long somebody held up an attempt, all in all. Several do so at the same time.
     *
     * @param stopped whether it was stopped for that
     */
    record Delay(InTheWay by, long milliseconds, boolean stopped) {}

    /** How somebody in the way is stopped. */
    enum Stop {
        /** Its statement is cancelled; the connection stays. */
        CANCEL,
        /** Its connection is ended. */
        TERMINATE
    }

    /**
     * What a step did.
     *
     * @param rows rows that it changed
     * @param milliseconds from begin to end
     * @param longestLockWaitMilliseconds the longest that one attempt waited for a lock, with others queued behind it
     * @param notes worth knowing afterwards, as sentences
     */
    record StepSummary(long rows, long milliseconds, long longestLockWaitMilliseconds, List<String> notes) {
        public StepSummary {
            notes = List.copyOf(notes);
        }
    }
}
