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

    /**
     * The next step may begin, after one last look where its phase has a gate (G38). A position behind a phase's last step
     * means that the phase has nothing left to do.
     *
     * @param notBefore when it may be tried (again)
     */
    record StepDue(Position at, Instant notBefore) implements Stage {}

    /** The step has been begun under the current fence, and its end is not known yet. */
    record StepRunning(Position at, Instant since) implements Stage {}

    /** A terminal fault, or a person's abort. {@code retry} and, before the point of no return, {@code rollback} go on. */
    record Failed(Position at, Fault fault) implements Stage {}

    /** All phases are done. */
    record Succeeded() implements Stage {}

    /** All that was done has been taken back. */
    record RolledBack() implements Stage {}

    /** How a gate has looked since this replica began to watch it. */
    sealed interface Watch {
        /** Not looked yet, or it did not match. */
        record NotMatching() implements Watch {}

        /** It has matched at every look since then; where a floor had to rise first, since it rose. */
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

    /** The stages without what they carry, for the table of transitions. */
    enum Kind {
        PENDING("not started"),
        AT_GATE("waiting at a gate"),
        AWAITING_APPROVAL("waiting for approval"),
        STEP_DUE("about to run a step"),
        STEP_RUNNING("running a step"),
        FAILED("failed"),
        SUCCEEDED("over, and has succeeded"),
        ROLLED_BACK("over, and has been rolled back");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        /** How a person would say it after "the run is". */
        public String words() {
            return words;
        }
    }

    /** Which stage this is. */
    default Kind kind() {
        return switch (this) {
            case Pending _ -> Kind.PENDING;
            case AtGate _ -> Kind.AT_GATE;
            case AwaitingApproval _ -> Kind.AWAITING_APPROVAL;
            case StepDue _ -> Kind.STEP_DUE;
            case StepRunning _ -> Kind.STEP_RUNNING;
            case Failed _ -> Kind.FAILED;
            case Succeeded _ -> Kind.SUCCEEDED;
            case RolledBack _ -> Kind.ROLLED_BACK;
        };
    }
}
