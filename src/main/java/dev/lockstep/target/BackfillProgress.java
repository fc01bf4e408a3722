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

    private record Mark(Duration at, long rows, long block) {}

    void report(BackfillStep.Position position, long rows) {
        Duration now = since.elapsed();
        boolean last = position.next() >= position.end();
        if (!last && now.minus(reportedAt).compareTo(EVERY) < 0) {
            return;
        }
        reportedAt = now;
        Mark mark = new Mark(now, rows, position.next());
        marks.addLast(mark);
        while (marks.size() > 2 && now.minus(marks.getFirst().at()).compareTo(WINDOW) > 0) {
            marks.removeFirst();
        }
        Mark first = marks.getFirst();
        double seconds = now.minus(first.at()).toNanos() / 1e9;
        double rate = seconds > 0 ? (rows - first.rows()) / seconds : 0;
        double blockRate = seconds > 0 ? (position.next() - first.block()) / seconds : 0;
        // A second pass is short and its length is not known; the first one is what people wait for.
        boolean firstPass = position.pass() == 1;
        double fraction = firstPass && position.end() > 0 ? Math.min(1, (double) position.next() / position.end()) : 1;
        Optional<Long> left = firstPass && blockRate > 0
                ? Optional.of(Math.max(0, Math.round((position.end() - position.next()) / blockRate)))
                : Optional.empty();
        attempt.progressed(new Progress(attempt.order().step().name(), rows, fraction, rate, left, attempt.now()));
    }
}
