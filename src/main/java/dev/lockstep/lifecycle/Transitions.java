package dev.lockstep.lifecycle;

import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.lifecycle.Stage.Watch;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.Speed;
import dev.lockstep.plan.Windows;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** What each event makes of a state. Pure. What may follow what at all is said by {@link TransitionTable}. */
final class Transitions {
    private static final Watch NOT_MATCHING = new Watch.NotMatching();

    private Transitions() {}

    static Transition apply(RunState state, Event event, Instant at) {
        Stage.Kind from = state.stage().kind();
        if (!TransitionTable.knows(from, event)) {
            return new Transition.Refused(
                    "the run is " + from.words() + ", and " + Wording.of(event) + " makes no sense there");
        }
        Transition transition = follow(state, event, at);
        if (transition instanceof Transition.To(RunState to)
                && !TransitionTable.allows(from, event, to.stage().kind())) {
            throw new IllegalStateException(
                    from + " does not go to " + to.stage().kind() + " by " + event);
        }
        return transition;
    }

    private static Transition follow(RunState state, Event event, Instant at) {
        return switch (event) {
            case Event.Started _ -> to(state.in(new Stage.AtGate(Position.START, NOT_MATCHING)));
            case Event.LeaseTaken(String _, long fence) -> leaseTaken(state, fence);
            case Event.GateBlocked(PhaseName phase, List<Blocker> blockers) -> gateBlocked(state, phase, blockers, at);
            case Event.GateMatched(PhaseName phase) -> gateMatched(state, phase, at);
            case Event.WindowClosed(PhaseName phase, Blocker blocker) -> windowClosed(state, phase, blocker, at);
            case Event.WindowOpened(PhaseName phase) -> windowOpened(state, phase);
            case Event.GateOpened opened -> gateOpened(state, opened, at);
            case Event.FloorRaised(PhaseName phase) -> floorRaised(state, phase, at);
            case Event.Approved approved -> Approvals.approved(state, approved, at);
            case Event.Rejected rejected -> Approvals.rejected(state, rejected, at);
            case Event.PointOfNoReturnPassed(var _, String step) -> pastReturn(state, step);
            case Event.StepStarted started -> stepStarted(state, started, at);
            case Event.StepWaiting(String step, Direction direction, List<Blocker> blockers) ->
                whileRunning(state, step, direction, running -> state.in(running, holds(state, blockers, at)));
            case Event.StepDelayed(String step, Direction direction, var _, var _) ->
                whileRunning(state, step, direction, _ -> state);
            case Event.BlockerStopped(String step, Direction direction, var _, var _, var _) ->
                whileRunning(state, step, direction, _ -> state);
            case Event.StepCompleted(String step, Direction direction, var _) ->
                whileRunning(state, step, direction, running -> completed(state, running.at(), at));
            case Event.StepBlocked(String step, Direction direction, List<Blocker> blockers, Instant retryAt) ->
                whileRunning(
                        state,
                        step,
                        direction,
                        running -> state.in(new Stage.StepDue(running.at(), retryAt), holds(state, blockers, at)));
            case Event.StepInterrupted(String step, Direction direction) ->
                whileRunning(
                        state,
                        step,
                        direction,
                        running -> state.in(new Stage.StepDue(running.at(), at), state.holds()));
            case Event.StepFailed(String step, Direction direction, Stage.Fault fault) ->
                whileRunning(state, step, direction, running -> state.in(new Stage.Failed(running.at(), fault)));
            case Event.PhaseCompleted(PhaseName phase) -> phaseCompleted(state, phase);
            case Event.Attested attested -> attested(state, attested, at);
            case Event.Paced(Speed speed, String actor) -> paced(state, new Pacing(speed, actor, at));
            case Event.Rescheduled(Windows windows, var _) -> rescheduled(state, windows);
            case Event.Suspended _ -> suspended(state);
            case Event.Resumed _ -> resumed(state);
            case Event.RetryRequested _ -> retryRequested(state, at);
            case Event.Aborted(String actor) -> aborted(state, actor);
            case Event.RollbackRequested _ -> rollbackRequested(state, at);
            case Event.RolledBack _ -> rolledBack(state);
        };
    }

    /** Where taking back comes out of a contract, a gate begins that nobody has looked at yet. */
    private static RunState completed(RunState state, Position done, Instant at) {
        Script script = state.script();
        Position next = script.after(done);
        boolean gateBegins = next.backward() && !script.gated(done) && script.gated(next);
        return state.attempts(0)
                .floorAt(next)
                .in(gateBegins ? new Stage.AtGate(next, NOT_MATCHING) : new Stage.StepDue(next, at));
    }

    /** Whatever the last holder saw of gates, this one has not seen: it starts again before the gate (G36, G48). */
    private static Transition leaseTaken(RunState state, long fence) {
        if (fence <= state.fence()) {
            return refused("fence " + fence + " is not newer than " + state.fence());
        }
        return to(state.under(fence).in(new Stage.AtGate(position(state), NOT_MATCHING), state.holds()));
    }

    private static Transition gateBlocked(RunState state, PhaseName phase, List<Blocker> blockers, Instant at) {
        if (blockers.isEmpty()) {
            return refused("a gate is not blocked by nothing");
        }
        return inPhase(
                state,
                phase,
                position -> state.in(new Stage.AtGate(position, NOT_MATCHING), holds(state, blockers, at)));
    }

    /** That it matches opens no window. */
    private static Transition gateMatched(RunState state, PhaseName phase, Instant at) {
        List<Hold> window = state.holds().stream().filter(Schedule::outside).toList();
        return inPhase(
                state, phase, position -> state.in(new Stage.AtGate(position, new Watch.MatchingSince(at)), window));
    }

    /** What was seen of the gate still counts: otherwise one that must match for a day would never open in a night. */
    private static Transition windowClosed(RunState state, PhaseName phase, Blocker blocker, Instant at) {
        List<Hold> holds = holds(state, List.of(blocker), at);
        return inPhase(
                state,
                phase,
                position -> state.stage() instanceof Stage.AtGate
                        ? state.in(state.stage(), holds)
                        : state.in(new Stage.AtGate(position, NOT_MATCHING), holds));
    }

    private static Transition windowOpened(RunState state, PhaseName phase) {
        List<Hold> others =
                state.holds().stream().filter(Predicate.not(Schedule::outside)).toList();
        return Schedule.waits(state)
                ? inPhase(state, phase, _ -> state.in(state.stage(), others))
                : refused("phase " + phase + " does not wait for a window");
    }

    private static Transition gateOpened(RunState state, Event.GateOpened opened, Instant at) {
        Position position = position(state);
        PhaseName phase = opened.phase();
        if (opened.direction() != position.direction()) {
            return refused("the gate of phase " + phase + " was opened in the other direction");
        }
        if (opened.fence() != state.fence()) {
            return refused("the gate was opened under fence " + opened.fence() + ", but the lease is " + state.fence());
        }
        if (state.script().gated(position) && !matching(state)) {
            return refused("the gate of phase " + phase + " has not been seen to match");
        }
        if (state.floorDue(position)) {
            return refused("the floor must be raised before the gate of phase " + phase + " opens");
        }
        boolean granted = state.granted(position, at);
        return inPhase(
                state,
                phase,
                here -> granted
                        ? state.in(new Stage.StepDue(here, at))
                        : Approvals.withoutExpired(state, phase, at).in(new Stage.AwaitingApproval(here, at)));
    }

    private static boolean matching(RunState state) {
        return state.stage() instanceof Stage.AtGate(var _, Watch.MatchingSince _);
    }

    /** What the gate has shown before says nothing of those who were let in at the last moment: the watch begins anew. */
    private static Transition floorRaised(RunState state, PhaseName phase, Instant at) {
        if (!state.floorDue(position(state)) || !matching(state)) {
            return refused("the floor is not to be raised now");
        }
        return inPhase(
                state,
                phase,
                here -> state.floor(Optional.of(phase)).in(new Stage.AtGate(here, new Watch.MatchingSince(at))));
    }

    /** What somebody says about a workload moves nothing by itself: the gate's next look takes it up. */
    private static Transition attested(RunState state, Event.Attested attested, Instant at) {
        return attested.expiresAt().isAfter(at)
                ? to(state)
                : refused("the word for " + attested.workload() + " has expired before it was given");
    }

    private static Transition pastReturn(RunState state, String step) {
        Position here = position(state);
        boolean fits = !here.backward()
                && !state.script().exhausted(here)
                && state.script().step(here).name().equals(step)
                && Script.irreversible(state.script().step(here))
                && state.pointOfNoReturn().isEmpty();
        return fits ? to(state.pastReturn(step)) : refused("step " + step + " is not the point of no return");
    }

    private static Transition stepStarted(RunState state, Event.StepStarted started, Instant at) {
        Position here = position(state);
        if (state.script().exhausted(here)
                || !state.script().step(here).name().equals(started.step())
                || here.direction() != started.direction()) {
            return refused("step " + started.step() + " is not the one that is due");
        }
        if (started.fence() != state.fence()) {
            return refused("the step was begun under fence " + started.fence() + ", but the lease is " + state.fence());
        }
        if (!here.backward()
                && Script.irreversible(state.script().step(here))
                && state.pointOfNoReturn().isEmpty()) {
            return refused("step " + started.step() + " passes the point of no return, which was not recorded");
        }
        return to(state.attempts(state.attempts() + 1).in(new Stage.StepRunning(here, at), state.holds()));
    }

    private static Transition phaseCompleted(RunState state, PhaseName phase) {
        Position here = position(state);
        if (here.backward() || !state.script().exhausted(here)) {
            return refused("phase " + phase + " has steps left");
        }
        return inPhase(
                state,
                phase,
                _ -> state.script().lastPhase(here)
                        ? state.in(new Stage.Succeeded())
                        : state.in(
                                new Stage.AtGate(new Position(here.direction(), here.phase() + 1, 0), NOT_MATCHING)));
    }

    /** It moves nothing: a step that is running hears of it, and a later one begins with it. */
    private static Transition paced(RunState state, Pacing wanted) {
        return state.pacing().map(Pacing::speed).filter(wanted.speed()::equals).isPresent()
                ? refused("the speed is " + wanted.speed().label() + " already")
                : to(state.pacing(Optional.of(wanted)));
    }

    /** It moves nothing: what waits for a window, and what runs in one, is held against the new ones at the next look. */
    private static Transition rescheduled(RunState state, Windows windows) {
        return state.windows().equals(windows) ? refused("its windows are these already") : to(state.within(windows));
    }

    private static Transition suspended(RunState state) {
        return state.suspended() ? refused("the run is paused already") : to(state.suspended(true));
    }

    /** Nobody looked at the gate during the pause, so what was seen before says nothing now (G37). */
    private static Transition resumed(RunState state) {
        if (!state.suspended()) {
            return refused("the run is not paused, so it cannot be resumed");
        }
        RunState awake = state.suspended(false);
        return to(
                awake.stage() instanceof Stage.AtGate(Position here, var _)
                        ? awake.in(new Stage.AtGate(here, NOT_MATCHING), awake.holds())
                        : awake);
    }

    private static Transition retryRequested(RunState state, Instant at) {
        return switch (state.stage()) {
            case Stage.Failed(Position here, var _) -> to(state.in(new Stage.AtGate(here, NOT_MATCHING)));
            case Stage.StepDue(Position here, Instant notBefore)
            when at.isBefore(notBefore) -> to(state.in(new Stage.StepDue(here, at), state.holds()));
            case Stage.Pending _,
                    Stage.AtGate _,
                    Stage.AwaitingApproval _,
                    Stage.StepDue _,
                    Stage.StepRunning _,
                    Stage.Succeeded _,
                    Stage.RolledBack _ -> refused("nothing waits to be tried again");
        };
    }

    private static Transition aborted(RunState state, String actor) {
        Stage.Fault fault = new Stage.Fault(
                "ABORTED",
                actor + " aborted the run; what was done so far is still there.",
                state.pointOfNoReturn().isPresent()
                        ? "Retry goes on from here; the point of no return is passed, so there is no way back."
                        : "Roll back to take away what was done, or retry to go on from here.");
        return to(state.suspended(false).in(new Stage.Failed(position(state), fault)));
    }

    private static Transition rollbackRequested(RunState state, Instant at) {
        if (state.pointOfNoReturn().isPresent()) {
            return refused("step " + state.pointOfNoReturn().get()
                    + " has been begun, and nothing takes it back; go forward, or restore what is lost from a backup");
        }
        Position here = position(state);
        if (here.backward()) {
            return refused("the run is being rolled back already" + goingOn(state));
        }
        // A step that was begun may have done its work although nobody heard of it: it is taken back as well.
        Position first = state.attempts() > 0
                ? state.script().before(here.phase(), here.step() + 1)
                : state.script().before(here.phase(), here.step());
        RunState back = awake(state).attempts(0).approvals(Map.of()).floorAt(first);
        return to(back.in(
                first.equals(Position.ALL_TAKEN_BACK)
                        ? new Stage.StepDue(first, at)
                        : new Stage.AtGate(first, NOT_MATCHING)));
    }

    /** Whoever wants it taken back does not want it to stand still; a speed that was chosen stays. */
    private static RunState awake(RunState state) {
        return state.suspended(false).pacing(state.pacing().filter(pacing -> pacing.speed() != Speed.PAUSED));
    }

    private static String goingOn(RunState state) {
        if (state.stage() instanceof Stage.Failed) {
            return "; retry goes on with it";
        }
        return state.suspended() ? "; resume goes on with it" : "";
    }

    private static Transition rolledBack(RunState state) {
        return position(state).equals(Position.ALL_TAKEN_BACK)
                ? to(state.in(new Stage.RolledBack()))
                : refused("there are steps left to take back");
    }

    private static Transition whileRunning(
            RunState state, String step, Direction direction, Function<Stage.StepRunning, RunState> then) {
        return state.stage() instanceof Stage.StepRunning running
                        && running.at().direction() == direction
                        && state.script().step(running.at()).name().equals(step)
                ? to(then.apply(running))
                : refused("step " + step + " is not the one that is running");
    }

    private static Transition inPhase(RunState state, PhaseName phase, Function<Position, RunState> then) {
        Position here = position(state);
        return state.script().phase(here).name().equals(phase)
                ? to(then.apply(here))
                : refused("the run is not at phase " + phase);
    }

    /** The same blocker as before keeps its since-when, so that people see how long it has really been in the way. */
    private static List<Hold> holds(RunState state, List<Blocker> blockers, Instant at) {
        return blockers.stream()
                .map(blocker -> new Hold(
                        blocker,
                        state.holds().stream()
                                .filter(hold -> hold.blocker().code() == blocker.code()
                                        && hold.blocker().object().equals(blocker.object()))
                                .map(Hold::since)
                                .findFirst()
                                .orElse(at)))
                .toList();
    }

    static Position position(RunState state) {
        return state.position().orElseThrow(() -> new IllegalStateException("the table lets no such event in here"));
    }

    static Transition to(RunState state) {
        return new Transition.To(state);
    }

    static Transition refused(String reason) {
        return new Transition.Refused(reason);
    }
}
