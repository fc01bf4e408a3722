package dev.lockstep.target;

import dev.lockstep.engine.Progress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** Tells how a backfill goes, at most five times a second, with a rate over the last few seconds. */
final class BackfillProgress {
    private static final Duration EVERY = Duration.ofMillis(200);
    private static final Duration WINDOW = Duration.ofSeconds(5);

    private final Attempt attempt;
    private final Stopwatch since = Stopwatch.started();
    private final Deque<Mark> marks = new ArrayDeque<>();
    private Duration reportedAt = EVERY.negated();

    BackfillProgress(Attempt attempt) {
        this.attempt = attempt;
    }

    private record Mark(Duration at, long rows, double passed) {}

    /** @param passed how much of the pass is done, from 0 to 1 */
    void report(long pass, double passed, long rows) {
        Duration now = since.elapsed();
        boolean last = passed >= 1;
        if (!last && now.minus(reportedAt).compareTo(EVERY) < 0) {
            return;
        }
        reportedAt = now;
        Mark mark = new Mark(now, rows, passed);
        marks.addLast(mark);
        while (marks.size() > 2 && now.minus(marks.getFirst().at()).compareTo(WINDOW) > 0) {
            marks.removeFirst();
        }
        Mark first = marks.getFirst();
        double seconds = now.minus(first.at()).toNanos() / 1e9;
        double rate = seconds > 0 ? (rows - first.rows()) / seconds : 0;
        double passRate = seconds > 0 ? (passed - first.passed()) / seconds : 0;
        // A second pass is short and its length is not known; the first one is what people wait for.
        boolean firstPass = pass == 1;
        double fraction = firstPass ? passed : 1;
        Optional<Long> left = firstPass && passRate > 0
                ? Optional.of(Math.max(0, Math.round((1 - passed) / passRate)))
                : Optional.empty();
        attempt.progressed(new Progress(attempt.order().step().name(), rows, fraction, rate, left, attempt.now()));
    }
}
