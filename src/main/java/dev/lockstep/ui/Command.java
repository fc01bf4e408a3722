package dev.lockstep.ui;

import dev.lockstep.engine.Actor;
import dev.lockstep.engine.Operations;
import dev.lockstep.engine.PlanView;
import dev.lockstep.engine.RunView;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.Lifecycle;
import dev.lockstep.lifecycle.RunState;
import dev.lockstep.lifecycle.RunStatus;
import dev.lockstep.lifecycle.Transition;
import dev.lockstep.plan.PlanKey;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What a person can ask a run to do, and when that makes sense. */
enum Command {
    START("Start", "Begins with the first phase."),
    RESUME("Resume", "Goes on where it was paused."),
    RETRY("Try again", "Goes on where it stopped."),
    SUSPEND("Pause", "Stops at the next safe point."),
    ROLLBACK("Roll back…", "Takes back everything that was done so far."),
    ABORT("Stop here…", "Stops at once and leaves everything as it is.");

    private final String label;
    private final String effect;

    Command(String label, String effect) {
        this.label = label;
        this.effect = effect;
    }

    String label() {
        return label;
    }

    /** What pressing the button brings, as a sentence. */
    String effect() {
        return effect;
    }

    /** As the address of the form spells it. */
    String path() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether a second page asks before it is done. */
    boolean confirmed() {
        return this == ROLLBACK || this == ABORT;
    }

    /** Those that make sense now, in the order of the buttons. The lifecycle itself is asked, so that no button lies. */
    static List<Command> sensible(PlanView view, Instant now) {
        return Stream.of(values())
                .filter(command -> command.makesSense(view, now))
                .toList();
    }

    private boolean makesSense(PlanView view, Instant now) {
        boolean waitsToStart = view.plan().pendingStart().isPresent();
        return switch (this) {
            case START ->
                !waitsToStart && view.run().map(run -> newRun(view, run)).orElse(true);
            case ABORT -> waitsToStart || allowed(view, new Event.Aborted(""), now);
            case RESUME -> !waitsToStart && allowed(view, new Event.Resumed(""), now);
            case RETRY -> !waitsToStart && allowed(view, new Event.RetryRequested(""), now);
            case SUSPEND -> !waitsToStart && allowed(view, new Event.Suspended(""), now);
            case ROLLBACK -> !waitsToStart && allowed(view, new Event.RollbackRequested(""), now);
        };
    }

    private static boolean newRun(PlanView view, RunView run) {
        RunStatus status = run.state().status();
        return status == RunStatus.ROLLED_BACK || (status == RunStatus.SUCCEEDED && !run.of(view.plan()));
    }

    private static boolean allowed(PlanView view, Event event, Instant now) {
        return view.run()
                .map(RunView::state)
                .filter(state -> may(state, event, now))
                .isPresent();
    }

    private static boolean may(RunState state, Event event, Instant now) {
        return Lifecycle.apply(state, event, now) instanceof Transition.To;
    }

    /** Asks for it. */
    void ask(Operations operations, PlanKey key, Actor actor) {
        switch (this) {
            case START -> operations.start(key, actor);
            case SUSPEND -> operations.suspend(key, actor);
            case RESUME -> operations.resume(key, actor);
            case RETRY -> operations.retry(key, actor);
            case ABORT -> operations.abort(key, actor);
            case ROLLBACK -> operations.rollback(key, actor);
        }
    }
}
