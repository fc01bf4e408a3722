package dev.lockstep.ui;

import dev.lockstep.change.Phase;
import dev.lockstep.change.Step;
import dev.lockstep.engine.PhaseView;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.plan.PlanSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One phase on the track.
 *
 * @param purpose what this type of phase is for, as a sentence
 * @param gate what it waits for before its first step, as a sentence; empty without a gate
 * @param approvals who has to approve and who has; empty when nobody has to
 * @param windows when it may run, as sentences; empty for at any time
 * @param duration how long it took, or has been going on
 * @param lossy whether the run's point of no return is in this phase
 */
public record PhaseCard(
        String name,
        String type,
        String purpose,
        Badge badge,
        boolean current,
        Optional<String> gate,
        Optional<String> approvals,
        List<String> windows,
        Optional<String> duration,
        String progress,
        boolean lossy,
        List<StepCard> steps) {
    public PhaseCard {
        windows = List.copyOf(windows);
        steps = List.copyOf(steps);
    }

    /** Whether this is the first of the steps that nothing takes back. */
    public boolean isNoReturn(StepCard step) {
        return steps.stream()
                .filter(StepCard::lossy)
                .findFirst()
                .filter(step::equals)
                .isPresent();
    }

    /** The phases of a plan that has not been started, as they would be. */
    static List<PhaseCard> of(List<Phase> phases, PlanSpec spec) {
        return phases.stream()
                .map(phase -> {
                    List<StepCard> steps =
                            phase.steps().stream().map(StepCard::of).toList();
                    return card(
                            phase,
                            Badge.of(PhaseView.State.WAITING),
                            spec,
                            approvals(needed(spec, phase.name()), List.of()),
                            spec.allWindows().words(phase.name(), phase.type(), !steps.isEmpty()),
                            Optional.empty(),
                            Count.of(steps.size(), "step"),
                            steps);
                })
                .toList();
    }

    static PhaseCard of(PhaseView view, PlanSpec spec, Instant now) {
        List<StepCard> steps =
                view.steps().stream().map(step -> StepCard.of(step, now)).toList();
        long done = steps.stream()
                .filter(step -> step.badge().tone() == Badge.Tone.GOOD)
                .count();
        return card(
                view.phase(),
                Badge.of(view.state()),
                spec,
                approvals(
                        view.approvalsNeeded(),
                        view.approvers().stream().sorted().toList()),
                view.windows(),
                duration(view, now),
                done == 0 ? Count.of(steps.size(), "step") : done + " of " + Count.of(steps.size(), "step"),
                steps);
    }

    private static PhaseCard card(
            Phase phase,
            Badge badge,
            PlanSpec spec,
            Optional<String> approvals,
            List<String> windows,
            Optional<String> duration,
            String progress,
            List<StepCard> steps) {
        return new PhaseCard(
                phase.name().value(),
                phase.type().label(),
                purpose(phase.type()),
                badge,
                switch (badge.tone()) {
                    case ACTIVE, HELD, PERSON, BAD -> true;
                    case QUIET, GOOD -> false;
                },
                Requirements.of(phase, spec),
                approvals,
                windows,
                duration,
                steps.isEmpty() ? "No steps of its own" : progress,
                phase.steps().stream().anyMatch(step -> step.undo() instanceof Step.Undo.Impossible),
                steps);
    }

    private static String purpose(PhaseType type) {
        return switch (type) {
            case EXPAND -> "Adds the new shape beside the old one. Running code does not notice.";
            case BACKFILL -> "Brings the rows that exist into the new shape.";
            case DEPLOY -> "Changes nothing. Waits until every pod runs code that is ready.";
            case CONTRACT -> "Takes the old shape away.";
        };
    }

    private static int needed(PlanSpec spec, PhaseName phase) {
        return spec.approvals().stream()
                .filter(approval -> approval.phase().equals(phase))
                .mapToInt(PlanSpec.Approval::count)
                .max()
                .orElse(0);
    }

    private static Optional<String> approvals(int needed, List<String> approvers) {
        if (needed == 0) {
            return Optional.empty();
        }
        return Optional.of(
                approvers.isEmpty()
                        ? "Needs " + Count.of(needed, "approval") + "."
                        : approvers.size() + " of " + Count.of(needed, "approval") + ": " + String.join(", ", approvers)
                                + ".");
    }

    private static Optional<String> duration(PhaseView view, Instant now) {
        return view.startedAt().map(from -> {
            Instant to = view.finishedAt().filter(end -> !end.isBefore(from)).orElse(now);
            return Span.words(Duration.between(from, to));
        });
    }
}
