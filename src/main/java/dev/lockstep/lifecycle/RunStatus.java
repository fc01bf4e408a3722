package dev.lockstep.lifecycle;

/** A run's state as people and machines see it. */
public enum RunStatus {
    PENDING("Pending"),
    RUNNING("Running"),
    /** Waits for something that is named; a normal state, not an error. */
    HELD("Held"),
    AWAITING_APPROVAL("AwaitingApproval"),
    PAUSED("Paused"),
    SUCCEEDED("Succeeded"),
    FAILED("Failed"),
    ROLLING_BACK("RollingBack"),
    ROLLED_BACK("RolledBack");

    private final String label;

    RunStatus(String label) {
        this.label = label;
    }

    /** The spelling in JSON. */
    public String label() {
        return label;
    }

    /** Whether nothing will happen to the run any more without a person. A failed run can still be retried. */
    public boolean over() {
        return switch (this) {
            case SUCCEEDED, ROLLED_BACK -> true;
            case PENDING, RUNNING, HELD, AWAITING_APPROVAL, PAUSED, FAILED, ROLLING_BACK -> false;
        };
    }
}
