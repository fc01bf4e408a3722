package dev.lockstep.target;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;

/**
 * Tells from how a pass has gone how it will go on: how much of the table a second of work passes, by the last two thirds of
 * the time so far, and which share of the last seconds was work. So the beginning, when batches look for their size, soon
 * counts no more, and a longer rest or another speed counts at once. After the pass comes the proof.
 *
 * <p>What has been passed grows by steps, since a range of blocks is written slice by slice, of which the first takes longest.
 * So work is measured from step to step, and what has been done of the next one is taken off. Knows no clock: times are told
 * without those in which the backfill was paused. Confined to one thread.
 */
final class Forecast {
    /** The look at all rows after the pass takes so much of what writing them took, where processors are idle (measured). */
    static final double PROOF = 0.04;

    /** Before that, the first batches are still looking for their size. */
    private static final Duration TOO_EARLY = Duration.ofSeconds(1);

    private static final Duration BEGINNING = Duration.ofSeconds(2);
    private static final Duration LONGEST = Duration.ofMinutes(2);

    /** For the share of work, which is the same from batch to batch until somebody changes it. */
    private static final Duration LONGEST_OF_SHARE = Duration.ofSeconds(10);

    /** What comes closer together tells nothing new. */
    private static final Duration APART = Duration.ofMillis(10);

    private final Deque<Mark> steps = new ArrayDeque<>();
    private final Deque<Mark> batches = new ArrayDeque<>();

    /**
     * Where the pass was at a time.
     *
     * @param worked how long batches have taken until then, those of all workers together
     * @param passed how much of the table is done, from 0 to 1
     */
    record Mark(Duration at, Duration worked, long rows, double passed) {}

    /**
     * How it goes on.
     *
     * @param left until the rows are proven; empty until it can be told
     */
    record Outlook(double rowsPerSecond, Optional<Duration> left) {}

    /** To be called when the pass begins, and after each batch. */
    void reached(Mark mark) {
        if (steps.isEmpty() || mark.passed() > steps.getLast().passed()) {
            add(steps, mark, LONGEST);
        }
        add(batches, mark, LONGEST_OF_SHARE);
    }

    private static void add(Deque<Mark> marks, Mark mark, Duration longest) {
        Iterator<Mark> latest = marks.descendingIterator();
        if (marks.size() > 2 && mark.at().minus(second(latest).at()).compareTo(APART) < 0) {
            marks.removeLast();
        }
        marks.addLast(mark);
        Duration from = latest(beginning(mark.at()), mark.at().minus(longest));
        while (marks.size() > 2 && second(marks.iterator()).at().compareTo(from) <= 0) {
            marks.removeFirst();
        }
    }

    /** What came before does not count any more: two thirds of the first three seconds, then two seconds, later a third. */
    private static Duration beginning(Duration now) {
        return latest(earliest(now.multipliedBy(2).dividedBy(3), BEGINNING), now.dividedBy(3));
    }

    private static Duration latest(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private static Duration earliest(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static Mark second(Iterator<Mark> marks) {
        marks.next();
        return marks.next();
    }

    /** What can be told at this time; at least one mark must have been reached. */
    Outlook outlook(Duration now) {
        Mark first = batches.getFirst();
        Mark last = batches.getLast();
        double seconds = seconds(now.minus(first.at()));
        double share = seconds(last.worked().minus(first.worked())) / Math.max(1e-9, seconds);
        return new Outlook(
                seconds > 0 ? (last.rows() - first.rows()) / seconds : 0,
                now.compareTo(TOO_EARLY) < 0 || share <= 0 ? Optional.empty() : left(last.worked(), share));
    }

    private Optional<Duration> left(Duration worked, double share) {
        Mark from = steps.getFirst();
        Mark to = steps.getLast();
        double measured = seconds(to.worked().minus(from.worked()));
        double ofNextStep = seconds(worked.minus(to.worked()));
        // A step that takes longer than all that was measured is no step of that kind.
        if (measured <= 0 || ofNextStep > measured) {
            return Optional.empty();
        }
        double whole = measured / (to.passed() - from.passed());
        double pass = Math.max(0, (1 - to.passed()) * whole - ofNextStep);
        return Optional.of(Duration.ofNanos(Math.round((pass / share + PROOF * whole) * 1e9)));
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
