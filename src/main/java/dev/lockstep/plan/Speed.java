package dev.lockstep.plan;

/**
 * How fast a backfill goes, in a word. The duty is the share of its time in which a backfill works; the rest of the time it
 * rests between two batches.
 */
public enum Speed {
    /** No rest of its own. What the application feels is not asked; what does lasting harm still is. */
    FULL("Full"),
    /** As fast as the application does not feel it: the rest that the plan says, and more whenever a signal says so. */
    GOVERNED("Governed"),
    /** A tenth of its time at most, in very short batches. */
    GENTLE("Gentle"),
    /** It rests, with no transaction open, until a person says otherwise. A plan cannot begin like this. */
    PAUSED("Paused");

    /** A gentle backfill rests for this share of its time. */
    private static final double GENTLE_REST = 0.9;

    private final String label;

    Speed(String label) {
        this.label = label;
    }

    /** The spelling in plans, in commands and in what is shown. */
    public String label() {
        return label;
    }

    /**
     * The most that a backfill works at this speed.
     *
     * @param restPercent the plan's own rest for the governed speed, 0 to 95
     * @return a share of its time, 0 to 1
     */
    public double duty(int restPercent) {
        double governed = 1 - restPercent / 100.0;
        return switch (this) {
            case FULL -> 1;
            case GOVERNED -> governed;
            case GENTLE -> Math.min(governed, 1 - GENTLE_REST);
            case PAUSED -> 0;
        };
    }
}
