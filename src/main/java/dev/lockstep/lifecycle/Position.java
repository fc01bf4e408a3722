package dev.lockstep.lifecycle;

/**
 * Where a run stands.
 *
 * @param phase index into the script's phases
 * @param step index into that phase's steps: the one to run next when going forward (the number of steps when none is
 *     left), the one to take back next when going backward (-1 in phase 0 when none is left)
 */
public record Position(Direction direction, int phase, int step) {
    static final Position START = new Position(Direction.FORWARD, 0, 0);
    static final Position ALL_TAKEN_BACK = new Position(Direction.BACKWARD, 0, -1);

    /** Whether a run does its steps or takes them back. */
    public enum Direction {
        FORWARD,
        BACKWARD
    }

    /** Whether the run is taking its steps back. */
    public boolean backward() {
        return direction == Direction.BACKWARD;
    }
}
