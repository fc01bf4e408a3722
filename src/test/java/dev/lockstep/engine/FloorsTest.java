package dev.lockstep.engine;

import static dev.lockstep.engine.Bench.ANN;
import static dev.lockstep.engine.Bench.BEN;
import static dev.lockstep.engine.Bench.CONTRACT;
import static dev.lockstep.engine.Bench.PLAN;
import static dev.lockstep.engine.Bench.dropPlan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.fixture.Fact;
import dev.lockstep.gate.Permission;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.RunStatus;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.Digest;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.plan.PlanDocument;
import dev.lockstep.plan.PlanKey;
import dev.lockstep.plan.WorkloadName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What keeps old code out, and that nothing makes it forget. */
class FloorsTest {
    private static final DatabaseName SHOP = new DatabaseName("shop");

    private final Bench bench = new Bench();
    private final Floors floors = new Floors(bench.plans, bench.runs, bench.clock);

    @AfterEach
    void stop() {
        bench.close();
    }

    /** The plan has taken the old shape away. */
    private RunId contracted() {
        RunId run = bench.started(dropPlan(PLAN, 1));
        bench.replica("one");
        bench.awaits(RunStatus.HELD);
        bench.rolledOut();
        bench.awaits(RunStatus.AWAITING_APPROVAL);
        bench.operations.decide(PLAN, CONTRACT, Decision.APPROVE, "", digest(), BEN);
        bench.awaits(RunStatus.SUCCEEDED);
        return run;
    }

    private static Digest digest() {
        return dropPlan(PLAN, 1).digest();
    }

    /** Another spec under the same name, which asks nothing of any version. */
    private static PlanDocument revised() {
        return Bench.document(PLAN, List.of(), Bench.phase("expand", PhaseType.EXPAND, Bench.sql("more", "SELECT 1")));
    }

    private Permission mayDeploy(String version) {
        return bench.operations(bench.runs).mayDeploy(SHOP, new WorkloadName("web"), version);
    }

    @Test
    @Fact("G38")
    void theFloorStandsBesideTheWordThatItRose() {
        RunId run = bench.started(dropPlan(PLAN, 1));
        bench.replica("one");
        bench.awaits(RunStatus.HELD);
        assertThat(floors.of(SHOP)).isEmpty();

        bench.rolledOut();
        bench.awaits(RunStatus.AWAITING_APPROVAL);

        assertThat(bench.journal(run, Event.FloorRaised.class)).hasSize(1);
        assertThat(floors.of(SHOP)).singleElement().satisfies(standing -> {
            assertThat(standing.run()).isEqualTo(run);
            assertThat(standing.floors()).singleElement().satisfies(floor -> {
                assertThat(floor.plan()).isEqualTo(PLAN);
                assertThat(floor.phase()).isEqualTo(CONTRACT);
                assertThat(floor.workload()).isEqualTo(new WorkloadName("web"));
            });
        });
    }

    @Test
    @Fact("G38")
    void oldCodeStaysOutWhenThePlanGetsAnotherRevisionAndThatIsRun() {
        contracted();

        bench.started(revised());
        bench.awaits(RunStatus.SUCCEEDED);

        assertThat(mayDeploy("1.4.0")).isInstanceOf(Permission.TooLate.class);
        assertThat(mayDeploy("1.5.0")).isInstanceOf(Permission.Allowed.class);
    }

    @Test
    @Fact("G38")
    void oldCodeStaysOutWhenThePlanIsDeleted() {
        contracted();

        bench.operations.delete(PLAN);

        assertThat(bench.operations.list()).isEmpty();
        assertThat(mayDeploy("1.4.0")).isInstanceOfSatisfying(Permission.TooLate.class, late -> {
            assertThat(late.plan()).isEqualTo(PLAN);
            assertThat(late.why()).contains("web 1.4.0").contains("Deploy >=1.5.0 instead.");
        });
        assertThat(mayDeploy("main")).isInstanceOf(Permission.CannotTell.class);
        assertThat(mayDeploy("1.5.0")).isInstanceOf(Permission.Allowed.class);
    }

    @Test
    void theFloorFallsWithARollback() {
        bench.started(dropPlan(PLAN, 1));
        bench.replica("one");
        bench.awaits(RunStatus.HELD);
        bench.rolledOut();
        bench.awaits(RunStatus.AWAITING_APPROVAL);
        assertThat(floors.of(SHOP)).hasSize(1);

        bench.operations.rollback(PLAN, ANN);
        Bench.patiently("the way back").until(() -> {
            bench.later(Duration.ofSeconds(5), "1.4.0");
            return bench.status(PLAN) == RunStatus.ROLLED_BACK;
        });

        assertThat(floors.of(SHOP)).isEmpty();
        assertThat(mayDeploy("1.4.0")).isInstanceOf(Permission.Allowed.class);
    }

    @Test
    void anAbortedRunKeepsItsFloorForTheOldShapeMayBeHalfGone() {
        bench.started(dropPlan(PLAN, 1));
        bench.replica("one");
        bench.awaits(RunStatus.HELD);
        bench.rolledOut();
        bench.awaits(RunStatus.AWAITING_APPROVAL);

        bench.operations.abort(PLAN, ANN);

        bench.awaits(RunStatus.FAILED);
        assertThat(mayDeploy("1.4.0")).isInstanceOf(Permission.TooLate.class);
    }

    @Test
    void anAdministratorCanAnswerForLettingAFloorFallOnceItsPlanIsGone() {
        RunId run = contracted();
        assertThatThrownBy(() -> floors.lift(SHOP, run, "restored", ANN))
                .isInstanceOf(LockstepException.class)
                .hasMessageContaining("Plan shop/drop-name still goes by this run");
        bench.operations.delete(PLAN);
        assertThatThrownBy(() -> floors.lift(SHOP, run, "  ", ANN)).hasMessageContaining("comment");
        assertThatThrownBy(() -> floors.lift(new DatabaseName("other"), run, "restored", ANN))
                .hasMessageContaining("holds no floor on database other");

        floors.lift(SHOP, run, "The database was restored to last week.", ANN);

        assertThat(floors.of(SHOP)).isEmpty();
        assertThat(mayDeploy("1.4.0")).isInstanceOf(Permission.Allowed.class);
    }

    @Test
    @Fact("G38")
    void floorsOfSeveralPlansStandBesideEachOther() {
        contracted();
        bench.operations.delete(PLAN);
        bench.cluster.runs("1.4.0");
        PlanKey other = new PlanKey("shop", "another");
        bench.operations.put(dropPlan(other, 0), ANN, Optional.empty());
        bench.operations.start(other, ANN);
        bench.awaits(other, RunStatus.HELD);

        assertThat(mayDeploy("1.4.0"))
                .as("the other plan asks for nothing yet")
                .isInstanceOfSatisfying(
                        Permission.TooLate.class,
                        late -> assertThat(late.plan()).isEqualTo(PLAN));
    }
}
