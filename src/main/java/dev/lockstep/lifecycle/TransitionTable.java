package dev.lockstep.lifecycle;

import static dev.lockstep.lifecycle.Stage.Kind.AT_GATE;
import static dev.lockstep.lifecycle.Stage.Kind.AWAITING_APPROVAL;
import static dev.lockstep.lifecycle.Stage.Kind.FAILED;
import static dev.lockstep.lifecycle.Stage.Kind.PENDING;
import static dev.lockstep.lifecycle.Stage.Kind.ROLLED_BACK;
import static dev.lockstep.lifecycle.Stage.Kind.STEP_DUE;
import static dev.lockstep.lifecycle.Stage.Kind.STEP_RUNNING;
import static dev.lockstep.lifecycle.Stage.Kind.SUCCEEDED;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The legal transitions as data. {@link Lifecycle#apply} refuses what is not here; the diagram in the documents is drawn
 * from here; and a test fails for a line that no run can take.
 */
public final class TransitionTable {
    private static final Set<Arrow> ARROWS = arrows();

    private TransitionTable() {}

    /** One legal transition. */
    public record Arrow(Stage.Kind from, Class<? extends Event> event, Stage.Kind to) {}

    /** All of them, in the order of a run's life. */
    public static Set<Arrow> all() {
        return ARROWS;
    }

    static boolean knows(Stage.Kind from, Event event) {
        return ARROWS.stream().anyMatch(arrow -> arrow.from() == from && arrow.event() == event.getClass());
    }

    static boolean allows(Stage.Kind from, Event event, Stage.Kind to) {
        return ARROWS.contains(new Arrow(from, event.getClass(), to));
    }

    private static Set<Arrow> arrows() {
        Set<Arrow> arrows = new LinkedHashSet<>();
        add(arrows, PENDING, Event.Started.class, AT_GATE);

        add(arrows, AT_GATE, Event.GateBlocked.class, AT_GATE);
        add(arrows, AWAITING_APPROVAL, Event.GateBlocked.class, AT_GATE);
        add(arrows, STEP_DUE, Event.GateBlocked.class, AT_GATE);
        add(arrows, AT_GATE, Event.GateMatched.class, AT_GATE);
        add(arrows, AT_GATE, Event.WindowClosed.class, AT_GATE);
        add(arrows, STEP_DUE, Event.WindowClosed.class, AT_GATE);
        add(arrows, AT_GATE, Event.WindowOpened.class, AT_GATE);
        add(arrows, AT_GATE, Event.FloorRaised.class, AT_GATE);
        add(arrows, AT_GATE, Event.GateOpened.class, AWAITING_APPROVAL, STEP_DUE);

        add(arrows, AT_GATE, Event.Approved.class, AT_GATE);
        add(arrows, AWAITING_APPROVAL, Event.Approved.class, AWAITING_APPROVAL, STEP_DUE);
        add(arrows, STEP_DUE, Event.Approved.class, STEP_DUE);
        add(arrows, STEP_RUNNING, Event.Approved.class, STEP_RUNNING);
        add(arrows, AT_GATE, Event.Rejected.class, AT_GATE);
        add(arrows, AWAITING_APPROVAL, Event.Rejected.class, AWAITING_APPROVAL);
        add(arrows, STEP_DUE, Event.Rejected.class, STEP_DUE, AWAITING_APPROVAL);
        add(arrows, STEP_RUNNING, Event.Rejected.class, STEP_RUNNING);

        add(arrows, STEP_DUE, Event.PointOfNoReturnPassed.class, STEP_DUE);
        add(arrows, STEP_DUE, Event.StepStarted.class, STEP_RUNNING);
        add(arrows, STEP_RUNNING, Event.StepWaiting.class, STEP_RUNNING);
        add(arrows, STEP_RUNNING, Event.StepCompleted.class, STEP_DUE, AT_GATE);
        add(arrows, STEP_RUNNING, Event.StepDelayed.class, STEP_RUNNING);
        add(arrows, STEP_RUNNING, Event.BlockerStopped.class, STEP_RUNNING);
        add(arrows, STEP_RUNNING, Event.StepBlocked.class, STEP_DUE);
        add(arrows, STEP_RUNNING, Event.StepInterrupted.class, STEP_DUE);
        add(arrows, STEP_RUNNING, Event.StepFailed.class, FAILED);
        add(arrows, STEP_DUE, Event.PhaseCompleted.class, AT_GATE, SUCCEEDED);
        add(arrows, STEP_DUE, Event.RolledBack.class, ROLLED_BACK);

        for (Stage.Kind alive : List.of(AT_GATE, AWAITING_APPROVAL, STEP_DUE, STEP_RUNNING)) {
            add(arrows, alive, Event.LeaseTaken.class, AT_GATE);
            add(arrows, alive, Event.Suspended.class, alive);
            add(arrows, alive, Event.Resumed.class, alive);
            add(arrows, alive, Event.Attested.class, alive);
            add(arrows, alive, Event.Paced.class, alive);
            add(arrows, alive, Event.Rescheduled.class, alive);
            add(arrows, alive, Event.Aborted.class, FAILED);
            add(arrows, alive, Event.RollbackRequested.class, AT_GATE);
        }
        add(arrows, FAILED, Event.Rescheduled.class, FAILED);
        add(arrows, AT_GATE, Event.RollbackRequested.class, STEP_DUE);
        add(arrows, AWAITING_APPROVAL, Event.RollbackRequested.class, STEP_DUE);
        add(arrows, STEP_DUE, Event.RollbackRequested.class, STEP_DUE);
        add(arrows, STEP_RUNNING, Event.RollbackRequested.class, STEP_DUE);
        add(arrows, FAILED, Event.RollbackRequested.class, AT_GATE, STEP_DUE);
        add(arrows, STEP_DUE, Event.RetryRequested.class, STEP_DUE);
        add(arrows, FAILED, Event.RetryRequested.class, AT_GATE);
        return Collections.unmodifiableSet(arrows);
    }

    private static void add(Set<Arrow> arrows, Stage.Kind from, Class<? extends Event> event, Stage.Kind... to) {
        for (Stage.Kind kind : to) {
            arrows.add(new Arrow(from, event, kind));
        }
    }
}
