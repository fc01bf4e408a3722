package dev.lockstep.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.change.Action;
import dev.lockstep.change.Phase;
import dev.lockstep.change.Step;
import dev.lockstep.gate.Verdict;
import dev.lockstep.lifecycle.Next.Freshness;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.plan.Window;
import dev.lockstep.plan.Window.WhenClosed;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What must be true of every run at every moment (DESIGN §4), said once for exploration and random walks alike. */
final class Laws {
    private Laws() {}

    /** What one accepted event may do. Holds for every journal, also for one that no engine would write. */
    static void step(World before, Event event, World after) {
        switch (event) {
            case Event.StepStarted started -> stepStarted(before, started);
            case Event.StepCompleted completed -> {
                stepCompleted(after, completed);
                leavingContract(before.state(), after.state());
            }
            case Event.LeaseTaken _ ->
                assertThat(after.state().stage())
                        .as("a new holder begins before the gate")
                        .isEqualTo(new Stage.AtGate(
                                before.state().position().orElseThrow(), new Stage.Watch.NotMatching()));
            case Event.RollbackRequested _ ->
                assertThat(before.state().pointOfNoReturn())
                        .as("no way back behind the point of no return")
                        .isEmpty();
            case Event.RolledBack _ ->
                assertThat(after.ghost().takenBack())
                        .as("all that was begun is taken back, last first")
                        .isEqualTo(after.ghost().owed(after.state().script()));
            case Event event1
            when after.state().stage() instanceof Stage.Succeeded ->
                assertThat(after.ghost().done())
                        .as("success means that every step was done, after " + event1)
                        .isEqualTo(names(after.state().script()));
            case Event _ -> {
                // Nothing beyond what is always so.
            }
        }
        holdsKeepTheirSince(before.state(), after.state());
        assertThat(after.state().fence()).isGreaterThanOrEqualTo(before.state().fence());
        if (before.state().pointOfNoReturn().isPresent()) {
            assertThat(after.state().pointOfNoReturn()).isEqualTo(before.state().pointOfNoReturn());
        }
    }

    private static void stepStarted(World before, Event.StepStarted started) {
        RunState state = before.state();
        Position at = state.position().orElseThrow();
        Phase phase = state.script().phase(at);
        Step step = state.script().step(at);
        assertThat(state.stage()).as("one step at a time").isInstanceOf(Stage.StepDue.class);
        assertThat(before.executing()).as("one step at a time").isEmpty();
        assertThat(before.ghost().gateOpen())
                .as("%s begins although its gate was not opened under this lease", step.name())
                .isTrue();
        if (at.backward()) {
            assertThat(started.direction()).isEqualTo(Direction.BACKWARD);
            return;
        }
        assertThat(started.direction()).isEqualTo(Direction.FORWARD);
        assertThat(before.ghost().approvers(phase.name()))
                .as("%s begins without enough approvals", step.name())
                .isGreaterThanOrEqualTo(state.script().approvalsFor(phase.name()));
        if (phase.type() == PhaseType.CONTRACT && phase.require().isPresent()) {
            Milestone wanted = phase.require().get();
            assertThat(before.ghost().floors().stream()
                            .map(name -> state.script().phases().stream()
                                    .filter(each -> each.name().equals(name))
                                    .findFirst()
                                    .orElseThrow())
                            .map(Phase::require)
                            .flatMap(Optional::stream))
                    .as("code from before %s could still come while %s runs", wanted, step.name())
                    .anyMatch(floor -> floor.compareTo(wanted) >= 0);
        }
        if (step.undo() instanceof Step.Undo.Impossible) {
            assertThat(state.pointOfNoReturn())
                    .as("the point of no return was not recorded before %s", step.name())
                    .isPresent();
        }
    }

    private static void stepCompleted(World after, Event.StepCompleted completed) {
        List<String> order = names(after.state().script());
        if (completed.direction() == Direction.FORWARD) {
            assertThat(after.ghost().done())
                    .as("steps are done in order, each once")
                    .isEqualTo(order.subList(0, after.ghost().done().size()));
        } else {
            List<String> owed = after.ghost().owed(after.state().script());
            assertThat(after.ghost().takenBack())
                    .as("steps are taken back in order, each once")
                    .isEqualTo(owed.subList(
                            0, Math.min(owed.size(), after.ghost().takenBack().size())));
        }
    }

    /** Nobody looks before a contract is taken back; somebody does, and for long enough, before anything behind it is. */
    private static void leavingContract(RunState before, RunState after) {
        Position from = before.position().orElseThrow();
        Position to = after.position().orElseThrow();
        if (from.backward() && !before.script().gated(from) && after.script().gated(to)) {
            assertThat(after.stage())
                    .as("what lies behind the contract is taken back behind a gate of its own")
                    .isEqualTo(new Stage.AtGate(to, new Stage.Watch.NotMatching()));
        }
        boolean noneLeft = after.script().phases().subList(0, to.phase() + 1).stream()
                .noneMatch(phase -> phase.type() == PhaseType.CONTRACT);
        if (to.backward() && noneLeft) {
            assertThat(after.floor()).as("the floor falls with the contract").isEmpty();
        }
    }

    private static void holdsKeepTheirSince(RunState before, RunState after) {
        for (Hold hold : after.holds()) {
            before.holds().stream()
                    .filter(known -> known.blocker().equals(hold.blocker()))
                    .forEach(known -> assertThat(hold.since())
                            .as("what stays in the way keeps its since-when")
                            .isEqualTo(known.since()));
        }
    }

    /** What must be so in every state. */
    static void standing(World world) {
        RunState state = world.state();
        Direction direction = state.position().map(Position::direction).orElse(Direction.FORWARD);
        Transition rollback = Lifecycle.apply(state, new Event.RollbackRequested("ann"), Instant.EPOCH);
        boolean alive = state.position().isPresent();
        assertThat(rollback instanceof Transition.To)
                .as("rollback is possible exactly before the point of no return, in %s", state)
                .isEqualTo(alive && state.pointOfNoReturn().isEmpty() && direction == Direction.FORWARD);
        assertThat(state.stage() instanceof Stage.RolledBack
                        && state.pointOfNoReturn().isPresent())
                .isFalse();
    }

    /** What may be decided with this sighting. */
    static void next(World world, Sighting sighting, Next next, Instant now) {
        RunState state = world.state();
        switch (next) {
            case Next.Append(List<Event> events) -> {
                assertThat(events).isNotEmpty();
                events.forEach(event -> appended(world, sighting, event, now));
                if (events.stream().anyMatch(Event.PointOfNoReturnPassed.class::isInstance)) {
                    assertThat(events)
                            .as("the point of no return and the step that passes it are written together")
                            .hasAtLeastOneElementOfType(Event.StepStarted.class);
                }
            }
            case Next.Execute(Position at, int attempt) -> {
                assertThat(state.suspended())
                        .as("a paused run has nothing done")
                        .isFalse();
                assertThat(state.stage()).isInstanceOf(Stage.StepRunning.class);
                assertThat(state.position()).contains(at);
                assertThat(attempt).isEqualTo(state.attempts()).isPositive();
                within(world, at, now);
            }
            case Next.Look(Direction direction, Freshness freshness) -> {
                assertThat(state.position().map(Position::direction)).contains(direction);
                assertThat(freshness == Freshness.LIVE)
                        .as("a live look is for the last one before a step, in %s", state)
                        .isEqualTo(state.stage() instanceof Stage.StepDue);
            }
            case Next.Wait(Optional<Instant> until) ->
                until.ifPresent(moment -> assertThat(moment).isAfter(now));
            case Next.Rest _ ->
                assertThat(state.suspended() || !alive(state))
                        .as("a run rests only where a person is needed: %s", state)
                        .isTrue();
        }
    }

    private static boolean alive(RunState state) {
        return switch (state.stage()) {
            case Stage.AtGate _, Stage.AwaitingApproval _, Stage.StepDue _, Stage.StepRunning _ -> true;
            case Stage.Pending _, Stage.Failed _, Stage.Succeeded _, Stage.RolledBack _ -> false;
        };
    }

    private static void appended(World world, Sighting sighting, Event event, Instant now) {
        RunState state = world.state();
        switch (event) {
            case Event.StepStarted _ -> {
                assertThat(state.suspended()).as("a paused run begins nothing").isFalse();
                within(world, state.position().orElseThrow(), now);
                if (state.script().gated(state.position().orElseThrow())) {
                    assertThat(sighting)
                            .as("the last look before a gated step is live, and sees the gate open (G38)")
                            .isEqualTo(new Sighting.Seen(new Verdict.Open(), Freshness.LIVE));
                }
            }
            case Event.GateOpened _ -> {
                assertThat(state.suspended()).as("a paused run opens no gate").isFalse();
                within(world, state.position().orElseThrow(), now);
                if (state.script().gated(state.position().orElseThrow())) {
                    assertThat(state.floorDue(state.position().orElseThrow()))
                            .as("the floor has risen before, and what was let in before that has been looked for (G38)")
                            .isFalse();
                    assertThat(world.ghost().matchingSince())
                            .as("the gate has matched without a break for long enough (G36, G37), since the floor rose")
                            .hasValueSatisfying(since -> assertThat(
                                            since.plusSeconds(state.script().minStableSeconds()))
                                    .isBeforeOrEqualTo(now));
                }
            }
            case Event.FloorRaised _ -> within(world, state.position().orElseThrow(), now);
            case Event _ -> {
                // Nothing that a sighting would have to allow.
            }
        }
    }

    /** Nothing goes on outside of its phase's windows, unless the phase was begun and has to be finished (G44). */
    private static void within(World world, Position at, Instant now) {
        Phase phase = world.state().script().phase(at);
        List<Window> windows =
                world.state().windows().of(phase.name(), !phase.steps().isEmpty());
        // What stands behind a wait begins like a phase, and a wait itself is neither.
        List<String> part = phase.steps().stream().limit(at.step() + 1L).toList().reversed().stream()
                .takeWhile(each -> !(each.action() instanceof Action.RevertWindow))
                .map(Step::name)
                .toList();
        boolean begun = world.ghost().begun().stream().anyMatch(part::contains);
        boolean finishes = world.state().windows().whenClosed(phase.name(), phase.type()) == WhenClosed.FINISH;
        boolean nothing = !phase.steps().isEmpty()
                && (part.isEmpty() || at.step() == phase.steps().size());
        if (!at.backward() && !windows.isEmpty() && !nothing && !(begun && finishes)) {
            assertThat(windows)
                    .as("phase %s goes on outside of its windows, at %s", phase.name(), now)
                    .anyMatch(window -> WallClock.opens(window, now));
        }
    }

    static List<String> names(Script script) {
        return script.phases().stream()
                .flatMap(phase -> phase.steps().stream())
                .map(Step::name)
                .toList();
    }
}
