package dev.lockstep.engine;

import static dev.lockstep.engine.Bench.ANN;
import static dev.lockstep.engine.Bench.PLAN;
import static dev.lockstep.engine.Bench.addPlan;
import static dev.lockstep.engine.Bench.dropPlan;
import static dev.lockstep.engine.Bench.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.fixture.Fact;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.Pacing;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.lifecycle.RunStatus;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PlanKey;
import dev.lockstep.plan.Speed;
import dev.lockstep.schema.TableName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Replicas that come and go, a store that does not always answer, and commands at the worst moments. */
class ReplicasTest {
    private static final Duration SOON = Duration.ofMillis(100);
    private static final Duration NEVER = Duration.ofHours(1);

    private final Bench bench = new Bench();

    @AfterEach
    void stop() {
        bench.close();
    }

    @Test
    void onlyOneOfTwoReplicasAdvancesARun() {
        bench.replica("one");
        bench.replica("two");

        List<PlanKey> keys = IntStream.range(0, 20)
                .mapToObj(number -> new PlanKey("shop", "plan-" + number))
                .toList();
        keys.forEach(key -> bench.started(addPlan(key)));

        keys.forEach(key -> bench.awaits(key, RunStatus.SUCCEEDED));
        assertThat(bench.targets.effects()).hasSize(20);
        assertThat(bench.targets.orders()).hasSize(20);
    }

    @Test
    @Fact("G48")
    void takesOverFromADeadReplicaAndItsLateWordsAreRefused() throws InterruptedException {
        FaultyRuns dying = new FaultyRuns(bench.runs);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch asleep = new CountDownLatch(1);
        bench.targets.next("add", (_, _) -> {
            begun.countDown();
            awaitUninterruptibly(asleep);
            return FakeTargets.DONE;
        });
        bench.replica("one", dying, Duration.ofSeconds(2), SOON);
        RunId run = bench.started(addPlan(PLAN));
        begun.await();

        dying.cut();
        bench.replica("two");
        bench.awaits(RunStatus.SUCCEEDED);
        int entries = bench.runs.journal(run, 0).size();
        dying.mend();
        asleep.countDown();

        patiently("the late word").until(() -> bench.targets.effects().size() == 2);
        assertThat(bench.journal(run, Event.LeaseTaken.class))
                .extracting(Event.LeaseTaken::holder)
                .containsExactly("one", "two");
        await().during(Duration.ofMillis(300))
                .atMost(Duration.ofSeconds(5))
                .until(() -> bench.runs.journal(run, 0).size() == entries);
    }

    @Test
    void asksForNothingMoreOnceItsLeaseIsGone() {
        FaultyRuns store = new FaultyRuns(bench.runs);
        AtomicInteger asked = new AtomicInteger();
        store.beforeAcquire(asked::incrementAndGet);
        bench.targets.next("add", (order, _) -> {
            Lease thief = bench.runs.steal(order.run(), "thief");
            long last = bench.runs.journal(order.run(), 0).size();
            bench.runs.append(
                    order.run(),
                    last,
                    new Runs.Authority.Holder(thief),
                    List.of(
                            new Event.LeaseTaken("thief", thief.fence()),
                            new Event.GateOpened(phaseOf(order.run()), Direction.FORWARD, thief.fence()),
                            new Event.StepStarted("add", Direction.FORWARD, 2, thief.fence())),
                    false,
                    bench.clock.instant());
            return FakeTargets.DONE;
        });
        bench.replica("one", store, Duration.ofMinutes(1), SOON);
        bench.started(addPlan(PLAN));

        patiently("it to ask for the lease again").until(() -> asked.get() > 1);
        assertThat(bench.targets.attempts("add")).isEqualTo(1);
    }

    @Test
    void stopsWhenTheTargetHasSeenANewerFenceAndTriesAgainUnderANewLease() {
        bench.targets.next("add", (_, _) -> new StepOutcome.FencedOut());
        bench.replica("one", bench.runs, Duration.ofMillis(800), SOON);
        RunId run = bench.started(addPlan(PLAN));

        bench.awaits(RunStatus.SUCCEEDED);
        assertThat(bench.journal(run, Event.LeaseTaken.class))
                .extracting(Event.LeaseTaken::fence)
                .containsExactly(1L, 2L);
    }

    @Test
    void handsOverAtOnceWhenItIsClosed() {
        CountDownLatch begun = new CountDownLatch(1);
        bench.targets.next("add", (order, monitor) -> {
            begun.countDown();
            return FakeTargets.untilStopped(order, monitor);
        });
        RunEngine one = bench.replica("one", bench.runs, Duration.ofMinutes(10), SOON);
        RunId run = bench.started(addPlan(PLAN));
        awaitUninterruptibly(begun);

        one.close();

        assertThat(bench.runs.holder(run))
                .as("the lease is back before the process ends")
                .isEmpty();
        bench.replica("two", bench.runs, Duration.ofMinutes(10), SOON);
        bench.awaits(RunStatus.SUCCEEDED);
    }

    @Test
    void neverLosesACommandHoweverItFallsBetweenTwoMoves() {
        bench.replica("one", bench.runs, Duration.ofMinutes(1), NEVER);
        for (int number = 0; number < 150; number++) {
            PlanKey key = new PlanKey("shop", "plan-" + number);
            bench.started(addPlan(key));
            ignoringRefusal(() -> bench.operations.suspend(key, ANN));
            ignoringRefusal(() -> bench.operations.resume(key, ANN));
            ignoringRefusal(() -> bench.operations.abort(key, ANN));
            ignoringRefusal(() -> bench.operations.retry(key, ANN));
            bench.awaits(key, RunStatus.SUCCEEDED);
        }
    }

    @Test
    void goesOnWhenARunWasAbortedAndRetriedRightBeforeItWasTaken() {
        FaultyRuns store = new FaultyRuns(bench.runs);
        AtomicBoolean once = new AtomicBoolean();
        store.beforeAcquire(() -> {
            if (once.compareAndSet(false, true)) {
                bench.operations.abort(PLAN, ANN);
            }
        });
        bench.replica("one", store, Duration.ofMinutes(1), NEVER);
        bench.started(addPlan(PLAN));
        bench.awaits(RunStatus.FAILED);
        patiently("the lease to be given back")
                .until(() ->
                        bench.runs.holder(bench.runs.newest(PLAN).orElseThrow()).isEmpty());

        bench.operations.retry(PLAN, ANN);

        bench.awaits(RunStatus.SUCCEEDED);
    }

    @Test
    void outlivesAStoreThatDoesNotAnswerForAWhile() {
        FaultyRuns store = new FaultyRuns(bench.runs);
        bench.replica("one", store, Duration.ofSeconds(2), SOON);
        bench.started(dropPlan(PLAN, 0));
        bench.awaits(RunStatus.HELD);

        store.cut();
        patiently("the engine to notice").until(() -> store.refused() > 3);
        store.mend();

        bench.rolledOut();
        bench.awaits(RunStatus.SUCCEEDED);
    }

    @Test
    void aStepDoesNotNoticeThatTheStoreIsAway() {
        FaultyRuns store = new FaultyRuns(bench.runs);
        bench.targets.next("add", (_, monitor) -> {
            store.cut();
            monitor.progressed(new Progress("add", 1, 0.5, 1, Optional.empty(), bench.clock.instant()));
            monitor.waitingFor(List.of());
            monitor.waitingFor(List.of(new Blocker(Blocker.Code.LOCK_NOT_ACQUIRED, "session 1", "x", "y", "z")));
            store.mend();
            return FakeTargets.DONE;
        });
        bench.replica("one", store, Duration.ofMinutes(1), SOON);
        RunId run = bench.started(addPlan(PLAN));

        bench.awaits(RunStatus.SUCCEEDED);
        assertThat(bench.targets.attempts("add")).isEqualTo(1);
        assertThat(bench.journal(run, Event.LeaseTaken.class)).hasSize(1);
    }

    @Test
    void stillHearsAPauseAfterTheStoreWasAwayDuringTheStep() {
        FaultyRuns store = new FaultyRuns(bench.runs);
        CountDownLatch mended = new CountDownLatch(1);
        bench.targets.next("add", (order, monitor) -> {
            store.cut();
            patiently("the watch to fail").until(() -> store.refused() > 0);
            store.mend();
            mended.countDown();
            return FakeTargets.untilStopped(order, monitor);
        });
        bench.replica("one", store, Duration.ofMinutes(1), NEVER);
        RunId run = bench.started(addPlan(PLAN));
        awaitUninterruptibly(mended);

        bench.operations.suspend(PLAN, ANN);

        patiently("the step to stop")
                .until(() -> bench.journal(run, Event.StepInterrupted.class).count() == 1);
    }

    @Test
    void aSpeedIsHeardByTheRunningStepAndByWhoeverTakesItOver() {
        CountDownLatch begun = new CountDownLatch(1);
        AtomicReference<Optional<Speed>> first = new AtomicReference<>(Optional.empty());
        AtomicReference<Optional<Speed>> second = new AtomicReference<>(Optional.empty());
        bench.targets.next("add", (order, monitor) -> {
            begun.countDown();
            patiently("word of the speed")
                    .atMost(Duration.ofSeconds(1))
                    .until(() -> monitor.pacing().isPresent());
            first.set(monitor.pacing().map(Pacing::speed));
            return FakeTargets.untilStopped(order, monitor);
        });
        bench.targets.next("add", (_, monitor) -> {
            second.set(monitor.pacing().map(Pacing::speed));
            return FakeTargets.DONE;
        });
        RunEngine one = bench.replica("one", bench.runs, Duration.ofMinutes(10), SOON);
        bench.started(addPlan(PLAN));
        awaitUninterruptibly(begun);

        bench.operations.pace(PLAN, Speed.PAUSED, ANN);
        patiently("the step to hear it").until(() -> first.get().isPresent());
        one.close();
        bench.replica("two", bench.runs, Duration.ofMinutes(10), SOON);
        bench.awaits(RunStatus.SUCCEEDED);

        assertThat(first.get()).contains(Speed.PAUSED);
        assertThat(second.get()).contains(Speed.PAUSED);
    }

    @Test
    void doesNotHammerARunThatItCannotAdvance() {
        FaultyRuns store = new FaultyRuns(bench.runs);
        RunId run = bench.started(dropPlan(PLAN, 0));
        store.forgetsReports(true);
        bench.replica("one", store, Duration.ofMinutes(1), Duration.ofMillis(20));

        patiently("some tries").until(() -> leases(run) > 2);
        await().during(Duration.ofSeconds(1)).atMost(Duration.ofSeconds(4)).until(() -> leases(run) < 15);

        store.forgetsReports(false);
        bench.awaits(RunStatus.HELD);
    }

    @Test
    void aStartThatWaitsForATableKeepsNobodyFromBeingTakenOver() {
        TableName users = TableName.parse("users");
        PlanKey other = new PlanKey("shop", "other");
        Targets.CatalogueReading well =
                bench.targets.read(dropPlan(PLAN, 0).spec().database(), Set.of());
        bench.targets.answers(new Targets.CatalogueReading.Unreachable("Database shop does not answer."));
        bench.operations.put(addPlan(other, users), ANN, Optional.empty());
        bench.operations.start(other, ANN);
        bench.targets.answers(well);
        bench.started(addPlan(PLAN, users));

        bench.replica("one");

        bench.awaits(RunStatus.SUCCEEDED);
        bench.awaits(other, RunStatus.SUCCEEDED);
    }

    @Test
    void leavesNobodyListeningBehind() {
        RunEngine one = bench.replica("one");
        bench.started(addPlan(PLAN));
        bench.awaits(RunStatus.SUCCEEDED);

        one.close();

        assertThat(bench.runs.listeners()).isZero();
    }

    private long leases(RunId run) {
        return bench.journal(run, Event.LeaseTaken.class).count();
    }

    private PhaseName phaseOf(RunId run) {
        return bench.runs.find(run).orElseThrow().script().phases().getFirst().name();
    }

    private static void ignoringRefusal(Runnable command) {
        try {
            command.run();
        } catch (LockstepException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.ILLEGAL_TRANSITION);
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
