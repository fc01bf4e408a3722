package dev.lockstep.engine;

import static dev.lockstep.engine.Bench.ANN;
import static dev.lockstep.engine.Bench.PLAN;
import static dev.lockstep.engine.Bench.addPlan;
import static dev.lockstep.engine.Bench.dropPlan;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fixture.Fact;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.RunStatus;
import dev.lockstep.lifecycle.Stage;
import dev.lockstep.plan.DatabaseName;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The store or the database was restored from a backup, and the two do not agree any more. */
class RestoreTest {
    private static final DatabaseName SHOP = new DatabaseName("shop");

    private final Bench bench = new Bench();

    @AfterEach
    void stop() {
        bench.close();
    }

    @Test
    @Fact("G40")
    void aStoreThatKnowsLessThanTheDatabaseTouchesNothingUntilAPersonSaysWhatIsSo() {
        RunId run = bench.started(addPlan(PLAN));
        bench.targets.hasSeen(run, 7);

        bench.replica("one");

        bench.awaits(RunStatus.FAILED);
        assertThat(bench.targets.effects()).isEmpty();
        assertThat(bench.operations.glance(PLAN).run().orElseThrow().state().stage())
                .isInstanceOfSatisfying(Stage.Failed.class, failed -> {
                    assertThat(failed.fault().code()).isEqualTo("FENCED_OUT");
                    assertThat(failed.fault().message()).contains("(fence 7)", "(fence 1)", "restored", "a copy of it");
                    assertThat(failed.fault().remedy()).contains("no other Lockstep works on this database");
                });

        bench.operations.retry(PLAN, ANN);

        bench.awaits(RunStatus.SUCCEEDED);
        assertThat(bench.journal(run, Event.LeaseTaken.class))
                .extracting(Event.LeaseTaken::fence)
                .containsExactly(1L, 8L);
        assertThat(bench.targets.effects()).containsExactly("add");
    }

    @Test
    @Fact("G48")
    void whoWasReplacedByAReplicaThatTheStoreKnowsOfSaysNothing() {
        RunId run = bench.started(addPlan(PLAN));
        bench.targets.next("add", (order, _) -> {
            bench.targets.hasSeen(
                    order.run(), bench.runs.steal(order.run(), "thief").fence());
            return new StepOutcome.FencedOut();
        });

        bench.replica("one", bench.runs, Duration.ofSeconds(2), Duration.ofMillis(100));

        Bench.patiently("it to step back").until(() -> bench.targets.attempts("add") == 1);
        assertThat(bench.journal(run, Event.StepFailed.class)).isEmpty();
    }

    @Test
    @Fact("G40")
    void aPlanThatSucceededOnADatabaseThatWasRestoredSinceIsFound() {
        RunId run = bench.started(addPlan(PLAN));
        bench.replica("one");
        bench.awaits(RunStatus.SUCCEEDED);
        assertThat(reconciliation().of(SHOP)).isEmpty();

        bench.targets.forgets();

        assertThat(reconciliation().of(SHOP)).singleElement().satisfies(found -> {
            assertThat(found.plan()).isEqualTo(PLAN);
            assertThat(found.run()).isEqualTo(run);
            assertThat(found.behind()).isEqualTo(Reconciliation.Behind.DATABASE);
            assertThat(found.steps()).containsExactly("add");
            assertThat(found.remedy()).contains("new revision");
        });
        assertThat(reconciliation().of(new DatabaseName("other"))).isEmpty();
    }

    @Test
    @Fact("G40")
    void aStoreThatWasRestoredToBeforeAStepIsFoundWhileTheRunStillStands() {
        RunId run = bench.started(dropPlan(PLAN, 1));
        bench.replica("one");
        bench.awaits(RunStatus.HELD);
        assertThat(reconciliation().of(SHOP)).isEmpty();

        bench.targets.knows(run, "drop");

        assertThat(reconciliation().of(SHOP)).singleElement().satisfies(found -> {
            assertThat(found.behind()).isEqualTo(Reconciliation.Behind.STORE);
            assertThat(found.steps()).containsExactly("drop");
            assertThat(found.remedy()).contains("keep old code out yourself");
        });
    }

    private Reconciliation reconciliation() {
        return new Reconciliation(
                bench.plans,
                bench.targets,
                new Views(
                        bench.runs,
                        new Lookout(
                                bench.cluster, bench.runs, new Neighbours(bench.targets, bench.clock), bench.clock)));
    }

    @Test
    @Fact("G40")
    void everyStepIsAskedForWithThoseThatTheDatabaseMustKnow() {
        bench.started(dropPlan(PLAN, 0));
        bench.replica("one");
        bench.awaits(RunStatus.HELD);
        bench.rolledOut();
        bench.awaits(RunStatus.SUCCEEDED);

        assertThat(bench.targets.orders()).extracting(StepOrder::done).satisfies(done -> {
            assertThat(done.getFirst()).isEmpty();
            assertThat(done.getLast()).containsExactly("add");
        });
    }
}
