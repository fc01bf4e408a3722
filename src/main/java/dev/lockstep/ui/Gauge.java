package dev.lockstep.ui;

import dev.lockstep.engine.Progress;
import dev.lockstep.lifecycle.Pacing;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * How far a backfill is.
 *
 * @param permille 0 to 1000
 * @param percent the same for people
 * @param pace how fast it goes; empty for what has no speed
 */
public record Gauge(
        String step,
        int permille,
        String percent,
        String rows,
        String rate,
        String left,
        When at,
        Optional<PaceCard> pace) {
    static Gauge of(Progress progress, Optional<Pacing> pacing, Viewer viewer, Instant now) {
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
                When.of(progress.at(), now),
                progress.pace().map(pace -> PaceCard.of(pace, pacing, viewer, now)));
    }
}
