package dev.lockstep.plan;

/** What kind of work a phase does. The order is the order in which they may follow each other in one change. */
public enum PhaseType {
    /** Adds the new shape beside the old one; old code does not notice. */
    EXPAND("Expand"),
    /** Brings existing rows into the new shape. */
    BACKFILL("Backfill"),
    /** Changes nothing; waits until every pod runs code that is ready. */
    DEPLOY("Deploy"),
    /** Takes the old shape away. */
    CONTRACT("Contract");

    private final String label;

    PhaseType(String label) {
        this.label = label;
    }

    /** The spelling in plans and in JSON. */
    public String label() {
        return label;
    }
}
