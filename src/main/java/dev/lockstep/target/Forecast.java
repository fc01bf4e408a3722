package dev.lockstep.target;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Tells from how a backfill has gone how it will go on. It looks back over a third of the time so far: short enough to follow a
 * change of speed, long enough that a few slow batches, or one checkpoint, do not double what is left. Knows no clock: times
 * are told without those in which the backfill was paused. Confined to one thread.
 */
final class Forecast {
    private static final Duration SHORTEST = Duration.ofSeconds(2);
    private static final Duration LONGEST = Duration.ofMinutes(2);

    /** Before that, the first batches are still looking for their size. */
    private static final Duration TOO_EARLY = Duration.ofMillis(500);

    private final Deque<Mark> marks = new ArrayDeque<>();

    private record Mark(Duration at, long rows, double passed) {}

    /**
     * How it goes on.
     *
     * @param left empty until it can be told
     */
    record Outlook(double rowsPerSecond, Optional<Duration> left) {}

    /** @param passed how much of the table is done, from 0 to 1 */
    Outlook after(Duration now, long rows, double passed) {
        marks.addLast(new Mark(now, rows, passed));
        Duration window = Duration.ofNanos(Math.clamp(now.toNanos() / 3, SHORTEST.toNanos(), LONGEST.toNanos()));
        while (marks.size() > 2 && now.minus(marks.getFirst().at()).compareTo(window) > 0) {
            marks.removeFirst();
        }
        Mark first = marks.getFirst();
        Duration looked = now.minus(first.at());
        double seconds = looked.toNanos() / 1e9;
        if (looked.compareTo(TOO_EARLY) < 0) {
            return new Outlook(seconds > 0 ? (rows - first.rows()) / seconds : 0, Optional.empty());
        }
        double passing = (passed - first.passed()) / seconds;
        return new Outlook(
                (rows - first.rows()) / seconds,
                passing > 0
                        ? Optional.of(Duration.ofMillis(Math.round((1 - passed) / passing * 1000)))
                        : Optional.empty());
    }
}
