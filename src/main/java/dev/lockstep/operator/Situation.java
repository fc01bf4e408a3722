package dev.lockstep.operator;

import dev.lockstep.engine.PlanView;
import dev.lockstep.engine.RunView;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Hold;
import dev.lockstep.lifecycle.RunState;
import dev.lockstep.lifecycle.RunStatus;
import dev.lockstep.lifecycle.Stage;
import dev.lockstep.plan.PhaseName;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * All that a plan's status is made of, besides the time.
 *
 * @param plan empty before the engine has accepted any spec of it
 * @param objection why the spec that stands there now is not what runs
 * @param suspended whether the object asks for suspension
 * @param pausedBySpec whether that paused the run
 * @param deleting whether the object is on its way out
 * @param healthyAt the phase at which the object is to be reported as ready (G49)
 */
record Situation(
        Optional<PlanView> plan,
        Optional<Objection> objection,
        boolean suspended,
        boolean pausedBySpec,
        boolean deleting,
        Optional<String> healthyAt) {

    /** What is objected speaks for the whole where nothing else goes on, and where the object is on its way out. */
    Optional<Objection> speaking() {
        boolean idle = run().filter(run -> !run.state().status().over()).isEmpty();
        return objection.filter(_ -> deleting || idle);
    }

    Optional<RunView> run() {
        return plan.flatMap(PlanView::run);
    }

    Optional<RunState> state() {
        return run().map(RunView::state);
    }

    RunStatus status() {
        RunStatus of = plan.map(PlanView::status).orElse(RunStatus.PENDING);
        return of == RunStatus.PENDING
                        && objection
                                .filter(it -> it.kind() == Objection.Kind.HELD)
                                .isPresent()
                ? RunStatus.HELD
                : of;
    }

    /** What is in the way of the run; not what is in the way of the spec. */
    List<Hold> holds() {
        return plan.map(PlanView::holds).orElseGet(List::of);
    }

    Optional<Blocker> firstBlocker() {
        return holds().stream().map(Hold::blocker).findFirst();
    }

    Optional<Stage.Fault> fault() {
        return state().map(RunState::stage)
                .filter(Stage.Failed.class::isInstance)
                .map(stage -> ((Stage.Failed) stage).fault());
    }

    Optional<PhaseName> phase() {
        return state().flatMap(state ->
                state.position().map(at -> state.script().phase(at).name()));
    }

    /** A spec that was refused while nothing runs leads nowhere until somebody changes it. */
    boolean leadsNowhere() {
        boolean moving = run().filter(run -> !run.state().status().over()).isPresent();
        return !moving
                && objection.filter(it -> it.kind() == Objection.Kind.REFUSED).isPresent();
    }

    /** Whether the run has come to the phase at which it is to be reported as ready, or is beyond it. */
    boolean milestoneReached() {
        return healthyAt.isPresent()
                && state().filter(state -> reached(state, healthyAt.get())).isPresent();
    }

    private static boolean reached(RunState state, String phase) {
        RunStatus status = state.status();
        if (status == RunStatus.FAILED || status == RunStatus.ROLLING_BACK) {
            return false;
        }
        int wanted = IntStream.range(0, state.script().phases().size())
                .filter(at -> state.script().phases().get(at).name().value().equals(phase))
                .findFirst()
                .orElse(Integer.MAX_VALUE);
        return state.position()
                .filter(at -> !at.backward() && at.phase() >= wanted)
                .isPresent();
    }
}
