package dev.lockstep.target;

import dev.lockstep.engine.Progress;
import dev.lockstep.plan.Speed;
import dev.lockstep.target.Forecast.Mark;
import dev.lockstep.target.Forecast.Outlook;
import java.time.Duration;
import java.util.Optional;

/** Tells how a backfill goes: at most five times a second while it does, and once a second what slows it down. Safe for any thread. */
final class BackfillProgress {
    private static final Duration EVERY = Duration.ofMillis(200);

    private final Attempt attempt;
    private final BackfillRest rest;
    private final Stopwatch since = Stopwatch.started();
    private Forecast forecast = new Forecast();
    private long reported;
    private Duration began = Duration.ZERO;
    private Duration reportedAt = EVERY.negated();
    private Optional<Progress> last = Optional.empty();

    BackfillProgress(Attempt attempt, BackfillRest rest) {
        this.attempt = attempt;
        this.rest = rest;
        rest.listener(this::again);
    }

    /**
     * Another pass goes through the whole table again, but writes next to nothing: what was is no measure for it.
     *
     * @param passed how much of the pass is done, from 0 to 1
     * @param worked how long its batches have taken, those of all workers together
     */
    synchronized void report(long pass, double passed, long rows, Duration worked) {
        if (pass != reported) {
            reported = pass;
            began = unpaused();
            forecast = new Forecast();
        }
        forecast.reached(new Mark(inPass(), worked, rows, passed));
        Duration now = since.elapsed();
        if (passed < 1 && now.minus(reportedAt).compareTo(EVERY) < 0) {
            return;
        }
        reportedAt = now;
        // What a later pass goes through has been passed before.
        tell(rows, pass == 1 ? passed : 1, rest.now());
    }

    private Duration unpaused() {
        return since.elapsed().minus(rest.pausedFor());
    }

    private Duration inPass() {
        return unpaused().minus(began);
    }

    /** The same with what makes it slower now, which may be a pause; what has not changed is not told again. */
    private synchronized void again() {
        Progress.Pace pace = rest.now();
        last.filter(before -> !before.pace().equals(Optional.of(pace)))
                .ifPresent(before -> tell(before.rowsDone(), before.fraction(), pace));
    }

    private void tell(long rows, double fraction, Progress.Pace pace) {
        Outlook outlook = forecast.outlook(inPass());
        boolean paused = pace.speed() == Speed.PAUSED;
        Progress progress = new Progress(
                attempt.order().step().name(),
                rows,
                fraction,
                paused ? 0 : outlook.rowsPerSecond(),
                paused ? Optional.empty() : outlook.left().map(left -> Math.round(left.toMillis() / 1000.0)),
                attempt.now(),
                Optional.of(pace));
        last = Optional.of(progress);
        attempt.progressed(progress);
    }
}
