package dev.lockstep.api;

import dev.lockstep.change.Phase;
import dev.lockstep.engine.LockstepException;
import dev.lockstep.engine.PlanView;
import dev.lockstep.lifecycle.Position;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.lifecycle.RunState;
import dev.lockstep.lifecycle.RunStatus;
import dev.lockstep.plan.PhaseName;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What somebody waits for. */
sealed interface Destination {
    /** The run has come to this phase: everything before it is done, though its own gate may still be closed. */
    record AtPhase(PhaseName phase) implements Destination {}

    /** The run is in this state. */
    record InState(RunStatus status) implements Destination {}

    /** How a plan stands to a destination. */
    sealed interface Prospect {
        record Reached() implements Prospect {}

        record Possible() implements Prospect {}

        /**
         * It cannot happen any more, or not unless a person does something first.
         *
         * @param why as sentences
         */
        record OutOfReach(String why) implements Prospect {}
    }

    /**
     * Reads {@code phase:contract} or {@code state:Succeeded}.
     *
     * @throws LockstepException REQUEST_INVALID
     */
    static Destination parse(String text) {
        if (text.startsWith("phase:")) {
            return new AtPhase(Keys.named(text.substring("phase:".length()), PhaseName::new));
        }
        Optional<RunStatus> status = Stream.of(RunStatus.values())
                .filter(one -> text.equals("state:" + one.label()))
                .findFirst();
        return status.map(InState::new)
                .orElseThrow(
                        () -> Problems.invalid("\"until\" must be phase: and a phase's name, such as phase:contract, or"
                                + " state: and one of "
                                + Stream.of(RunStatus.values())
                                        .map(RunStatus::label)
                                        .collect(Collectors.joining(", "))));
    }

    /** How this plan stands to the destination now. */
    default Prospect prospect(PlanView plan) {
        return switch (this) {
            case AtPhase(PhaseName phase) ->
                plan.run().map(run -> atPhase(phase, run.state())).orElseGet(Prospect.Possible::new);
            case InState(RunStatus wanted) -> {
                if (plan.status() == wanted) {
                    yield new Prospect.Reached();
                }
                yield plan.run().map(run -> inState(wanted, run.state())).orElseGet(Prospect.Possible::new);
            }
        };
    }

    private static Prospect atPhase(PhaseName wanted, RunState state) {
        List<PhaseName> names =
                state.script().phases().stream().map(Phase::name).toList();
        int at = names.indexOf(wanted);
        if (at < 0) {
            return new Prospect.OutOfReach("The run has no phase " + wanted + ". Its phases are " + names + ".");
        }
        boolean there = state.status() == RunStatus.SUCCEEDED
                || state.position()
                        .filter(now -> forward(now) && now.phase() >= at)
                        .isPresent();
        return there ? new Prospect.Reached() : onward(state);
    }

    private static Prospect inState(RunStatus wanted, RunState state) {
        boolean goesBack = state.position().filter(now -> !forward(now)).isPresent();
        return goesBack && wanted != RunStatus.SUCCEEDED && state.status() != RunStatus.FAILED
                ? new Prospect.Possible()
                : onward(state);
    }

    private static Prospect onward(RunState state) {
        String label = state.status().label();
        return switch (state.status()) {
            case SUCCEEDED, ROLLED_BACK -> new Prospect.OutOfReach("The run is over: it is " + label + ".");
            case FAILED ->
                new Prospect.OutOfReach(
                        "The run is Failed and waits for a person; look at its fault, then retry or roll" + " back.");
            case ROLLING_BACK -> new Prospect.OutOfReach("The run is being rolled back.");
            case PAUSED ->
                state.position().filter(now -> !forward(now)).isPresent()
                        ? new Prospect.OutOfReach("The run is being rolled back, and paused.")
                        : new Prospect.Possible();
            case PENDING, RUNNING, HELD, AWAITING_APPROVAL -> new Prospect.Possible();
        };
    }

    private static boolean forward(Position position) {
        return switch (position.direction()) {
            case Direction.FORWARD -> true;
            case Direction.BACKWARD -> false;
        };
    }
}
