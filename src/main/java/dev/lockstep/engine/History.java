package dev.lockstep.engine;

import dev.lockstep.change.Phase;
import dev.lockstep.change.Step;
import dev.lockstep.gate.Attestation;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.Lifecycle;
import dev.lockstep.lifecycle.Position;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.lifecycle.RunState;
import dev.lockstep.lifecycle.RunStatus;
import dev.lockstep.lifecycle.Script;
import dev.lockstep.lifecycle.Stage;
import dev.lockstep.lifecycle.Transition;
import dev.lockstep.plan.WorkloadName;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A journal read from its beginning: the state that it adds up to, and when what happened. Confined to one thread; reading
 * on is cheap, so the engine keeps one for each run that it advances.
 */
final class History {
    private final Map<String, StepView> steps = new HashMap<>();
    private final Map<String, Instant> gateOpened = new HashMap<>();
    private final Map<String, Instant> phaseStarted = new HashMap<>();
    private final Map<String, Instant> phaseFinished = new HashMap<>();
    private final Map<WorkloadName, Attestation> attestations = new HashMap<>();
    private RunState state;
    private Optional<JournalEntry> last = Optional.empty();
    private Optional<Instant> startedAt = Optional.empty();
    private Optional<Instant> finishedAt = Optional.empty();

    History(Script script) {
        state = RunState.pending(script);
        for (Phase phase : script.phases()) {
            for (Step step : phase.steps()) {
                steps.put(
                        step.name(),
                        new StepView(
                                step,
                                StepView.State.WAITING,
                                0,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                HeldUp.NOT));
            }
        }
    }

    RunState state() {
        return state;
    }

    /** The newest word for each external consumer, whether it has expired or not. */
    Map<WorkloadName, Attestation> attestations() {
        return Map.copyOf(attestations);
    }

    /** Of the newest entry; 0 before the first. */
    long sequence() {
        return last.map(JournalEntry::sequence).orElse(0L);
    }

    /** The newest entry that has been read. */
    Optional<JournalEntry> last() {
        return last;
    }

    /** When the first entry was written. */
    Optional<Instant> startedAt() {
        return startedAt;
    }

    Optional<Instant> finishedAt() {
        return finishedAt;
    }

    /**
     * Reads on.
     *
     * @throws LockstepException INTERNAL when the journal has a gap, or an entry that its state does not allow: it was
     *     written by another version, or tampered with, and nothing is safe to do
     */
    void read(List<JournalEntry> entries) {
        for (JournalEntry entry : entries) {
            if (entry.sequence() != sequence() + 1) {
                throw new LockstepException(
                        ErrorCode.INTERNAL,
                        "The run's journal goes from entry " + sequence() + " to " + entry.sequence()
                                + "; entries are missing, so its state is not known. Nothing more is done with it."
                                + " Restore the store, or compare with the ledger in the target.");
            }
            state = switch (Lifecycle.apply(state, entry.event(), entry.at())) {
                case Transition.To(RunState next) -> next;
                case Transition.Refused(String reason) ->
                    throw new LockstepException(
                            ErrorCode.INTERNAL,
                            "Entry " + entry.sequence() + " of the run's journal does not fit the ones before it: "
                                    + reason + ". Nothing more is done with the run; was the store edited by hand, or"
                                    + " written by a newer version of Lockstep?");
            };
            startedAt = startedAt.or(() -> Optional.of(entry.at()));
            last = Optional.of(entry);
            note(entry.event(), entry.at());
        }
    }

    private void note(Event event, Instant at) {
        finishedAt = state.status().over() ? Optional.of(at) : Optional.empty();
        switch (event) {
            case Event.GateOpened(var phase, Direction direction, var _)
            when direction == Direction.FORWARD -> {
                gateOpened.put(phase.value(), at);
                phaseStarted.putIfAbsent(phase.value(), at);
            }
            case Event.PhaseCompleted(var phase) -> phaseFinished.put(phase.value(), at);
            case Event.StepStarted(String step, var _, int attempt, var _) ->
                steps.put(step, started(viewOf(step), attempt, at));
            case Event.StepCompleted(String step, Direction direction, Event.StepSummary summary) ->
                steps.put(step, completed(viewOf(step), direction, summary, at));
            case Event.StepFailed(String step, var _, var _) ->
                steps.put(step, in(viewOf(step), StepView.State.FAILED, at));
            case Event.StepBlocked(String step, var _, var _, var _) ->
                steps.put(step, in(viewOf(step), StepView.State.WAITING, at));
            case Event.StepInterrupted(String step, var _) ->
                steps.put(step, in(viewOf(step), StepView.State.WAITING, at));
            case Event.StepDelayed delayed ->
                steps.computeIfPresent(
                        delayed.step(), (_, was) -> held(was, was.held().and(delayed)));
            case Event.BlockerStopped stopped ->
                steps.computeIfPresent(
                        stopped.step(), (_, was) -> held(was, was.held().and(stopped)));
            case Event.Attested(var workload, String version, String actor, String comment, Instant expiresAt) ->
                attestations.put(workload, new Attestation(version, actor, comment, at, expiresAt));
            case Event.LeaseTaken _, Event.Aborted _, Event.RollbackRequested _ -> stopped(at);
            case Event.Started _,
                    Event.GateBlocked _,
                    Event.GateMatched _,
                    Event.WindowClosed _,
                    Event.WindowOpened _,
                    Event.GateOpened _,
                    Event.FloorRaised _,
                    Event.Approved _,
                    Event.Rejected _,
                    Event.PointOfNoReturnPassed _,
                    Event.StepWaiting _,
                    Event.Paced _,
                    Event.Rescheduled _,
                    Event.Suspended _,
                    Event.Resumed _,
                    Event.RetryRequested _,
                    Event.RolledBack _ -> {
                // Nothing that a view would show beside the state itself.
            }
        }
    }

    /** Whoever was having a step done has been told to stop; nobody has it done any more. */
    private void stopped(Instant at) {
        steps.replaceAll(
                (_, view) -> view.state() == StepView.State.RUNNING ? in(view, StepView.State.WAITING, at) : view);
    }

    private static StepView started(StepView was, int attempt, Instant at) {
        return new StepView(
                was.step(),
                StepView.State.RUNNING,
                attempt,
                attempt == 1 ? Optional.of(at) : was.startedAt(),
                Optional.empty(),
                was.summary(),
                was.held());
    }

    private static StepView completed(StepView was, Direction direction, Event.StepSummary summary, Instant at) {
        return new StepView(
                was.step(),
                direction == Direction.FORWARD ? StepView.State.DONE : StepView.State.TAKEN_BACK,
                was.attempts(),
                was.startedAt(),
                Optional.of(at),
                Optional.of(summary),
                was.held());
    }

    private static StepView in(StepView was, StepView.State state, Instant at) {
        return new StepView(
                was.step(), state, was.attempts(), was.startedAt(), Optional.of(at), was.summary(), was.held());
    }

    private static StepView held(StepView was, HeldUp by) {
        return new StepView(
                was.step(), was.state(), was.attempts(), was.startedAt(), was.finishedAt(), was.summary(), by);
    }

    List<PhaseView> phases() {
        return state.script().phases().stream().map(this::view).toList();
    }

    private PhaseView view(Phase phase) {
        String name = phase.name().value();
        return new PhaseView(
                phase,
                stateOf(phase),
                phase.steps().stream().map(step -> viewOf(step.name())).toList(),
                state.script().approvalsFor(phase.name()),
                state.approvers(phase.name()),
                state.windows().words(phase.name(), phase.type(), !phase.steps().isEmpty()),
                Optional.ofNullable(gateOpened.get(name)),
                Optional.ofNullable(phaseStarted.get(name)),
                Optional.ofNullable(phaseFinished.get(name)));
    }

    private StepView viewOf(String step) {
        StepView view = steps.get(step);
        if (view == null) {
            throw new IllegalStateException("step " + step + " is not in the script");
        }
        return view;
    }

    private PhaseView.State stateOf(Phase phase) {
        if (state.status() == RunStatus.SUCCEEDED) {
            return PhaseView.State.DONE;
        }
        if (state.status() == RunStatus.ROLLED_BACK) {
            return phaseStarted.containsKey(phase.name().value())
                    ? PhaseView.State.TAKEN_BACK
                    : PhaseView.State.WAITING;
        }
        return state.position().map(at -> stateOf(phase, at)).orElse(PhaseView.State.WAITING);
    }

    private PhaseView.State stateOf(Phase phase, Position at) {
        int index = state.script().phases().indexOf(phase);
        if (index < at.phase()) {
            return PhaseView.State.DONE;
        }
        if (index > at.phase()) {
            return at.backward() && phaseStarted.containsKey(phase.name().value())
                    ? PhaseView.State.TAKEN_BACK
                    : PhaseView.State.WAITING;
        }
        return switch (state.stage()) {
            case Stage.AtGate _ -> state.holds().isEmpty() ? PhaseView.State.RUNNING : PhaseView.State.HELD;
            case Stage.AwaitingApproval _ -> PhaseView.State.AWAITING_APPROVAL;
            case Stage.StepDue _, Stage.StepRunning _ ->
                state.holds().isEmpty() ? PhaseView.State.RUNNING : PhaseView.State.HELD;
            case Stage.Failed _ -> PhaseView.State.FAILED;
            case Stage.Pending _, Stage.Succeeded _, Stage.RolledBack _ -> PhaseView.State.WAITING;
        };
    }
}
