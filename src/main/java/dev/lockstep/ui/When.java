package dev.lockstep.ui;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * A moment as a page shows it: exactly, for whoever compares it with a log, and as the time that has passed, for whoever
 * wants to know how long this has been so.
 *
 * @param machine RFC 3339, in UTC
 * @param absolute the same for people, in UTC, to the second
 * @param relative as seen when the page was made
 */
public record When(String machine, String absolute, String relative) {
    private static final DateTimeFormatter PEOPLE = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private static final Duration MOMENTS = Duration.ofSeconds(5);

    static When of(Instant at, Instant now) {
        return new When(at.truncatedTo(ChronoUnit.MILLIS).toString(), PEOPLE.format(at), relative(at, now));
    }

    /** The same moment without the time that has passed, for the start of a sentence. */
    static String utc(Instant at) {
        return PEOPLE.format(at);
    }

    private static String relative(Instant at, Instant now) {
        Duration passed = Duration.between(at, now);
        if (passed.abs().compareTo(MOMENTS) < 0) {
            return "just now";
        }
        return passed.isNegative() ? "in " + Span.coarse(passed.negated()) : Span.coarse(passed) + " ago";
    }
}
