package dev.lockstep.target;

import dev.lockstep.engine.Progress;
import dev.lockstep.plan.Speed;
import java.time.Duration;
import java.util.Optional;

/** Tells how a backfill goes: at most five times a second while it does, and once a second what slows it down. Safe for any thread. */
final class BackfillProgress {
    private static final Duration EVERY = Duration.ofMillis(200);

    private final Attempt attempt;
    private final BackfillRest rest;
    private final Stopwatch since = Stopwatch.started();
    private final Forecast forecast = new Forecast();
    private Duration reportedAt = EVERY.negated();
    private Optional<Progress> last = Optional.empty();

    BackfillProgress(Attempt attempt, BackfillRest rest) {
        this.attempt = attempt;
        this.rest = rest;
        rest.listener(this::again);
    }

    /** @param passed how much of the pass is done, from 0 to 1 */
    synchronized void report(long pass, double passed, long rows) {
        Duration now = since.elapsed();
        if (passed < 1 && now.minus(reportedAt).compareTo(EVERY) < 0) {
            return;
        }
        reportedAt = now;
        // A second pass is short and its length is not known; the first one is what people wait for.
        boolean firstPass = pass == 1;
        Forecast.Outlook outlook = forecast.after(now.minus(rest.pausedFor()), rows, firstPass ? passed : 1);
        Progress progress = new Progress(
                attempt.order().step().name(),
                rows,
                firstPass ? passed : 1,
                outlook.rowsPerSecond(),
                firstPass ? outlook.left().map(left -> Math.round(left.toMillis() / 1000.0)) : Optional.empty(),
                attempt.now(),
                Optional.of(rest.now()));
        last = Optional.of(progress);
        attempt.progressed(progress);
    }

    /** The same with what makes it slower now, which may be a pause; what has not changed is not told again. */
    private synchronized void again() {
        Progress.Pace pace = rest.now();
        if (last.isEmpty() || last.get().pace().equals(Optional.of(pace))) {
            return;
        }
        boolean paused = pace.speed() == Speed.PAUSED;
        Progress before = last.get();
        Progress now = new Progress(
                before.step(),
                before.rowsDone(),
                before.fraction(),
                paused ? 0 : before.rowsPerSecond(),
                paused ? Optional.empty() : before.secondsLeft(),
                attempt.now(),
                Optional.of(pace));
        last = Optional.of(now);
        attempt.progressed(now);
    }
}
