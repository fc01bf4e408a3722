package dev.lockstep.lifecycle;

import dev.lockstep.change.Action;
import dev.lockstep.change.Phase;
import dev.lockstep.change.Step;
import dev.lockstep.gate.Blocker;
import dev.lockstep.plan.Window.WhenClosed;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/**
 * When a run's windows let it go on (G44). Pure.
 *
 * <p>Going back waits for none: whoever goes back is in a hurry. Nor does a step that only waits, such as the clock of a
 * revert window; what comes behind it begins like a phase of its own, because what was hidden until then can stay so.
 */
final class Schedule {
    private static final DateTimeFormatter LOCAL = DateTimeFormatter.ofPattern("EEEE yyyy-MM-dd HH:mm", Locale.ENGLISH);

    private Schedule() {}

    /** The hours of what is due at this position. */
    static Hours hours(RunState state, Position at, Instant now) {
        if (at.backward() || (works(state, at) && (nothingLeft(state, at) || onlyWaits(step(state, at))))) {
            return new Hours.Unlimited();
        }
        Phase phase = state.script().phase(at);
        boolean finishes =
                begun(state, at) && state.windows().whenClosed(phase.name(), phase.type()) == WhenClosed.FINISH;
        return finishes ? new Hours.Unlimited() : Hours.of(state.windows().of(phase.name(), works(state, at)), now);
    }

    private static boolean works(RunState state, Position at) {
        return !state.script().phase(at).steps().isEmpty();
    }

    private static boolean nothingLeft(RunState state, Position at) {
        return state.script().exhausted(at);
    }

    private static Step step(RunState state, Position at) {
        return state.script().step(at);
    }

    private static boolean onlyWaits(Step step) {
        return step.action() instanceof Action.RevertWindow;
    }

    /** Whether a step of the phase, or of what comes behind its last wait, has been begun. */
    private static boolean begun(RunState state, Position at) {
        List<Step> before = state.script().phase(at).steps().subList(0, at.step());
        boolean afterAStep = !before.isEmpty() && !onlyWaits(before.getLast());
        return afterAStep || state.attempts() > 0;
    }

    /** Whether the run is known to wait for a window. */
    static boolean waits(RunState state) {
        return state.holds().stream().anyMatch(Schedule::outside);
    }

    static boolean outside(Hold hold) {
        return hold.blocker().code() == Blocker.Code.OUTSIDE_WINDOW;
    }

    /** What holds a run whose windows are closed. */
    static Blocker blocker(RunState state, Position at, Hours.Closed closed, Instant now) {
        Phase phase = state.script().phase(at);
        ZonedDateTime local = closed.opensAt().atZone(closed.next().zone());
        return new Blocker(
                Blocker.Code.OUTSIDE_WINDOW,
                "phase " + phase.name(),
                "the plan's windows",
                "Phase " + phase.name() + " goes on only within its windows. Window "
                        + closed.next().name() + " is the next to open, at " + closed.opensAt() + " ("
                        + LOCAL.format(local) + " in " + closed.next().zone() + ").",
                "Nothing has to be done: it goes on by itself then. To go on sooner, send the same plan with other windows."
                        + " Rolling back, pausing and aborting wait for no window."
                        + missing(state, phase, begun(state, at), now));
    }

    /** Whoever is asked only once the window is open is asked at night. */
    private static String missing(RunState state, Phase phase, boolean begun, Instant now) {
        int missing = state.script().approvalsFor(phase.name())
                - state.approvers(phase.name(), now).size();
        return begun || missing <= 0
                ? ""
                : " It also needs " + missing + (missing == 1 ? " approval" : " approvals")
                        + ", which can be given now and counts then.";
    }
}
