package dev.lockstep.lifecycle;

import static dev.lockstep.fixture.Scripts.gated;
import static dev.lockstep.fixture.Scripts.irreversible;
import static dev.lockstep.fixture.Scripts.phase;
import static dev.lockstep.fixture.Scripts.reversible;
import static dev.lockstep.fixture.Scripts.script;
import static dev.lockstep.fixture.Scripts.window;
import static dev.lockstep.fixture.Scripts.within;
import static dev.lockstep.plan.Milestone.NEW_ONLY;
import static dev.lockstep.plan.PhaseType.BACKFILL;
import static dev.lockstep.plan.PhaseType.CONTRACT;
import static dev.lockstep.plan.PhaseType.DEPLOY;
import static dev.lockstep.plan.PhaseType.EXPAND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fixture.Fact;
import dev.lockstep.fixture.Scripts;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.World.StepEnd;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.Window;
import dev.lockstep.plan.Windows;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What windows make of a run's life, told in examples. Every move is held against the {@link Laws}. */
class ScheduleTest {
    private static final Instant NIGHT = Instant.parse("2026-01-01T23:00:00Z");
    private static final Instant MORNING = Instant.parse("2026-01-02T05:00:00Z");
    private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");
    private static final Instant EVENING = Instant.parse("2026-01-02T22:00:00Z");
    private static final Window NIGHTS = window("nights", "22:00", "05:00", List.of());
    private static final Script FILL = script(0, Map.of(), phase("fill", BACKFILL, reversible("fill")));

    private Instant now = NOON;
    private World world = World.of(FILL);

    @Test
    void isHeldUntilItsWindowOpens() {
        begun(within(FILL, NIGHTS));

        goesOn();

        assertThat(world.state().status()).isEqualTo(RunStatus.HELD);
        assertThat(world.state().holds()).singleElement().satisfies(hold -> {
            assertThat(hold.blocker().code()).isEqualTo(Blocker.Code.OUTSIDE_WINDOW);
            assertThat(hold.blocker().message())
                    .isEqualTo("Phase fill goes on only within its windows. Window nights is the next to open, at"
                            + " 2026-01-02T22:00:00Z (Friday 2026-01-02 22:00 in UTC).");
        });
        assertThat(next()).isEqualTo(new Next.Wait(Optional.of(EVENING)));

        now = EVENING;
        goesOn();

        assertThat(world.executing()).isPresent();
        assertThat(world.state().status()).isEqualTo(RunStatus.RUNNING);
    }

    @Test
    @Fact("G44")
    void stopsWhenItsWindowClosesAndGoesOnInTheNext() {
        now = NIGHT;
        begun(within(FILL, NIGHTS));
        goesOn();
        assertThat(next()).isInstanceOf(Next.Execute.class);

        now = MORNING;
        assertThat(next()).as("it is to stop").isInstanceOf(Next.Append.class);
        ends(StepEnd.INTERRUPTED);
        goesOn();
        assertThat(world.state().status()).isEqualTo(RunStatus.HELD);

        now = EVENING;
        goesOn();
        assertThat(next()).isInstanceOf(Next.Execute.class);
    }

    @Test
    @Fact("G44")
    void aContractGoesToItsEndOnceItHasBegun() {
        now = NIGHT;
        begun(within(
                script(0, Map.of(), gated("contract", CONTRACT, NEW_ONLY, reversible("detach"), irreversible("drop"))),
                NIGHTS));
        goesOn();

        now = NOON;
        assertThat(next()).isInstanceOf(Next.Execute.class);
        ends(StepEnd.COMPLETED);
        world = world.told(new Event.LeaseTaken("another", 2), now)
                .orElseThrow()
                .to();
        goesOn();
        ends(StepEnd.COMPLETED);
        goesOn();

        assertThat(world.state().status()).isEqualTo(RunStatus.SUCCEEDED);
    }

    @Test
    @Fact("G44")
    void theClockOfARevertWindowRunsAtAnyTimeAndTheDropBehindItBeginsInAWindow() {
        now = NIGHT;
        begun(within(
                script(
                        0,
                        Map.of(),
                        gated(
                                "contract",
                                CONTRACT,
                                NEW_ONLY,
                                reversible("hide"),
                                Scripts.wait("revert-window"),
                                irreversible("drop"))),
                NIGHTS));
        goesOn();

        now = NOON;
        ends(StepEnd.COMPLETED);
        goesOn();
        assertThat(world.executing()).as("the clock begins to run at once").isPresent();
        ends(StepEnd.COMPLETED);
        goesOn();

        assertThat(world.executing()).isEmpty();
        assertThat(world.state().holds())
                .extracting(hold -> hold.blocker().code())
                .containsExactly(Blocker.Code.OUTSIDE_WINDOW);
        assertThat(world.state().pointOfNoReturn()).isEmpty();

        now = EVENING;
        goesOn();
        assertThat(world.state().pointOfNoReturn()).contains("drop");
    }

    @Test
    void aPhaseThatOnlyWaitsNeedsNoWindowUnlessOneNamesIt() {
        Script deploy = script(0, Map.of(), gated("new-only", DEPLOY, NEW_ONLY));

        begun(within(deploy, NIGHTS));
        goesOn();
        assertThat(world.state().status()).isEqualTo(RunStatus.SUCCEEDED);

        begun(within(deploy, window("nights", "22:00", "05:00", List.of("new-only"))));
        goesOn();
        assertThat(world.state().status()).isEqualTo(RunStatus.HELD);
    }

    @Test
    void aGateThatMustMatchForLongerThanAWindowIsOpenCountsByDayAsWell() {
        begun(within(script(86_400, Map.of(), gated("contract", CONTRACT, NEW_ONLY, irreversible("drop"))), NIGHTS));
        goesOn();
        now = NOON.plusSeconds(86_400);
        goesOn();
        assertThat(world.state().floor()).as("the floor rises in the window").isEmpty();

        now = now.plusSeconds(36_000);
        goesOn();
        assertThat(world.state().floor()).contains(new PhaseName("contract"));
        assertThat(world.executing())
                .as("the gate is watched for as long once more")
                .isEmpty();

        now = now.plusSeconds(86_400);
        goesOn();
        assertThat(world.executing()).isPresent();
    }

    @Test
    void goingBackWaitsForNoWindow() {
        now = NIGHT;
        begun(within(FILL, NIGHTS));
        goesOn();
        now = NOON;
        ends(StepEnd.INTERRUPTED);
        goesOn();

        tell(new Event.RollbackRequested("ann"));
        goesOn();
        ends(StepEnd.COMPLETED);
        goesOn();

        assertThat(world.state().status()).isEqualTo(RunStatus.ROLLED_BACK);
    }

    @Test
    void otherWindowsCountFromTheNextLookOn() {
        begun(within(FILL, NIGHTS));
        goesOn();

        tell(new Event.Rescheduled(Windows.NONE, "ann"));
        goesOn();
        assertThat(world.executing()).isPresent();

        tell(new Event.Rescheduled(new Windows(List.of(NIGHTS)), "ben"));
        assertThat(next()).as("what runs is to stop").isInstanceOf(Next.Append.class);
        assertThat(Lifecycle.apply(world.state(), new Event.Rescheduled(new Windows(List.of(NIGHTS)), "ben"), now))
                .isEqualTo(new Transition.Refused("its windows are these already"));
    }

    @Test
    void onePhaseMayHaveHoursAndAnotherNone() {
        begun(within(
                script(
                        0,
                        Map.of(),
                        phase("expand", EXPAND, reversible("add")),
                        phase("fill", BACKFILL, reversible("fill"))),
                window("nights", "22:00", "05:00", List.of("fill"))));

        goesOn();
        ends(StepEnd.COMPLETED);
        goesOn();

        assertThat(world.ghost().done()).containsExactly("add");
        assertThat(world.state().holds())
                .extracting(hold -> hold.blocker().object())
                .containsExactly("phase fill");
    }

    private void begun(Script script) {
        world = World.of(script);
        tell(new Event.Started("ann"));
        tell(new Event.LeaseTaken("one", 1));
    }

    private void tell(Event event) {
        world = world.told(event, now).orElseThrow().to();
    }

    private void ends(StepEnd end) {
        world = world.ended(end, now).to();
    }

    private Next next() {
        return Lifecycle.next(world.state(), Seen.live(Seen.OPEN), now);
    }

    /** Until a step is being done, or nothing more happens. Every gate is open. */
    private void goesOn() {
        Optional<World.Moved> moved = Optional.of(new World.Moved(world, List.of()));
        while (moved.isPresent() && world.executing().isEmpty()) {
            moved = world.advanced(Seen.live(Seen.OPEN), now)
                    .filter(move -> !move.to().equals(world));
            moved.ifPresent(move -> world = move.to());
        }
    }
}
