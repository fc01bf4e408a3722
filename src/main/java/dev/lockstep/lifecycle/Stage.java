package dev.lockstep.lifecycle;

import java.time.Instant;

/** What a run is doing, exactly. What people see of it is {@link RunStatus}. */
public sealed interface Stage {
    /** Accepted, not started. */
    record Pending() implements Stage {}

    /** Waits for the gate before the step at this position. */
    record AtGate(Position at, Watch watch) implements Stage {}

    /** The gate is open; people have to agree. */
    record AwaitingApproval(Position at, Instant since) implements Stage {}

    /** Everything is granted; one live look is still due before the first step (G38). */
    record Confirming(Position at) implements Stage {}

    /**
     * The next step may begin.
     *
     * @param attempt 1 for the first
     * @param notBefore when it may be tried (again)
     */
    record StepDue(Position at, int attempt, Instant notBefore) implements Stage {}

    /** The step has been begun under the current fence, and its end is not known yet. */
    record StepRunning(Position at, int attempt, Instant since) implements Stage {}

    /** A terminal fault, or a person's abort. {@code retry} and, before the point of no return, {@code rollback} go on. */
    record Failed(Position at, int attempt, Fault fault) implements Stage {}

    /** All phases are done. */
    record Succeeded() implements Stage {}

    /** All that was done has been taken back. */
    record RolledBack() implements Stage {}

    /** How a gate has looked since this replica began to watch it. */
    sealed interface Watch {
        /** Not looked yet, or it did not match. */
        record NotMatching() implements Watch {}

        /** It has matched at every look since then. */
        record MatchingSince(Instant since) implements Watch {}
    }

    /**
     * Why a run failed.
     *
     * @param code a stable code for machines
     * @param message what happened, as a sentence
     * @param remedy what a person can do, as a sentence
     */
    record Fault(String code, String message, String remedy) {}
}
