package dev.lockstep.plan;

import static dev.lockstep.plan.Shapes.DNS_LABEL;
import static dev.lockstep.plan.Shapes.optional;
import static dev.lockstep.plan.Shapes.pattern;
import static dev.lockstep.plan.Shapes.required;
import static dev.lockstep.plan.Shapes.set;
import static dev.lockstep.plan.Shapes.word;

import dev.lockstep.plan.Shape.Field;
import dev.lockstep.plan.Window.WhenClosed;
import java.time.DayOfWeek;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What says when phases may run looks like. */
final class WindowShape {
    static final int MOST_WINDOWS = 50;

    private static final Shape TIME_OF_DAY = pattern(5, WindowReader.TIME);

    private WindowShape() {}

    /** One that says for which phases it is. */
    static List<Field> fields(int mostPhases) {
        List<Field> all = new ArrayList<>(hours());
        all.add(
                1,
                optional(
                        "phases",
                        set(DNS_LABEL, 1, mostPhases),
                        "The phases that it is for, such as contract. Every phase that has steps where nothing is said."));
        return all;
    }

    /** One that stands at its phase. */
    static List<Field> hours() {
        return List.of(
                required("name", DNS_LABEL, "What messages call it."),
                optional(
                        "days",
                        set(word(DayOfWeek.values(), WindowReader::label), 1, 7),
                        "The days on which it opens. Every day where nothing is said."),
                required("from", TIME_OF_DAY, "When it opens on each of them, for example 22:00."),
                required(
                        "to",
                        TIME_OF_DAY,
                        "When it closes; not after from means the next day, and the same as from a whole day."),
                optional(
                        "timeZone",
                        new Shape.Text(1, 63, Optional.of("\\S")),
                        "Whose clock counts, by its name in the IANA database such as Europe/Berlin. UTC where nothing is"
                                + " said."),
                optional(
                        "whenClosed",
                        word(WhenClosed.values(), WhenClosed::label),
                        "What becomes of a phase that has begun: Checkpoint stops it at its next safe point, and it goes on"
                                + " in the next window; Finish lets it go to its end. A contract finishes and any other phase"
                                + " checkpoints where nothing is said."));
    }
}
