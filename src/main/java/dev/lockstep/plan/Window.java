package dev.lockstep.plan;

import java.time.DayOfWeek;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.TextStyle;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Hours of the week in which steps of some phases may be begun (G44).
 *
 * @param name unlike that of any other window of the plan; a DNS label
 * @param phases those that it is for; empty for every phase that has steps
 * @param days on which it opens, in the order of a week; never empty
 * @param from when it opens on each of them, by a clock in {@code zone}
 * @param to when it closes; on the day after, if it is not later than {@code from}, so that equal ones are a whole day
 * @param whenClosed what becomes then of a phase that has begun; empty for what suits its type
 */
public record Window(
        String name,
        List<PhaseName> phases,
        List<DayOfWeek> days,
        LocalTime from,
        LocalTime to,
        ZoneId zone,
        Optional<WhenClosed> whenClosed) {
    /** Every day of the week. */
    public static final List<DayOfWeek> EVERY_DAY = List.of(DayOfWeek.values());

    public Window {
        Names.requireDnsLabel("window name", name);
        phases = List.copyOf(phases);
        days = days.isEmpty() ? EVERY_DAY : List.copyOf(EnumSet.copyOf(days));
    }

    /** What becomes of a phase that has begun when none of its windows is open any more. */
    public enum WhenClosed {
        /** It stops at its next safe point, and goes on in the next window. */
        CHECKPOINT("Checkpoint"),
        /** It goes on to its end. */
        FINISH("Finish");

        private final String label;

        WhenClosed(String label) {
            this.label = label;
        }

        /** The spelling in plans. */
        public String label() {
            return label;
        }
    }

    /** Whether it closes on the day after it opened. */
    public boolean overnight() {
        return !to.isAfter(from);
    }

    /**
     * Whether it is for this phase.
     *
     * @param works whether the phase has steps; one without only waits, which needs no window unless one names it
     */
    boolean concerns(PhaseName phase, boolean works) {
        return phases.isEmpty() ? works : phases.contains(phase);
    }

    /** Whether there may be a phase that both are for. */
    boolean meets(Window other) {
        return phases.isEmpty()
                || other.phases.isEmpty()
                || phases.stream().anyMatch(Set.copyOf(other.phases)::contains);
    }

    /** When it is open, for people: {@code nights: Monday, Tuesday from 22:00 to 05:00 the next day, Europe/Berlin}. */
    public String words() {
        String on = days.equals(EVERY_DAY)
                ? "every day"
                : days.stream()
                        .map(day -> day.getDisplayName(TextStyle.FULL, Locale.ENGLISH))
                        .collect(Collectors.joining(", "));
        return name + ": " + on + " from " + from + " to " + to + (overnight() ? " the next day, " : ", ") + zone;
    }
}
