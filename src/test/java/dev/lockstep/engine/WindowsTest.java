package dev.lockstep.engine;

import static dev.lockstep.engine.Bench.ANN;
import static dev.lockstep.engine.Bench.BEN;
import static dev.lockstep.engine.Bench.CONTRACT;
import static dev.lockstep.engine.Bench.PLAN;
import static dev.lockstep.engine.Bench.addPlan;
import static dev.lockstep.engine.Bench.document;
import static dev.lockstep.engine.Bench.dropPlan;
import static dev.lockstep.engine.Bench.patiently;
import static dev.lockstep.engine.Bench.phase;
import static dev.lockstep.engine.Bench.sql;
import static dev.lockstep.fixture.Scripts.window;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.fixture.Fact;
import dev.lockstep.gate.Blocker;
import dev.lockstep.gate.Permission;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.RunStatus;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.plan.PlanDocument;
import dev.lockstep.plan.Window;
import dev.lockstep.plan.Windows;
import dev.lockstep.plan.WorkloadName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Phases with hours of their own. The clock stands at midnight until a test sets it. */
class WindowsTest {
    private static final Window NIGHTS = window("nights", "22:00", "05:00", List.of());
    private static final Window DAYS = window("days", "08:00", "18:00", List.of());
    private static final Window CONTRACT_BY_DAY = window("days", "08:00", "18:00", List.of("contract"));

    private final Bench bench = new Bench();

    @AfterEach
    void stop() {
        bench.close();
    }

    @Test
    void beginsNothingOutsideOfItsWindowsAndWakesByItselfWhenOneOpens() {
        bench.replica("one");
        RunId run = bench.started(within(addPlan(PLAN), DAYS));
        outside();
        assertThat(bench.blockers(PLAN).getFirst().message()).contains("Window days", "2026-01-01T08:00:00Z");

        bench.clock.goesOn(Duration.ofHours(8));

        bench.awaits(RunStatus.SUCCEEDED);
        assertThat(bench.journal(run, Event.WindowClosed.class)).hasSize(1);
        assertThat(bench.journal(run, Event.WindowOpened.class)).hasSize(1);
    }

    @Test
    void showsByDayWhatWouldBeInTheWayAtNight() {
        bench.replica("one");
        bench.started(within(dropPlan(PLAN, 0), CONTRACT_BY_DAY));
        bench.awaits(RunStatus.HELD);

        patiently("the old pod and the window").until(() -> bench.blockers(PLAN).size() > 1);
        assertThat(bench.blockers(PLAN)).extracting(Blocker::object).contains("pod web-0");
        assertThat(bench.blockers(PLAN).getLast().code()).isEqualTo(Blocker.Code.OUTSIDE_WINDOW);

        bench.cluster.runs("1.5.0");
        outside();
    }

    @Test
    void anApprovalThatWasGivenBeforeCountsAndTheFloorRisesInTheWindowOnly() {
        bench.cluster.runs("1.5.0");
        bench.replica("one");
        RunId run = bench.started(within(dropPlan(PLAN, 1), CONTRACT_BY_DAY));
        outside();
        assertThat(bench.blockers(PLAN).getFirst().remedy()).contains("1 approval, which can be given now");

        bench.operations.decide(
                PLAN, CONTRACT, Decision.APPROVE, "go", dropPlan(PLAN, 1).digest(), BEN);
        patiently("nobody to be asked any more")
                .until(() -> !bench.blockers(PLAN).getFirst().remedy().contains("approval"));
        bench.later(Duration.ofHours(7), "1.5.0");
        assertThat(mayDeploy("1.4.0")).isInstanceOf(Permission.Allowed.class);

        bench.later(Duration.ofHours(1), "1.5.0");
        patiently("the floor").until(() -> mayDeploy("1.4.0") instanceof Permission.TooLate);
        bench.later(Duration.ofMinutes(1), "1.5.0");

        bench.awaits(RunStatus.SUCCEEDED);
        assertThat(mayDeploy("1.4.0")).isInstanceOf(Permission.TooLate.class);
        assertThat(bench.journal(run, Event.GateMatched.class))
                .as("it has matched for eight hours, and need not do so for long enough once more")
                .hasSize(1);
    }

    @Test
    @Fact("G44")
    void stopsARunningStepWhenItsWindowClosesAndGoesOnInTheNext() {
        bench.targets.next("add", FakeTargets::untilStopped);
        bench.replica("one");
        RunId run = bench.started(within(addPlan(PLAN), NIGHTS));
        patiently("the step").until(() -> bench.targets.attempts("add") == 1);

        bench.clock.goesOn(Duration.ofHours(5));

        outside();
        assertThat(bench.journal(run, Event.StepInterrupted.class)).hasSize(1);
        assertThat(bench.targets.attempts("add")).isEqualTo(1);
        bench.clock.goesOn(Duration.ofHours(17));
        bench.awaits(RunStatus.SUCCEEDED);
        assertThat(bench.targets.attempts("add")).isEqualTo(2);
    }

    @Test
    @Fact("G44")
    void finishesAContractThatHasBegunAfterItsWindowHasClosed() {
        bench.replica("one");
        bench.targets.next("hide", (_, monitor) -> {
            bench.clock.goesOn(Duration.ofHours(5));
            // For longer than it takes the engine to look at the clock.
            return FakeTargets.untilStopped(monitor, Duration.ofSeconds(2))
                    ? new StepOutcome.Interrupted()
                    : FakeTargets.DONE;
        });
        RunId run = bench.started(within(
                document(
                        PLAN,
                        List.of(),
                        phase("contract", PhaseType.CONTRACT, sql("hide", "SELECT 1"), sql("drop", "SELECT 1"))),
                NIGHTS));

        bench.awaits(RunStatus.SUCCEEDED);
        assertThat(bench.targets.effects()).containsExactly("hide", "drop");
        assertThat(bench.journal(run, Event.WindowClosed.class)).isEmpty();
    }

    @Test
    void takesBackAtOnceWhatWasBegunWhateverTheHour() {
        bench.targets.next("add", FakeTargets::untilStopped);
        bench.replica("one");
        bench.started(within(addPlan(PLAN), NIGHTS));
        patiently("the step").until(() -> bench.targets.attempts("add") == 1);
        bench.clock.goesOn(Duration.ofHours(5));
        outside();

        bench.operations.rollback(PLAN, ANN);

        patiently("the way back").until(() -> {
            bench.later(Duration.ofSeconds(Bench.STABLE_SECONDS), "1.4.0");
            return bench.status(PLAN) == RunStatus.ROLLED_BACK;
        });
        assertThat(bench.targets.effects()).containsExactly("add taken back");
    }

    @Test
    void goesOnSoonerWhenSomebodyChangesTheWindows() {
        bench.replica("one");
        RunId run = bench.started(within(addPlan(PLAN), DAYS));
        outside();

        assertThat(bench.operations.put(within(addPlan(PLAN), NIGHTS), BEN, Optional.of(1)))
                .isInstanceOf(Plans.Saved.Rescheduled.class);

        bench.awaits(RunStatus.SUCCEEDED);
        assertThat(bench.journal(run, Event.Rescheduled.class))
                .containsExactly(new Event.Rescheduled(new Windows(List.of(NIGHTS)), "ben"));
        PlanView plan = bench.operations.glance(PLAN);
        assertThat(plan.plan().revision()).isEqualTo(2);
        assertThat(plan.plan().author()).as("who may not approve it").isEqualTo("ann");
        assertThat(bench.operations.start(PLAN, ANN).run().orElseThrow().run().id())
                .as("what has been done is not done again at other hours")
                .isEqualTo(run);
    }

    @Test
    void aRunningStepHearsOfOtherWindows() {
        bench.targets.next("add", FakeTargets::untilStopped);
        bench.replica("one");
        RunId run = bench.started(addPlan(PLAN));
        patiently("the step").until(() -> bench.targets.attempts("add") == 1);

        bench.operations.put(within(addPlan(PLAN), DAYS), ANN, Optional.empty());

        outside();
        assertThat(bench.journal(run, Event.StepInterrupted.class)).hasSize(1);
    }

    @Test
    void refusesAnythingElseThanOtherWindowsWhileItGoesOn() {
        bench.replica("one");
        bench.started(within(addPlan(PLAN), DAYS));
        outside();

        assertThat(bench.operations.put(within(dropPlan(PLAN, 0), NIGHTS), ANN, Optional.empty()))
                .isInstanceOf(Plans.Saved.InProgress.class);
        assertThatThrownBy(() -> bench.operations.put(
                        within(addPlan(PLAN), window("typo", "22:00", "05:00", List.of("expnad"))),
                        ANN,
                        Optional.empty()))
                .isInstanceOfSatisfying(LockstepException.class, refused -> {
                    assertThat(refused.code()).isEqualTo(ErrorCode.PLAN_INVALID);
                    assertThat(refused.violations())
                            .singleElement()
                            .satisfies(
                                    violation -> assertThat(violation.path()).isEqualTo("spec.windows[0].phases[0]"));
                });
        assertThat(bench.operations.glance(PLAN).plan().revision()).isEqualTo(1);
    }

    /** Somebody was told that it is done, or nobody was: the plan had them, and its run did not hear of it. */
    @Test
    void makesUpForAChangeThatDidNotReachTheRun() {
        bench.replica("one");
        bench.started(within(addPlan(PLAN), DAYS));
        outside();
        bench.plans.save(within(addPlan(PLAN), NIGHTS), "ann", Optional.empty(), bench.clock.instant());

        assertThat(bench.operations.put(within(addPlan(PLAN), NIGHTS), ANN, Optional.empty()))
                .isInstanceOf(Plans.Saved.Unchanged.class);

        bench.awaits(RunStatus.SUCCEEDED);
    }

    private void outside() {
        patiently("the run to be held by its windows only")
                .until(() -> bench.blockers(PLAN).stream()
                        .map(Blocker::code)
                        .toList()
                        .equals(List.of(Blocker.Code.OUTSIDE_WINDOW)));
        assertThat(bench.status(PLAN)).isEqualTo(RunStatus.HELD);
    }

    private Permission mayDeploy(String version) {
        return bench.operations.mayDeploy(new DatabaseName("shop"), new WorkloadName("web"), version);
    }

    static PlanDocument within(PlanDocument plan, Window... windows) {
        return new PlanDocument(plan.key(), plan.spec().within(Optional.of(new Windows(List.of(windows)))));
    }
}
