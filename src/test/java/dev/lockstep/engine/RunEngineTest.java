package dev.lockstep.engine;

import static dev.lockstep.engine.Bench.ANN;
import static dev.lockstep.engine.Bench.BEN;
import static dev.lockstep.engine.Bench.CONTRACT;
import static dev.lockstep.engine.Bench.PLAN;
import static dev.lockstep.engine.Bench.addPlan;
import static dev.lockstep.engine.Bench.bothWritingPlan;
import static dev.lockstep.engine.Bench.dropPlan;
import static dev.lockstep.engine.Bench.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fixture.Fact;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.InTheWay;
import dev.lockstep.lifecycle.Next.Freshness;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.lifecycle.RunStatus;
import dev.lockstep.lifecycle.Stage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One replica: what it has done, what it waits for, and how people steer it. */
class RunEngineTest {
    private static final Blocker LOCK =
            new Blocker(Blocker.Code.LOCK_NOT_ACQUIRED, "session 4711", "role report", "It holds a lock.", "End it.");

    private final Bench bench = new Bench();

    @AfterEach
    void stop() {
        bench.close();
    }

    @Test
    void takesARunFromItsStartToSuccess() {
        bench.cluster.runs("1.5.0");
        bench.replica("one");
        bench.started(dropPlan(PLAN, 0));

        bench.rolledOut();

        bench.awaits(RunStatus.SUCCEEDED);
        assertThat(bench.targets.effects()).containsExactly("add", "drop");
        assertThat(bench.cluster.looks(Freshness.LIVE)).isPositive();
    }

    @Test
    void holdsTheContractWhileAnOldPodServesAndUntilItHasBeenGoneForLongEnough() {
        bench.replica("one");
        RunId run = bench.started(dropPlan(PLAN, 0));

        bench.awaits(RunStatus.HELD);
        assertThat(bench.blockers(PLAN)).extracting(Blocker::object).contains("pod web-0");

        bench.cluster.runs("1.5.0");
        patiently("the gate to match").until(() -> matched(run) == 1);
        bench.later(Duration.ofSeconds(9), "1.5.0", "1.4.0");
        bench.awaits(RunStatus.HELD);
        bench.later(Duration.ofSeconds(1), "1.5.0");
        patiently("the gate to match again").until(() -> matched(run) == 2);
        assertThat(bench.targets.effects()).containsExactly("add");

        bench.rolledOut();
        bench.awaits(RunStatus.SUCCEEDED);
    }

    /** The API server was told that it may come in, and writes it when the floor has risen already. */
    @Test
    @Fact("G38")
    void seesBeforeTheGateOpensWhatWasLetInBeforeTheFloorRoseAndStoredAfter() {
        bench.replica("one");
        RunId run = bench.started(dropPlan(PLAN, 1));
        bench.cluster.runs("1.5.0");
        patiently("the gate to match").until(() -> matched(run) == 1);
        bench.later(Duration.ofSeconds(10), "1.5.0");
        patiently("the floor to rise")
                .until(() -> bench.journal(run, Event.FloorRaised.class).count() == 1);

        bench.later(Duration.ofSeconds(9), "1.5.0", "1.4.0");
        bench.awaits(RunStatus.HELD);
        assertThat(bench.blockers(PLAN)).extracting(Blocker::object).contains("pod web-1");
        assertThat(bench.journal(run, Event.GateOpened.class))
                .extracting(Event.GateOpened::phase)
                .doesNotContain(CONTRACT);

        bench.rolledOut();
        bench.awaits(RunStatus.AWAITING_APPROVAL);
        assertThat(bench.journal(run, Event.FloorRaised.class)).hasSize(1);
    }

    @Test
    @Fact("G38")
    void looksOnceMoreRightBeforeTheDropAndHoldsWhenAPodHasTurnedOld() {
        bench.replica("one");
        RunId run = bench.started(dropPlan(PLAN, 1));
        bench.rolledOut();
        bench.awaits(RunStatus.AWAITING_APPROVAL);

        bench.cluster.runsUnnoticed("1.5.0", "1.4.0");
        approve();

        patiently("the gate to close again")
                .until(() -> bench.journal(run, Event.GateBlocked.class)
                        .flatMap(blocked -> blocked.blockers().stream())
                        .anyMatch(blocker -> blocker.object().equals("pod web-1")));
        assertThat(bench.targets.attempts("drop")).isZero();
        assertThat(bench.journal(run, Event.PointOfNoReturnPassed.class)).isEmpty();
    }

    @Test
    @Fact("G46")
    void holdsTheBackfillWhileCodeRunsThatHasGoneAhead() {
        bench.cluster.runs("1.4.0", "1.5.0");
        bench.replica("one");
        RunId run = bench.started(bothWritingPlan(PLAN));

        bench.awaits(RunStatus.HELD);
        assertThat(bench.blockers(PLAN)).extracting(Blocker::code).contains(Blocker.Code.CODE_TOO_NEW);
        bench.cluster.runs("1.4.0");
        patiently("the gate to match").until(() -> matched(run) == 1);
        // Right before the backfill it is looked at again, live.
        bench.cluster.runsUnnoticed("1.4.0", "1.5.0");
        bench.clock.goesOn(Duration.ofSeconds(10));
        patiently("the gate to close again")
                .until(() -> bench.journal(run, Event.GateBlocked.class)
                                .flatMap(blocked -> blocked.blockers().stream())
                                .filter(blocker -> blocker.object().equals("pod web-1"))
                                .count()
                        > 1);
        assertThat(bench.targets.attempts("fill")).isZero();

        bench.later(Duration.ofSeconds(10), "1.4.0");
        patiently("the gate to match again").until(() -> matched(run) == 2);
        bench.later(Duration.ofSeconds(10), "1.4.0");
        patiently("the backfill").until(() -> bench.targets.effects().contains("fill"));
        bench.later(Duration.ofSeconds(10), "1.5.0");
        patiently("the gate to match for the last time").until(() -> matched(run) == 3);
        bench.rolledOut();
        bench.awaits(RunStatus.SUCCEEDED);
    }

    @Test
    void triesABlockedStepAgainAndShowsWhatIsInTheWay() {
        bench.targets.next("add", (_, _) -> new StepOutcome.Blocked(List.of(LOCK), Duration.ofSeconds(5)));
        bench.replica("one");
        bench.started(addPlan(PLAN));

        bench.awaits(RunStatus.HELD);
        assertThat(bench.blockers(PLAN)).containsExactly(LOCK);
        assertThat(bench.targets.attempts("add")).isEqualTo(1);

        bench.clock.goesOn(Duration.ofSeconds(5));
        bench.awaits(RunStatus.SUCCEEDED);
    }

    @Test
    void writesDownWhoIsStoppedBeforeItIsDoneAndGivesNoLeaveOnceTheRunIsToStop() {
        InTheWay report =
                new InTheWay("session 4711", 4711, "report", "reader", "SELECT ?", "AccessShareLock on users");
        List<Boolean> leave = new CopyOnWriteArrayList<>();
        bench.targets.next("add", (order, monitor) -> {
            leave.add(monitor.stopping(report, Event.Stop.TERMINATE, Duration.ofSeconds(61)));
            monitor.delayed(List.of(new Event.Delay(report, 61_000, true)), 0);
            bench.operations.abort(PLAN, new Actor("ann", true));
            leave.add(monitor.stopping(report, Event.Stop.TERMINATE, Duration.ofSeconds(62)));
            return FakeTargets.untilStopped(order, monitor);
        });
        bench.replica("one");
        RunId run = bench.started(addPlan(PLAN));

        bench.awaits(RunStatus.FAILED);
        patiently("the second answer").until(() -> leave.size() == 2);
        assertThat(leave).containsExactly(true, false);
        assertThat(bench.journal(run, Event.BlockerStopped.class))
                .containsExactly(
                        new Event.BlockerStopped("add", Direction.FORWARD, report, Event.Stop.TERMINATE, 61_000));
        HeldUp held = bench.operations
                .view(PLAN)
                .run()
                .orElseThrow()
                .phases()
                .getFirst()
                .steps()
                .getFirst()
                .held();
        assertThat(held.delays()).containsExactly(new Event.Delay(report, 61_000, true));
        assertThat(held.stopped()).hasSize(1);
    }

    @Test
    void isNotHeldAnyMoreOnceTheNextAttemptGoesOn() {
        bench.targets.next("add", (_, _) -> new StepOutcome.Blocked(List.of(LOCK), Duration.ZERO));
        bench.targets.next("add", (order, monitor) -> {
            monitor.waitingFor(List.of());
            return FakeTargets.untilStopped(order, monitor);
        });
        bench.replica("one");
        RunId run = bench.started(addPlan(PLAN));

        patiently("the second attempt").until(() -> bench.targets.attempts("add") == 2);
        bench.awaits(RunStatus.RUNNING);
        assertThat(bench.blockers(PLAN)).isEmpty();
        assertThat(bench.journal(run, Event.StepBlocked.class)).hasSize(1);
    }

    @Test
    void showsWhatARunningStepWaitsFor() {
        bench.targets.next("add", (order, monitor) -> {
            monitor.waitingFor(List.of(LOCK));
            return FakeTargets.untilStopped(order, monitor);
        });
        bench.replica("one");
        bench.started(addPlan(PLAN));

        bench.awaits(RunStatus.HELD);
        assertThat(bench.blockers(PLAN)).containsExactly(LOCK);
    }

    @Test
    @Fact("G44")
    void stopsARunningStepWhenAPersonPausesAndGoesOnWhenTheyResume() {
        bench.targets.next("add", FakeTargets::untilStopped);
        bench.replica("one");
        RunId run = bench.started(addPlan(PLAN));
        patiently("the step").until(() -> bench.targets.attempts("add") == 1);

        bench.operations.suspend(PLAN, ANN);

        patiently("the step to stop")
                .until(() -> bench.journal(run, Event.StepInterrupted.class).count() == 1);
        assertThat(bench.status(PLAN)).isEqualTo(RunStatus.PAUSED);
        patiently("the lease to be given back")
                .until(() -> bench.runs.holder(run).isEmpty());

        bench.operations.resume(PLAN, ANN);
        bench.awaits(RunStatus.SUCCEEDED);
    }

    @Test
    void rollsBackWhatWasDoneWhenAPersonAbortsAndAsksForIt() {
        bench.replica("one");
        bench.started(dropPlan(PLAN, 0));
        bench.awaits(RunStatus.HELD);

        bench.operations.abort(PLAN, ANN);
        assertThat(bench.status(PLAN)).isEqualTo(RunStatus.FAILED);
        bench.operations.rollback(PLAN, ANN);
        patiently("the way back to be seen free").until(() -> {
            bench.later(Duration.ofSeconds(5), "1.4.0");
            return bench.status(PLAN) == RunStatus.ROLLED_BACK;
        });

        assertThat(bench.targets.effects()).containsExactly("add", "add taken back");
    }

    @Test
    void stopsTheRunningStepOnAbortAndShowsThatItDoesNotRunAnyMore() {
        bench.targets.next("add", FakeTargets::untilStopped);
        bench.replica("one");
        RunId run = bench.started(addPlan(PLAN));
        patiently("the step").until(() -> bench.targets.attempts("add") == 1);

        bench.operations.abort(PLAN, ANN);

        patiently("the lease to be given back")
                .until(() -> bench.runs.holder(run).isEmpty());
        assertThat(bench.operations
                        .view(PLAN)
                        .run()
                        .orElseThrow()
                        .phases()
                        .getFirst()
                        .steps())
                .extracting(StepView::state)
                .containsExactly(StepView.State.WAITING);
    }

    @Test
    void failsTheRunWithARemedyWhenAStepSaysSo() {
        bench.targets.next(
                "add", (_, _) -> new StepOutcome.Failed(ErrorCode.SQL_FAILED, "It broke.", "Mend it and retry."));
        bench.replica("one");
        bench.started(addPlan(PLAN));

        bench.awaits(RunStatus.FAILED);
        bench.operations.retry(PLAN, ANN);
        bench.awaits(RunStatus.SUCCEEDED);
    }

    @Test
    void failsTheRunWhereAPersonSeesItWhenAStepEndsInAnUnforeseenWay() {
        bench.targets.next("add", (_, _) -> {
            throw new IllegalStateException("nobody thought of this");
        });
        bench.replica("one");
        RunId run = bench.started(addPlan(PLAN));

        bench.awaits(RunStatus.FAILED);
        Stage stage = bench.operations.view(PLAN).run().orElseThrow().state().stage();
        assertThat(stage).isInstanceOfSatisfying(Stage.Failed.class, failed -> {
            assertThat(failed.fault().code()).isEqualTo("INTERNAL");
            assertThat(failed.fault().message()).contains("nobody thought of this");
        });
        assertThat(bench.journal(run, Event.LeaseTaken.class)).hasSize(1);
    }

    @Test
    void holdsWithTheReasonWhenALookEndsInAnUnforeseenWay() {
        bench.replica("one");
        bench.started(dropPlan(PLAN, 0));
        bench.awaits(RunStatus.HELD);

        bench.cluster.fails(new IllegalStateException("nobody thought of this"));
        patiently("the reason to be shown")
                .until(() -> bench.blockers(PLAN).stream()
                        .anyMatch(blocker -> blocker.code() == Blocker.Code.EVIDENCE_STALE
                                && blocker.message().contains("nobody thought of this")));

        bench.cluster.failsNoMore();
        bench.rolledOut();
        bench.awaits(RunStatus.SUCCEEDED);
    }

    @Test
    void holdsWhileTheClusterDoesNotAnswer() {
        bench.cluster.runs("1.5.0");
        bench.cluster.answers(false);
        bench.replica("one");
        bench.started(dropPlan(PLAN, 0));

        bench.awaits(RunStatus.HELD);
        assertThat(bench.blockers(PLAN)).extracting(Blocker::code).containsExactly(Blocker.Code.EVIDENCE_STALE);
    }

    @Test
    void beginsByItselfOnceTheDatabaseAnswers() {
        Targets.CatalogueReading well =
                bench.targets.read(dropPlan(PLAN, 0).spec().database(), Set.of());
        bench.targets.answers(new Targets.CatalogueReading.Unreachable("Database shop does not answer."));
        bench.replica("one");
        bench.operations.put(addPlan(PLAN), ANN, Optional.empty());

        PlanView view = bench.operations.start(PLAN, ANN);

        assertThat(view.status()).isEqualTo(RunStatus.HELD);
        assertThat(bench.blockers(PLAN)).extracting(Blocker::code).containsExactly(Blocker.Code.DATABASE_UNREACHABLE);

        bench.targets.answers(well);
        bench.awaits(RunStatus.SUCCEEDED);
    }

    @Test
    void isDoneAtOnceWithARollbackBeforeAnythingWasDone() {
        bench.targets.next("add", FakeTargets::untilStopped);
        RunId run = bench.started(addPlan(PLAN));

        bench.operations.rollback(PLAN, ANN);
        bench.replica("one");

        bench.awaits(RunStatus.ROLLED_BACK);
        assertThat(bench.targets.orders()).isEmpty();
        assertThat(bench.runs.active()).doesNotContain(run);
    }

    private long matched(RunId run) {
        return bench.journal(run, Event.GateMatched.class).count();
    }

    private void approve() {
        bench.operations.decide(
                PLAN, CONTRACT, Decision.APPROVE, "go", dropPlan(PLAN, 1).digest(), BEN);
    }
}
