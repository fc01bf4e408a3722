package dev.lockstep.lifecycle;

import dev.lockstep.change.Phase;
import dev.lockstep.gate.Blocker;
import dev.lockstep.gate.Verdict;
import dev.lockstep.lifecycle.Next.Freshness;
import dev.lockstep.lifecycle.Stage.Watch;
import dev.lockstep.plan.PhaseName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is to be done with a run now. Pure: the same arguments give the same answer, and no clock, database or cluster is
 * known here. With {@link TransitionTable} this is the whole state machine of a run.
 */
public final class Lifecycle {
    private Lifecycle() {}

    /** What this event, which happened then, makes of this state. */
    public static Transition apply(RunState state, Event event, Instant at) {
        return Transitions.apply(state, event, at);
    }

    /**
     * What is next.
     *
     * @param sighting what a look brought, if the last answer asked for one
     * @param now by the same clock as the events
     */
    public static Next next(RunState state, Sighting sighting, Instant now) {
        return switch (state.stage()) {
            case Stage.Pending _, Stage.Failed _, Stage.Succeeded _, Stage.RolledBack _ -> new Next.Rest();
            case Stage.StepRunning(Position at, var _)
            when state.suspended() || Schedule.hours(state, at, now).closed() ->
                // Paused, or its window closed, after the step was written down and before it began: it does not begin.
                new Next.Append(
                        new Event.StepInterrupted(state.script().step(at).name(), at.direction()));
            case Stage.StepRunning(Position at, var _) -> new Next.Execute(at, state.attempts());
            case Stage.AtGate _, Stage.AwaitingApproval _, Stage.StepDue _ when state.suspended() -> new Next.Rest();
            case Stage.AtGate(Position at, Watch watch) -> atGate(state, at, watch, sighting, now);
            case Stage.AwaitingApproval(Position at, var _) -> awaitingApproval(state, at, sighting);
            case Stage.StepDue(Position at, Instant notBefore) -> stepDue(state, at, notBefore, sighting, now);
        };
    }

    private static Next atGate(RunState state, Position at, Watch watch, Sighting sighting, Instant now) {
        if (Schedule.hours(state, at, now) instanceof Hours.Closed closed) {
            return outside(state, at, watch, sighting, closed, now);
        }
        if (!state.script().gated(at)) {
            return new Next.Append(Schedule.waits(state) ? windowOpened(state, at) : opened(state, at));
        }
        return switch (sighting) {
            case Sighting.None _ -> new Next.Look(at.direction(), Freshness.WATCHED);
            case Sighting.Seen(Verdict.Open _, var _) -> matching(state, at, watch, now);
            case Sighting.Seen(Verdict.Closed(List<Blocker> blockers), var _) ->
                blocked(state, at, watch, blockers, Optional.empty());
            case Sighting.Seen(Verdict.Inconclusive(List<Blocker> blockers), var _) ->
                blocked(state, at, watch, blockers, Optional.empty());
        };
    }

    /**
     * The gate does not open, whatever it is like: the floor would rise long before the contract, and nobody could go back to
     * old code meanwhile. It is looked at all the same, so that people see by day what would be in the way at night.
     */
    private static Next outside(
            RunState state, Position at, Watch watch, Sighting sighting, Hours.Closed closed, Instant now) {
        Blocker window = Schedule.blocker(state, at, closed, now);
        Optional<Instant> opensAt = Optional.of(closed.opensAt());
        if (!state.script().gated(at)) {
            return kept(state, at, window, opensAt);
        }
        return switch (sighting) {
            case Sighting.None _ -> new Next.Look(at.direction(), Freshness.WATCHED);
            case Sighting.Seen(Verdict.Open _, var _) ->
                watch instanceof Watch.NotMatching
                        ? new Next.Append(new Event.GateMatched(phase(state, at)))
                        : kept(state, at, window, opensAt);
            case Sighting.Seen(Verdict.Closed(List<Blocker> blockers), var _) ->
                blocked(state, at, watch, with(blockers, window), opensAt);
            case Sighting.Seen(Verdict.Inconclusive(List<Blocker> blockers), var _) ->
                blocked(state, at, watch, with(blockers, window), opensAt);
        };
    }

    /** Only the window is in the way. */
    private static Next kept(RunState state, Position at, Blocker window, Optional<Instant> opensAt) {
        return known(state, List.of(window))
                ? new Next.Wait(opensAt)
                : new Next.Append(new Event.WindowClosed(phase(state, at), window));
    }

    /** Last, because people can do something about the others. */
    private static List<Blocker> with(List<Blocker> blockers, Blocker window) {
        List<Blocker> all = new ArrayList<>(blockers);
        all.add(window);
        return all;
    }

    private static Next matching(RunState state, Position at, Watch watch, Instant now) {
        if (Schedule.waits(state)) {
            return new Next.Append(windowOpened(state, at));
        }
        return switch (watch) {
            case Watch.NotMatching _ -> new Next.Append(new Event.GateMatched(phase(state, at)));
            case Watch.MatchingSince(Instant since) -> {
                Instant stable = since.plusSeconds(state.script().minStableSeconds());
                yield now.isBefore(stable) ? new Next.Wait(Optional.of(stable)) : new Next.Append(stable(state, at));
            }
        };
    }

    /**
     * The floor rises first: whoever starts old code from now on is refused. Who was let in a moment before is perhaps not
     * there yet, so only when the gate has matched for as long once more does it open (G38).
     */
    private static Event stable(RunState state, Position at) {
        return state.floorDue(at) ? new Event.FloorRaised(phase(state, at)) : opened(state, at);
    }

    private static Event windowOpened(RunState state, Position at) {
        return new Event.WindowOpened(phase(state, at));
    }

    private static Event opened(RunState state, Position at) {
        return new Event.GateOpened(phase(state, at), at.direction(), state.fence());
    }

    /** What is already known is not written again: the journal grows when something changes, not when somebody looks. */
    private static Next blocked(
            RunState state, Position at, Watch watch, List<Blocker> blockers, Optional<Instant> until) {
        return watch instanceof Watch.NotMatching && known(state, blockers)
                ? new Next.Wait(until)
                : new Next.Append(new Event.GateBlocked(phase(state, at), blockers));
    }

    private static boolean known(RunState state, List<Blocker> blockers) {
        return state.holds().stream().map(Hold::blocker).toList().equals(blockers);
    }

    private static Next awaitingApproval(RunState state, Position at, Sighting sighting) {
        if (!state.script().gated(at)) {
            return new Next.Wait(Optional.empty());
        }
        return switch (sighting) {
            case Sighting.None _ -> new Next.Look(at.direction(), Freshness.WATCHED);
            case Sighting.Seen(Verdict.Open _, var _) -> new Next.Wait(Optional.empty());
            case Sighting.Seen(Verdict.Closed(List<Blocker> blockers), var _) -> closed(state, at, blockers);
            case Sighting.Seen(Verdict.Inconclusive(List<Blocker> blockers), var _) -> closed(state, at, blockers);
        };
    }

    private static Next closed(RunState state, Position at, List<Blocker> blockers) {
        return new Next.Append(new Event.GateBlocked(phase(state, at), blockers));
    }

    private static Next stepDue(RunState state, Position at, Instant notBefore, Sighting sighting, Instant now) {
        if (state.script().exhausted(at)) {
            return new Next.Append(at.backward() ? new Event.RolledBack() : new Event.PhaseCompleted(phase(state, at)));
        }
        if (now.isBefore(notBefore)) {
            return new Next.Wait(Optional.of(notBefore));
        }
        if (Schedule.hours(state, at, now) instanceof Hours.Closed closed) {
            return new Next.Append(new Event.WindowClosed(phase(state, at), Schedule.blocker(state, at, closed, now)));
        }
        if (!state.granted(at, now)) {
            return closed(state, at, List.of(expired(state, at)));
        }
        if (!state.script().gated(at)) {
            return new Next.Append(starting(state, at));
        }
        return switch (sighting) {
            case Sighting.Seen(Verdict.Open _, Freshness freshness)
            when freshness == Freshness.LIVE -> new Next.Append(starting(state, at));
            case Sighting.Seen(Verdict.Closed(List<Blocker> blockers), var _) -> closed(state, at, blockers);
            case Sighting.Seen(Verdict.Inconclusive(List<Blocker> blockers), var _) -> closed(state, at, blockers);
            case Sighting.Seen _, Sighting.None _ -> new Next.Look(at.direction(), Freshness.LIVE);
        };
    }

    /** It was given, and the phase did not begin: a pause, most likely. */
    private static Blocker expired(RunState state, Position at) {
        return new Blocker(
                Blocker.Code.APPROVAL_EXPIRED,
                "phase " + phase(state, at),
                "whoever approves",
                "Phase " + phase(state, at) + " was approved more than " + Consent.VALID_FOR.toDays()
                        + " days ago and has not begun since.",
                "Look at the plan as it is now, and approve it anew.");
    }

    /** The point of no return and the step that passes it are written together, so that neither stands there alone. */
    private static List<Event> starting(RunState state, Position at) {
        Phase phase = state.script().phase(at);
        String step = state.script().step(at).name();
        List<Event> events = new ArrayList<>();
        if (!at.backward()
                && Script.irreversible(state.script().step(at))
                && state.pointOfNoReturn().isEmpty()) {
            events.add(new Event.PointOfNoReturnPassed(phase.name(), step));
        }
        events.add(new Event.StepStarted(step, at.direction(), state.attempts() + 1, state.fence()));
        return events;
    }

    private static PhaseName phase(RunState state, Position at) {
        return state.script().phase(at).name();
    }
}
