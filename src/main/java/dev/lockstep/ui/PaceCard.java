package dev.lockstep.ui;

import dev.lockstep.engine.Progress;
import dev.lockstep.lifecycle.Pacing;
import dev.lockstep.plan.Speed;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How fast a backfill goes, why, and what can be chosen instead.
 *
 * @param said who chose the speed, as a sentence without an end
 * @param throttle what keeps it below its speed, as a sentence
 * @param choices empty for whoever may not choose
 */
public record PaceCard(
        String speed,
        String duty,
        Optional<String> said,
        Optional<When> saidAt,
        Optional<String> signal,
        Optional<String> throttle,
        Optional<When> throttledSince,
        List<Choice> choices) {
    public PaceCard {
        choices = List.copyOf(choices);
    }

    /**
     * One speed to choose.
     *
     * @param effect what pressing the button brings, as a sentence
     */
    public record Choice(String speed, String label, String effect, boolean chosen) {
        /** Part of the button's id. */
        public String id() {
            return speed.toLowerCase(Locale.ROOT);
        }
    }

    static PaceCard of(Progress.Pace pace, Optional<Pacing> pacing, Viewer viewer, Instant now) {
        Speed wanted = pacing.map(Pacing::speed).orElse(pace.speed());
        return new PaceCard(
                pace.speed().label(),
                Math.round(pace.duty() * 100) + " %",
                pacing.map(by -> by.speed() == Speed.PAUSED
                        ? "Paused by " + by.actor()
                        : by.speed().label() + ", chosen by " + by.actor()),
                pacing.map(by -> When.of(by.since(), now)),
                pace.throttle().map(Progress.Throttle::signal),
                pace.throttle().map(Progress.Throttle::words),
                pace.throttle().map(by -> When.of(by.since(), now)),
                viewer.mayOperate()
                        ? Stream.of(Speed.values())
                                .map(speed -> choice(speed, speed == wanted))
                                .toList()
                        : List.of());
    }

    private static Choice choice(Speed speed, boolean chosen) {
        return switch (speed) {
            case FULL ->
                new Choice(
                        speed.label(),
                        "Full speed",
                        "No rest of its own; it slows down only before harm that would last.",
                        chosen);
            case GOVERNED ->
                new Choice(speed.label(), "Governed", "As fast as the application does not feel it.", chosen);
            case GENTLE ->
                new Choice(speed.label(), "Gentle", "A tenth of the time at most, a moment at a time.", chosen);
            case PAUSED ->
                new Choice(
                        speed.label(),
                        "Pause the backfill",
                        "Rests after its current batch, with nothing locked, until another speed is chosen.",
                        chosen);
        };
    }
}
