package dev.lockstep.target;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * When a number that only grows (the end of the log, the next transaction) had come how far. It tells the age of a position
 * where the server does not. Confined to one thread.
 */
final class Trail {
    private final Deque<Mark> marks = new ArrayDeque<>();

    private record Mark(long position, Stopwatch since) {}

    void at(long position) {
        if (marks.isEmpty() || marks.getLast().position() < position) {
            marks.addLast(new Mark(position, Stopwatch.started()));
        }
    }

    /** For how long at least this position has been left behind; zero for one that has not been. */
    Duration leftBehind(long position) {
        return marks.stream()
                .filter(mark -> mark.position() > position)
                .findFirst()
                .map(mark -> mark.since().elapsed())
                .orElse(Duration.ZERO);
    }

    /** Nobody will ask for anything before this position. */
    void forgetBefore(long position) {
        while (marks.size() > 1 && marks.getFirst().position() <= position) {
            marks.removeFirst();
        }
    }
}
