package dev.lockstep.ui;

import dev.lockstep.change.Step;
import dev.lockstep.engine.StepView;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.Event.StepSummary;
import dev.lockstep.lifecycle.InTheWay;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One step with its SQL.
 *
 * @param account what became of it, as a sentence; empty before it has begun
 * @param inverse what takes it back, where that is an action
 * @param undo in words: what taking it back means
 * @param lossy whether nothing takes it back
 * @param check the query that sees whether it is done
 */
public record StepCard(
        String name,
        String title,
        Badge badge,
        Optional<String> account,
        List<String> notes,
        Listing forward,
        Optional<Listing> inverse,
        String undo,
        boolean lossy,
        String check) {
    private static final int DELAYS_SHOWN = 5;

    public StepCard {
        notes = List.copyOf(notes);
    }

    /** A step of a plan that has not been started. */
    static StepCard of(Step step) {
        return of(step, Badge.of(StepView.State.WAITING), Optional.empty(), List.of());
    }

    static StepCard of(StepView view, Instant now) {
        return of(view.step(), Badge.of(view.state()), account(view, now), notes(view));
    }

    private static StepCard of(Step step, Badge badge, Optional<String> account, List<String> notes) {
        return new StepCard(
                step.name(),
                step.title(),
                badge,
                account,
                notes,
                Listing.of(step.action()),
                step.undo() instanceof Step.Undo.By by ? Optional.of(Listing.of(by.action())) : Optional.empty(),
                switch (step.undo()) {
                    case Step.Undo.By _ -> "When the run is rolled back, this is run:";
                    case Step.Undo.Nothing _ -> "Leaves nothing that would have to be taken back.";
                    case Step.Undo.Impossible(String why) -> why;
                },
                step.undo() instanceof Step.Undo.Impossible,
                step.done());
    }

    /** What its last end had to tell, and who held it up. */
    private static List<String> notes(StepView view) {
        List<String> notes =
                new ArrayList<>(view.summary().map(StepSummary::notes).orElseGet(List::of));
        List<Event.Delay> delays = view.held().delays();
        delays.stream().limit(DELAYS_SHOWN).map(StepCard::delay).forEach(notes::add);
        int more = Math.max(0, delays.size() - DELAYS_SHOWN) + view.held().others();
        if (more > 0) {
            notes.add(Count.of(more, "more session") + " held it up for less; the journal has them.");
        }
        return notes;
    }

    private static String delay(Event.Delay delay) {
        InTheWay who = delay.by();
        String role = who.user().isEmpty() ? "" : ", role " + who.user();
        return "Held up for " + Span.words(Duration.ofMillis(delay.milliseconds())) + " by " + Account.named(who) + role
                + ", which had " + LockWords.of(who.what())
                + (delay.stopped() ? " and was stopped, as the plan allows" : "")
                + "." + (who.query().isEmpty() ? "" : " Its statement: " + who.query());
    }

    private static Optional<String> account(StepView view, Instant now) {
        return switch (view.state()) {
            case WAITING ->
                view.attempts() == 0
                        ? Optional.empty()
                        : Optional.of("Will be tried again after " + Count.of(view.attempts(), "attempt") + ".");
            case RUNNING ->
                view.startedAt()
                        .map(at -> "Running for " + Span.words(Duration.between(at, now)) + attempt(view) + ".");
            case FAILED -> Optional.of("Failed in attempt " + view.attempts() + ".");
            case TAKEN_BACK -> view.summary().map(summary -> "Taken back in " + took(summary) + ".");
            case DONE -> view.summary().map(summary -> done(summary) + attempt(view) + ".");
        };
    }

    private static String done(StepSummary summary) {
        String rows = summary.rows() > 0 ? Count.of(summary.rows(), "row") + " in " + took(summary) : took(summary);
        return summary.longestLockWaitMilliseconds() > 0
                ? rows + ", longest wait for a lock " + Count.of(summary.longestLockWaitMilliseconds()) + " ms"
                : rows;
    }

    private static String took(StepSummary summary) {
        return Span.words(Duration.ofMillis(summary.milliseconds()));
    }

    private static String attempt(StepView view) {
        return view.attempts() > 1 ? ", attempt " + view.attempts() : "";
    }
}
