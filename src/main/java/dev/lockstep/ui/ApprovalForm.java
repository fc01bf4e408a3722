package dev.lockstep.ui;

import dev.lockstep.change.Action;
import dev.lockstep.change.Phase;
import dev.lockstep.change.Step;
import dev.lockstep.engine.RunView;
import dev.lockstep.engine.Testimony;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Position;
import dev.lockstep.lifecycle.RunState;
import dev.lockstep.lifecycle.Stage;
import dev.lockstep.plan.PhaseName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The decision that a run waits for.
 *
 * @param digest of what the person sees, and so of what they decide about (G43)
 * @param standing how many have approved and how many must, as a sentence
 * @param losses what nothing brings back once this goes on, as sentences
 * @param window how long it can still be brought back, as a sentence; empty where it is lost at once
 * @param witnesses what the server says about the use of what would go
 */
public record ApprovalForm(
        String phase,
        String digest,
        String standing,
        List<String> losses,
        Optional<String> window,
        List<Witness> witnesses) {
    public ApprovalForm {
        losses = List.copyOf(losses);
        witnesses = List.copyOf(witnesses);
    }

    /** The same question, with what the server says about the use of what would go. */
    ApprovalForm heard(List<Testimony> testimonies) {
        return new ApprovalForm(
                phase,
                digest,
                standing,
                losses,
                window,
                testimonies.stream().map(Witness::of).toList());
    }

    /** The first digits, for people to compare. */
    public String shortDigest() {
        return digest.substring(0, 12);
    }

    /** What to show this viewer; empty when nothing waits for their decision. */
    static Optional<ApprovalForm> of(RunView run, Viewer viewer) {
        RunState state = run.state();
        Optional<Position> asked = asked(state);
        if (!viewer.mayDecide() || state.suspended() || asked.isEmpty()) {
            return Optional.empty();
        }
        Phase phase = state.script().phase(asked.orElseThrow());
        return state.approvers(phase.name()).contains(viewer.name())
                ? Optional.empty()
                : Optional.of(new ApprovalForm(
                        phase.name().value(),
                        state.script().digest().value(),
                        standing(state, phase.name()),
                        losses(phase).toList(),
                        window(phase)
                                .map(span -> "Before that the old shape is only hidden for " + span
                                        + ": until then a rollback brings it back in a moment. Your approval covers the"
                                        + " drop afterwards, which looks once more at everything that runs."),
                        List.of()));
    }

    /** The phase that waits for people: now, or once its window opens and nothing else is in the way. */
    private static Optional<Position> asked(RunState state) {
        return switch (state.stage()) {
            case Stage.AwaitingApproval(Position at, var _) -> Optional.of(at);
            case Stage.AtGate(Position at, var _) ->
                Optional.of(at).filter(_ -> onlyItsWindow(state) && wanting(state, at));
            case Stage.Pending _,
                    Stage.StepDue _,
                    Stage.StepRunning _,
                    Stage.Failed _,
                    Stage.Succeeded _,
                    Stage.RolledBack _ -> Optional.empty();
        };
    }

    /** Whether the run is held by nothing but the hour. */
    static boolean onlyItsWindow(RunState state) {
        return !state.holds().isEmpty()
                && state.holds().stream().allMatch(hold -> hold.blocker().code() == Blocker.Code.OUTSIDE_WINDOW);
    }

    private static boolean wanting(RunState state, Position at) {
        PhaseName phase = state.script().phase(at).name();
        return at.step() == 0
                && state.attempts() == 0
                && state.approvers(phase).size() < state.script().approvalsFor(phase);
    }

    static String standing(RunState state, PhaseName phase) {
        int needed = state.script().approvalsFor(phase);
        int given = state.approvers(phase).size();
        return given + " of " + Count.of(needed, "approval") + " given";
    }

    static Stream<String> losses(Phase phase) {
        return phase.steps().stream()
                .flatMap(step -> step.undo() instanceof Step.Undo.Impossible(String why) ? Stream.of(why) : Stream.of())
                .distinct();
    }

    /** How long the phase keeps the old shape within reach before it loses anything; empty where it does not. */
    static Optional<String> window(Phase phase) {
        return phase.steps().stream()
                .<String>mapMulti((step, next) -> {
                    if (step.action() instanceof Action.RevertWindow(var _, int seconds)) {
                        next.accept(Span.words(Duration.ofSeconds(seconds)));
                    }
                })
                .findFirst();
    }
}
