package dev.lockstep.ui;

import dev.lockstep.change.Action;
import dev.lockstep.change.Phase;
import dev.lockstep.change.Step;
import dev.lockstep.engine.RunView;
import dev.lockstep.engine.Testimony;
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
        if (!viewer.mayDecide() || state.suspended() || !(state.stage() instanceof Stage.AwaitingApproval stage)) {
            return Optional.empty();
        }
        Phase phase = state.script().phase(stage.at());
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
