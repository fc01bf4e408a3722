package dev.lockstep.ui;

import dev.lockstep.engine.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/**
 * How far a backfill is.
 *
 * @param permille 0 to 1000
 * @param percent the same for people
 */
public record Gauge(String step, int permille, String percent, String rows, String rate, String left, When at) {
    static Gauge of(Progress progress, Instant now) {
        // Never rounded up to 100: that the last row is done is proven, not estimated.
        int permille = Math.clamp((long) Math.floor(progress.fraction() * 1000), 0, 1000);
        return new Gauge(
                progress.step(),
                permille,
                String.format(Locale.ROOT, "%.1f %%", permille / 10.0),
                Count.of(progress.rowsDone()),
                Count.of(Math.round(progress.rowsPerSecond())),
                progress.secondsLeft()
                        .map(seconds -> "about " + Span.words(Duration.ofSeconds(seconds)))
                        .orElse("not known yet"),
                When.of(progress.at(), now));
    }
}
