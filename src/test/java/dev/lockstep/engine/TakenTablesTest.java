package dev.lockstep.engine;

import static dev.lockstep.engine.Bench.ANN;
import static dev.lockstep.engine.Bench.PLAN;
import static dev.lockstep.engine.Bench.addPlan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.fixture.Fact;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.RunStatus;
import dev.lockstep.plan.Change;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PlanDocument;
import dev.lockstep.plan.PlanKey;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.Violation;
import dev.lockstep.plan.WorkloadSpec;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A plan for a table that a run is changing. The catalogue here has no table at all, so what comes by change fits nothing. */
class TakenTablesTest {
    private static final PlanKey OTHER = new PlanKey("shop", "other");
    private static final TableName USERS = TableName.parse("users");

    private final Bench bench = new Bench();
    private final Operations operations = bench.operations;

    @AfterEach
    void stop() {
        bench.close();
    }

    @Test
    @Fact("G33")
    void takesAPlanThatDoesNotFitATableInTheMiddleOfAnotherPlanAndJudgesItWhenThatIsOver() {
        bench.started(addPlan(OTHER, USERS));

        assertThat(operations.put(nullable(PLAN), ANN, Optional.empty())).isInstanceOf(Plans.Saved.Created.class);
        LockstepException waits = refusal(() -> operations.start(PLAN, ANN));
        assertThat(waits.code()).isEqualTo(ErrorCode.TABLE_TAKEN);
        assertThat(waits)
                .hasMessageContaining("Plan shop/other has been changing table users of database shop since "
                        + bench.clock.instant());

        bench.replica("one");
        bench.awaits(OTHER, RunStatus.SUCCEEDED);
        assertThat(refusal(() -> operations.start(PLAN, ANN)).code()).isEqualTo(ErrorCode.PLAN_INVALID);
    }

    @Test
    void saysAtOnceWhatNoCatalogueIsNeededFor() {
        bench.started(addPlan(OTHER, USERS));
        PlanDocument plan = nullable(PLAN, new Versions.Range("the newest"));

        LockstepException refusal = refusal(() -> operations.put(plan, ANN, Optional.empty()));

        assertThat(refusal.code()).isEqualTo(ErrorCode.PLAN_INVALID);
        assertThat(refusal.violations())
                .extracting(Violation::path)
                .containsExactly("spec.workloads[0].versions.new-only");
    }

    @Test
    void refusesAtOnceWhatDoesNotFitATableThatNobodyIsChanging() {
        bench.started(addPlan(OTHER));

        assertThat(refusal(() -> operations.put(nullable(PLAN), ANN, Optional.empty()))
                        .code())
                .isEqualTo(ErrorCode.PLAN_INVALID);
    }

    /** The other run had made its triggers by the time the catalogue was read, although it had none of the tables before. */
    @Test
    void believesNoCatalogueThatWasReadWhileARunBegan() {
        bench.targets.onRead(() -> bench.started(addPlan(OTHER, USERS)));

        assertThat(operations.put(nullable(PLAN), ANN, Optional.empty())).isInstanceOf(Plans.Saved.Created.class);
    }

    /** What its own run has made of the table is nothing that an author could mend. */
    @Test
    void saysOfAPlanThatIsUnderWayThatItIsAndNotWhatItsOwnRunHasMadeOfTheTable() {
        bench.started(addPlan(PLAN, USERS));

        assertThat(operations.put(nullable(PLAN), ANN, Optional.empty())).isInstanceOf(Plans.Saved.InProgress.class);
    }

    @Test
    void explainsWhatFitsInTheMiddleAndSaysOfWhatDoesNotThatItIsTooEarlyToTell() {
        bench.started(addPlan(OTHER, USERS));

        assertThat(operations.explain(addPlan(PLAN, USERS)).notes())
                .anySatisfy(note -> assertThat(note).startsWith("Plan shop/other has been changing table users"));
        LockstepException refusal = refusal(() -> operations.explain(nullable(PLAN)));
        assertThat(refusal.code()).isEqualTo(ErrorCode.TABLE_TAKEN);
        assertThat(refusal).hasMessageContaining("nobody can say what this one would do");
    }

    @Test
    @Fact("G33")
    void keepsAStartWaitingForAnotherPlanAlsoWhenItDoesNotFitMeanwhile() {
        Targets.CatalogueReading answers = bench.targets.read(new DatabaseName("shop"), Set.of());
        bench.targets.answers(new Targets.CatalogueReading.Unreachable("Database shop does not answer."));
        operations.put(nullable(PLAN), ANN, Optional.empty());
        operations.start(PLAN, ANN);
        bench.targets.answers(answers);
        bench.started(addPlan(OTHER, USERS));

        operations.startWaiting();
        assertThat(bench.blockers(PLAN)).extracting(Blocker::code).containsExactly(Blocker.Code.ANOTHER_PLAN);

        bench.replica("one");
        bench.awaits(OTHER, RunStatus.SUCCEEDED);
        operations.startWaiting();
        assertThat(bench.blockers(PLAN)).extracting(Blocker::code).containsExactly(Blocker.Code.PLAN_DOES_NOT_FIT);
    }

    private static PlanDocument nullable(PlanKey key) {
        return nullable(key, new Versions.Range(">=1.5.0"));
    }

    private static PlanDocument nullable(PlanKey key, Versions versions) {
        PlanSpec like = addPlan(key).spec();
        WorkloadSpec web = like.workloads().getFirst();
        return new PlanDocument(
                key,
                new PlanSpec(
                        like.database(),
                        like.description(),
                        new PlanSpec.Work.Changes(List.of(new Change.DropNotNull(USERS, new Identifier("name")))),
                        List.of(new WorkloadSpec(
                                web.name(), web.runner(), Map.of(Milestone.NEW_ONLY, versions), web.evidence())),
                        like.approvals(),
                        like.minStableSeconds(),
                        like.locks(),
                        like.backfill(),
                        like.sync(),
                        like.contract(),
                        like.backup()));
    }

    private static LockstepException refusal(Runnable command) {
        LockstepException refused = catchThrowableOfType(LockstepException.class, command::run);
        assertThat(refused).as("this was to be refused").isNotNull();
        return refused;
    }
}
