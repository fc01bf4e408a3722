package dev.lockstep.lifecycle;

/**
 * Where a run stands.
 *
 * @param phase index into the script's phases
 * @param step index into that phase's steps: the one to run next when going forward, the one to take back next when going
 *     backward; equal to the number of steps when a phase has none left
 */
public record Position(Direction direction, int phase, int step) {
    /** Whether a run does its steps or takes them back. */
    public enum Direction {
        FORWARD,
        BACKWARD
    }

    static Position start() {
        return new Position(Direction.FORWARD, 0, 0);
    }

    boolean backward() {
        return direction == Direction.BACKWARD;
    }
}
