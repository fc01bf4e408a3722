package dev.lockstep.lifecycle;

import dev.lockstep.plan.Window;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.stream.IntStream;

/** When windows are open, by nothing but looking at a clock on the wall once a minute. */
final class WallClock {
    private WallClock() {}

    /** Whether this window is open at this moment. */
    static boolean opens(Window window, Instant now) {
        LocalDate today = LocalDate.ofInstant(now, window.zone());
        return IntStream.rangeClosed(-2, 1)
                .mapToObj(today::plusDays)
                .filter(day -> window.days().contains(day.getDayOfWeek()))
                .anyMatch(day -> {
                    LocalDate last = window.to().isAfter(window.from()) ? day : day.plusDays(1);
                    return !first(day.atTime(window.from()), window.zone()).isAfter(now)
                            && first(last.atTime(window.to()), window.zone()).isAfter(now);
                });
    }

    /** The first minute at which the clock shows this time or a later one. */
    private static Instant first(LocalDateTime time, ZoneId zone) {
        Instant minute = time.toInstant(ZoneOffset.UTC).minus(Duration.ofHours(39));
        // Whole hours first, and all of them that may be too many are taken back: no clock jumps further than a day.
        while (LocalDateTime.ofInstant(minute.plus(25, ChronoUnit.HOURS), zone).isBefore(time)) {
            minute = minute.plus(1, ChronoUnit.HOURS);
        }
        while (LocalDateTime.ofInstant(minute, zone).isBefore(time)) {
            minute = minute.plus(1, ChronoUnit.MINUTES);
        }
        return minute;
    }
}
