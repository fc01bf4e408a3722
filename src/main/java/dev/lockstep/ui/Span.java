package dev.lockstep.ui;

import java.time.Duration;

/** How long something took, or is going to take, in words. */
final class Span {
    private static final int SECONDS_A_MINUTE = 60;
    private static final int MINUTES_AN_HOUR = 60;
    private static final int HOURS_A_DAY = 24;

    private Span() {}

    /** The two largest units: {@code 840 ms}, {@code 12 s}, {@code 4 min 12 s}, {@code 2 h 5 min}, {@code 3 d 4 h}. */
    static String words(Duration duration) {
        if (duration.toSeconds() == 0) {
            return duration.toMillis() + " ms";
        }
        if (duration.toMinutes() == 0) {
            return duration.toSeconds() + " s";
        }
        if (duration.toHours() == 0) {
            return two(duration.toMinutes(), "min", duration.toSeconds() % SECONDS_A_MINUTE, "s");
        }
        if (duration.toDays() == 0) {
            return two(duration.toHours(), "h", duration.toMinutes() % MINUTES_AN_HOUR, "min");
        }
        return two(duration.toDays(), "d", duration.toHours() % HOURS_A_DAY, "h");
    }

    /** The largest unit alone, for times that grow while somebody looks. */
    static String coarse(Duration duration) {
        String words = words(duration);
        int second = words.indexOf(' ', words.indexOf(' ') + 1);
        return second < 0 ? words : words.substring(0, second);
    }

    private static String two(long large, String largeUnit, long small, String smallUnit) {
        return small == 0 ? large + " " + largeUnit : large + " " + largeUnit + " " + small + " " + smallUnit;
    }
}
