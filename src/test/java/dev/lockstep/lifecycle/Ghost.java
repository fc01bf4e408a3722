package dev.lockstep.lifecycle;

import dev.lockstep.change.Step;
import dev.lockstep.gate.Verdict;
import dev.lockstep.plan.PhaseName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What has really happened to a run, kept beside its state and without looking at it, so that a state which forgets
 * something is found out.
 *
 * @param gateOpen whether a gate was opened since the last thing that closes it
 * @param matchingSince since when every look has seen the gate open, and not from before its floor rose
 * @param begun the steps that were begun going forward, in that order
 * @param done the steps that were completed going forward, in that order
 * @param takenBack the steps that were taken back, in that order
 * @param approvals who has said yes to what, and has not been overruled since
 * @param floors the phases whose floor was raised
 */
record Ghost(
        boolean gateOpen,
        Optional<Instant> matchingSince,
        List<String> begun,
        List<String> done,
        List<String> takenBack,
        Set<Approval> approvals,
        Set<PhaseName> floors) {
    static final Ghost NEW = new Ghost(false, Optional.empty(), List.of(), List.of(), List.of(), Set.of(), Set.of());

    record Approval(PhaseName phase, String actor) {}

    /** Somebody looked at the gate. */
    Ghost looked(Verdict verdict, Instant now) {
        return watching(verdict instanceof Verdict.Open ? Optional.of(matchingSince.orElse(now)) : Optional.empty());
    }

    /** Time went by, and nobody looked. */
    Ghost unwatched() {
        return watching(Optional.empty());
    }

    Ghost watching(Optional<Instant> since) {
        return new Ghost(gateOpen, since, begun, done, takenBack, approvals, floors);
    }

    /** What this event, which the run accepted, adds to the truth. */
    Ghost after(Event event, Instant now) {
        return switch (event) {
            case Event.GateOpened _ -> gate(true);
            case Event.GateBlocked _, Event.LeaseTaken _, Event.PhaseCompleted _, Event.StepFailed _, Event.Aborted _ ->
                gate(false).unwatched();
            // Looks go on; what they see still counts once the window opens.
            case Event.WindowClosed _ -> gate(false);
            case Event.RollbackRequested _ ->
                new Ghost(false, Optional.empty(), begun, done, takenBack, Set.of(), Set.of());
            case Event.FloorRaised(PhaseName phase) ->
                new Ghost(
                        gateOpen, matchingSince.map(_ -> now), begun, done, takenBack, approvals, with(floors, phase));
            case Event.Approved(PhaseName phase, String actor, var _, var _) ->
                approvals(with(approvals, new Approval(phase, actor)));
            case Event.Rejected(PhaseName phase, var _, var _) -> approvals(without(phase));
            case Event.StepStarted(String step, Position.Direction direction, var _, var _)
            when direction == Position.Direction.FORWARD && !begun.contains(step) ->
                new Ghost(gateOpen, matchingSince, with(begun, step), done, takenBack, approvals, floors);
            case Event.StepCompleted(String step, Position.Direction direction, var _) ->
                direction == Position.Direction.FORWARD
                        ? new Ghost(gateOpen, matchingSince, begun, with(done, step), takenBack, approvals, floors)
                        : new Ghost(gateOpen, matchingSince, begun, done, with(takenBack, step), approvals, floors);
            case Event.Started _,
                    Event.GateMatched _,
                    Event.WindowOpened _,
                    Event.PointOfNoReturnPassed _,
                    Event.StepStarted _,
                    Event.StepWaiting _,
                    Event.StepDelayed _,
                    Event.BlockerStopped _,
                    Event.StepBlocked _,
                    Event.StepInterrupted _,
                    Event.Attested _,
                    Event.Paced _,
                    Event.Rescheduled _,
                    Event.Suspended _,
                    Event.Resumed _,
                    Event.RetryRequested _,
                    Event.RolledBack _ -> this;
        };
    }

    long approvers(PhaseName phase) {
        return approvals.stream().filter(each -> each.phase().equals(phase)).count();
    }

    /** What a rollback owes: all that was begun and leaves something, last first. */
    List<String> owed(Script script) {
        List<String> owed = script.phases().stream()
                .flatMap(phase -> phase.steps().stream())
                .filter(step -> begun.contains(step.name()) && !(step.undo() instanceof Step.Undo.Nothing))
                .map(Step::name)
                .toList();
        return owed.reversed();
    }

    private Ghost gate(boolean open) {
        return new Ghost(open, matchingSince, begun, done, takenBack, approvals, floors);
    }

    private Ghost approvals(Set<Approval> now) {
        return new Ghost(gateOpen, matchingSince, begun, done, takenBack, now, floors);
    }

    private Set<Approval> without(PhaseName phase) {
        Set<Approval> rest = new HashSet<>(approvals);
        rest.removeIf(each -> each.phase().equals(phase));
        return Set.copyOf(rest);
    }

    private static <T> List<T> with(List<T> some, T one) {
        List<T> more = new ArrayList<>(some);
        more.add(one);
        return List.copyOf(more);
    }

    private static <T> Set<T> with(Set<T> some, T one) {
        Set<T> more = new HashSet<>(some);
        more.add(one);
        return Set.copyOf(more);
    }
}
