package dev.lockstep.lifecycle;

import dev.lockstep.plan.Window;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** What windows make of a moment. Pure. */
sealed interface Hours {
    /** No window counts, so that any moment is right. */
    record Unlimited() implements Hours {}

    /**
     * At least one window is open.
     *
     * @param until when the last of those closes that follow each other without a break; told for a week or so at most
     */
    record Open(Instant until) implements Hours {}

    /**
     * None is open.
     *
     * @param next the one that opens first
     * @param opensAt later than now
     */
    record Closed(Window next, Instant opensAt) implements Hours {}

    /** Whether something that has to be within its hours must not begin now. */
    default boolean closed() {
        return this instanceof Closed;
    }

    /** What any of these windows makes of this moment. */
    static Hours of(List<Window> windows, Instant now) {
        if (windows.isEmpty()) {
            return new Unlimited();
        }
        List<Opening> ahead = windows.stream()
                .flatMap(window -> Opening.around(window, now))
                .filter(opening -> opening.until().isAfter(now))
                .sorted(Comparator.comparing(Opening::from))
                .toList();
        Instant until = now;
        for (Opening opening : ahead) {
            if (!opening.from().isAfter(until) && opening.until().isAfter(until)) {
                until = opening.until();
            }
        }
        return until.isAfter(now)
                ? new Open(until)
                : new Closed(ahead.getFirst().window(), ahead.getFirst().from());
    }

    /**
     * One time that a window is open.
     *
     * @param from the first moment
     * @param until the first moment after it
     */
    record Opening(Window window, Instant from, Instant until) {
        /** How far ahead a week's opening is at most, if a clock that goes forward may skip it once. */
        private static final int DAYS_AHEAD = 15;

        /** Those that are open at this moment or come next, and perhaps some that are over. */
        static Stream<Opening> around(Window window, Instant now) {
            LocalDate today = now.atZone(window.zone()).toLocalDate();
            return LongStream.rangeClosed(-1, DAYS_AHEAD)
                    .mapToObj(today::plusDays)
                    .filter(day -> window.days().contains(day.getDayOfWeek()))
                    .map(day -> on(window, day))
                    .flatMap(Optional::stream);
        }

        /** Empty where the clock goes forward over all of it. */
        private static Optional<Opening> on(Window window, LocalDate day) {
            Instant from = moment(day.atTime(window.from()), window.zone());
            LocalDate last = window.overnight() ? day.plusDays(1) : day;
            Instant until = moment(last.atTime(window.to()), window.zone());
            return from.isBefore(until) ? Optional.of(new Opening(window, from, until)) : Optional.empty();
        }

        /**
         * The first moment at which a clock there shows this time or a later one. Where it goes forward over that time, the
         * moment at which it does; where it goes back and shows it twice, the first.
         */
        private static Instant moment(LocalDateTime time, ZoneId zone) {
            ZoneOffsetTransition change = zone.getRules().getTransition(time);
            return change != null && change.isGap()
                    ? change.getInstant()
                    : time.atZone(zone).withEarlierOffsetAtOverlap().toInstant();
        }
    }
}
