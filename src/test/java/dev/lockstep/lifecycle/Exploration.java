package dev.lockstep.lifecycle;

import dev.lockstep.fixture.Scripts;
import dev.lockstep.gate.Blocker;
import dev.lockstep.gate.Verdict;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.lifecycle.Stage.Watch;
import dev.lockstep.lifecycle.TransitionTable.Arrow;
import dev.lockstep.plan.Digest;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.Speed;
import dev.lockstep.plan.Window;
import dev.lockstep.plan.Windows;
import dev.lockstep.plan.WorkloadName;
import java.time.DayOfWeek;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Every world that a script can come to. What makes no difference to any decision is made equal, so that there are finitely
 * many: all times are told from now, fences from the newest, and the third attempt is like the second.
 */
final class Exploration {
    static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    static final Digest OTHER_DIGEST = new Digest("b".repeat(64));
    /** Whole days, of which {@link #NOW} is a Thursday: as time stands, windows open and close when somebody changes them. */
    static final Window OPEN = Scripts.window("open", "00:00", "00:00", List.of(), DayOfWeek.THURSDAY);

    static final Window SHUT = Scripts.window("shut", "00:00", "00:00", List.of(), DayOfWeek.FRIDAY);

    private static final List<String> PEOPLE = List.of("ann", "ben");
    private static final List<Windows> TIMES =
            List.of(new Windows(List.of(OPEN)), new Windows(List.of(SHUT)), Windows.NONE);

    private final Script script;
    private final Map<World, Integer> numbers = new HashMap<>();
    private final List<World> worlds = new ArrayList<>();
    private final List<List<Integer>> cameFrom = new ArrayList<>();
    private final Set<Arrow> arrows = new LinkedHashSet<>();

    private Exploration(Script script) {
        this.script = script;
    }

    /** What people, replicas, engines and steps can make of this script. */
    static Exploration ofRuns(Script script) {
        Exploration exploration = new Exploration(script);
        exploration.explore(exploration::moves);
        return exploration;
    }

    /** What any journal can make of this script, also one that no engine would write. */
    static Exploration ofJournals(Script script) {
        Exploration exploration = new Exploration(script);
        exploration.explore(exploration::everyEvent);
        return exploration;
    }

    List<World> worlds() {
        return worlds;
    }

    Set<Arrow> arrows() {
        return arrows;
    }

    /** The worlds from which no way leads to one like this. */
    List<World> withoutWayTo(Predicate<RunState> goal) {
        BitSet reaching = new BitSet();
        List<Integer> open = new ArrayList<>();
        for (int number = 0; number < worlds.size(); number++) {
            if (goal.test(worlds.get(number).state())) {
                reaching.set(number);
                open.add(number);
            }
        }
        while (!open.isEmpty()) {
            for (int before : cameFrom.get(open.removeLast())) {
                if (!reaching.get(before)) {
                    reaching.set(before);
                    open.add(before);
                }
            }
        }
        List<World> without = new ArrayList<>();
        for (int number = reaching.nextClearBit(0);
                number < worlds.size();
                number = reaching.nextClearBit(number + 1)) {
            without.add(worlds.get(number));
        }
        return without;
    }

    private void explore(Function<World, List<World>> next) {
        number(World.of(script));
        for (int at = 0; at < worlds.size(); at++) {
            for (World reached : next.apply(worlds.get(at))) {
                cameFrom.get(number(normal(reached))).add(at);
            }
        }
    }

    private int number(World world) {
        Integer known = numbers.putIfAbsent(world, worlds.size());
        if (known != null) {
            return known;
        }
        worlds.add(world);
        cameFrom.add(new ArrayList<>());
        return worlds.size() - 1;
    }

    private List<World> moves(World world) {
        List<World> next = new ArrayList<>();
        next.add(aged(world));
        commands(world.state())
                .forEach(event -> world.told(event, NOW).ifPresent(moved -> next.add(noting(world, moved))));
        if (world.executing().isPresent()) {
            for (World.StepEnd end : World.StepEnd.values()) {
                next.add(noting(world, world.ended(end, NOW)));
            }
        } else if (world.state().fence() > 0) {
            for (Sighting sighting : Seen.everything()) {
                world.advanced(sighting, NOW).ifPresent(moved -> next.add(noting(world, moved)));
            }
        }
        return next;
    }

    private World noting(World from, World.Moved moved) {
        RunState state = from.state();
        for (Event event : moved.by()) {
            state = note(state, event);
        }
        return moved.to();
    }

    private RunState note(RunState from, Event event) {
        RunState to = ((Transition.To) Lifecycle.apply(from, event, NOW)).state();
        arrows.add(new Arrow(from.stage().kind(), event.getClass(), to.stage().kind()));
        return to;
    }

    private List<World> everyEvent(World world) {
        List<World> next = new ArrayList<>();
        for (Event event : events(world.state())) {
            if (event instanceof Event.Started && world.state().position().isPresent()) {
                continue;
            }
            world.told(event, NOW).ifPresent(moved -> next.add(noting(world, moved)));
        }
        next.add(aged(world));
        return next;
    }

    private List<Event> commands(RunState state) {
        List<Event> events = new ArrayList<>(List.of(
                new Event.Started("ann"),
                new Event.LeaseTaken("another", state.fence() + 1),
                new Event.LeaseTaken("stale", state.fence()),
                new Event.Attested(new WorkloadName("bi"), "1.5.0", "ann", "", NOW.plusSeconds(60)),
                new Event.Attested(new WorkloadName("bi"), "1.5.0", "ann", "expired", NOW),
                new Event.Paced(Speed.PAUSED, "ann"),
                new Event.Suspended("ann"),
                new Event.Resumed("ann"),
                new Event.RetryRequested("ann"),
                new Event.Aborted("ann"),
                new Event.RollbackRequested("ann")));
        script.windows().ifPresent(_ -> TIMES.forEach(windows -> events.add(new Event.Rescheduled(windows, "ann"))));
        for (PhaseName phase : phases()) {
            for (String person : PEOPLE) {
                events.add(new Event.Approved(phase, person, "", Scripts.DIGEST));
            }
            events.add(new Event.Approved(phase, "ann", "", OTHER_DIGEST));
            events.add(new Event.Rejected(phase, "ann", "no"));
        }
        return events;
    }

    private List<Event> events(RunState state) {
        List<Event> events = commands(state);
        events.add(new Event.RolledBack());
        for (PhaseName phase : phases()) {
            Seen.VERDICTS.forEach(verdict -> events.add(new Event.GateBlocked(phase, blockers(verdict))));
            events.add(new Event.GateMatched(phase));
            events.add(new Event.WindowClosed(phase, Seen.WINDOW));
            events.add(new Event.WindowOpened(phase));
            events.add(new Event.FloorRaised(phase));
            events.add(new Event.PhaseCompleted(phase));
            for (Direction direction : Direction.values()) {
                events.add(new Event.GateOpened(phase, direction, state.fence()));
                events.add(new Event.GateOpened(phase, direction, state.fence() + 1));
            }
        }
        List<String> steps = new ArrayList<>(Laws.names(script));
        steps.add("unheard-of");
        for (String step : steps) {
            events.add(new Event.PointOfNoReturnPassed(script.phases().getLast().name(), step));
            for (Direction direction : Direction.values()) {
                events.add(new Event.StepStarted(step, direction, state.attempts() + 1, state.fence()));
                events.add(new Event.StepStarted(step, direction, state.attempts() + 1, state.fence() + 1));
                events.add(new Event.StepCompleted(step, direction, Seen.SUMMARY));
                events.add(new Event.StepWaiting(step, direction, List.of(Seen.LOCK)));
                events.add(new Event.StepWaiting(step, direction, List.of()));
                events.add(new Event.StepDelayed(step, direction, List.of(), 0));
                events.add(new Event.BlockerStopped(step, direction, Seen.SESSION, Event.Stop.CANCEL, 1));
                events.add(new Event.StepBlocked(step, direction, List.of(Seen.LOCK), NOW.plusSeconds(1)));
                events.add(new Event.StepInterrupted(step, direction));
                events.add(new Event.StepFailed(step, direction, Seen.FAULT));
            }
        }
        return events;
    }

    private static List<Blocker> blockers(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Open _ -> List.of();
            case Verdict.Closed(List<Blocker> blockers) -> blockers;
            case Verdict.Inconclusive(List<Blocker> blockers) -> blockers;
        };
    }

    private List<PhaseName> phases() {
        List<PhaseName> names = new ArrayList<>(
                script.phases().stream().map(phase -> phase.name()).toList());
        names.add(new PhaseName("unheard-of"));
        return names;
    }

    /** A second later. */
    private World aged(World world) {
        Ghost ghost = world.state().suspended() ? world.ghost().unwatched() : world.ghost();
        return mapped(new World(world.state(), ghost, world.executing()), moment -> moment.minusSeconds(1));
    }

    private World normal(World world) {
        return mapped(world, moment -> moment);
    }

    /** The moments that decide something, moved and then cut off where older is all the same; all others become now. */
    private World mapped(World world, UnaryOperator<Instant> moved) {
        Instant oldest = NOW.minusSeconds(script.minStableSeconds());
        UnaryOperator<Instant> past = moment -> max(moved.apply(moment), oldest);
        RunState state = world.state();
        Stage stage = switch (state.stage()) {
            case Stage.AtGate(Position at, Watch.MatchingSince(Instant since)) ->
                new Stage.AtGate(at, new Watch.MatchingSince(past.apply(since)));
            case Stage.AwaitingApproval(Position at, var _) -> new Stage.AwaitingApproval(at, NOW);
            case Stage.StepDue(Position at, Instant notBefore) ->
                new Stage.StepDue(at, max(moved.apply(notBefore), NOW));
            case Stage.StepRunning(Position at, var _) -> new Stage.StepRunning(at, NOW);
            case Stage.AtGate _, Stage.Pending _, Stage.Failed _, Stage.Succeeded _, Stage.RolledBack _ ->
                state.stage();
        };
        RunState normal = new RunState(
                script,
                stage,
                Math.min(state.attempts(), 2),
                Math.min(state.fence(), 1),
                state.suspended(),
                consents(state),
                state.holds().stream()
                        .map(hold -> new Hold(hold.blocker(), NOW))
                        .toList(),
                state.floor(),
                state.pointOfNoReturn(),
                // No decision looks at it; RunLifeTest tells how it comes and goes.
                Optional.empty(),
                state.windows());
        Optional<Instant> since = world.ghost().matchingSince().map(past);
        return new World(normal, world.ghost().watching(since), world.executing());
    }

    /** No run is explored for long enough that a yes would expire. */
    private static Map<PhaseName, Consent> consents(RunState state) {
        Map<PhaseName, Consent> consents = new HashMap<>();
        state.approvals().forEach((phase, consent) -> consents.put(phase, new Consent(consent.by(), NOW)));
        return consents;
    }

    private static Instant max(Instant one, Instant other) {
        return one.isBefore(other) ? other : one;
    }
}
