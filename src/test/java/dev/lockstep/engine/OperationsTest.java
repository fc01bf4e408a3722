package dev.lockstep.engine;

import static dev.lockstep.engine.Bench.ANN;
import static dev.lockstep.engine.Bench.BEN;
import static dev.lockstep.engine.Bench.CONTRACT;
import static dev.lockstep.engine.Bench.PIPELINE;
import static dev.lockstep.engine.Bench.PLAN;
import static dev.lockstep.engine.Bench.addPlan;
import static dev.lockstep.engine.Bench.dropPlan;
import static dev.lockstep.engine.Bench.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.fixture.Fact;
import dev.lockstep.gate.Blocker;
import dev.lockstep.gate.Permission;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.RunStatus;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.Digest;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PlanDocument;
import dev.lockstep.plan.PlanKey;
import dev.lockstep.plan.Violation;
import dev.lockstep.plan.WorkloadName;
import dev.lockstep.schema.TableName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What people and machines may ask for, what they are told when they may not, and what asking twice does. */
class OperationsTest {
    private static final PlanKey OTHER = new PlanKey("shop", "other");
    private static final TableName USERS = TableName.parse("users");

    private final Bench bench = new Bench();
    private final Operations operations = bench.operations;

    @AfterEach
    void stop() {
        bench.close();
    }

    @Test
    void keepsAPlanAndItsRevisions() {
        assertThat(operations.put(addPlan(PLAN), ANN, Optional.empty())).isInstanceOf(Plans.Saved.Created.class);
        assertThat(operations.put(addPlan(PLAN), ANN, Optional.empty())).isInstanceOf(Plans.Saved.Unchanged.class);
        assertThat(operations.put(dropPlan(PLAN, 1), ANN, Optional.of(0))).isEqualTo(new Plans.Saved.Outdated(1));
        assertThat(operations.put(dropPlan(PLAN, 1), ANN, Optional.of(1))).isInstanceOf(Plans.Saved.Replaced.class);
        assertThat(operations.view(PLAN).plan().revision()).isEqualTo(2);
        assertThat(operations.list()).hasSize(1);
    }

    @Test
    void refusesAPlanThatDoesNotFitWithEverythingThatIsWrongAndKeepsNothing() {
        bench.targets.answers(new Targets.CatalogueReading.Unknown(List.of(new DatabaseName("blog"))));

        LockstepException refusal = refusal(() -> operations.put(addPlan(PLAN), ANN, Optional.empty()));

        assertThat(refusal.code()).isEqualTo(ErrorCode.PLAN_INVALID);
        assertThat(refusal.violations()).extracting(Violation::path).containsExactly("spec.databaseRef.name");
        assertThat(operations.list()).isEmpty();
    }

    @Test
    @Fact("G39")
    void doesNotChangeAPlanThatIsUnderWay() {
        bench.started(dropPlan(PLAN, 1));

        assertThat(operations.put(addPlan(PLAN), ANN, Optional.empty())).isInstanceOf(Plans.Saved.InProgress.class);
    }

    @Test
    void startsOnceHoweverOftenItIsAsked() {
        RunId first = bench.started(addPlan(PLAN));

        assertThat(operations.start(PLAN, BEN).run().orElseThrow().run().id()).isEqualTo(first);
        bench.replica("one");
        bench.awaits(RunStatus.SUCCEEDED);
        assertThat(operations.start(PLAN, BEN).run().orElseThrow().run().id())
                .as("what has succeeded is not done again")
                .isEqualTo(first);
    }

    @Test
    void startsAnewAfterARollback() {
        RunId first = bench.started(addPlan(PLAN));
        operations.rollback(PLAN, ANN);
        bench.replica("one");
        bench.awaits(RunStatus.ROLLED_BACK);

        RunId second = operations.start(PLAN, ANN).run().orElseThrow().run().id();

        assertThat(second).isNotEqualTo(first);
        bench.awaits(RunStatus.SUCCEEDED);
    }

    @Test
    @Fact("G33")
    void doesNotStartAPlanWhoseTableAnotherOneIsChanging() {
        bench.started(addPlan(OTHER, USERS));
        operations.put(addPlan(PLAN, USERS), ANN, Optional.empty());

        LockstepException refusal = refusal(() -> operations.start(PLAN, ANN));

        assertThat(refusal.code()).isEqualTo(ErrorCode.TABLE_TAKEN);
        assertThat(refusal)
                .hasMessageContaining("shop/other")
                .hasMessageContaining("users")
                .hasMessageContaining("This one can begin when that one is over");
    }

    @Test
    void keepsSinceWhenAndForWhomAStartWaitsWhenSomebodyAsksAgain() {
        unreachable();
        operations.put(addPlan(PLAN), ANN, Optional.empty());
        operations.start(PLAN, ANN);
        Instant asked = bench.clock.instant();

        bench.clock.goesOn(Duration.ofMinutes(5));
        PlanView view = operations.start(PLAN, BEN);

        assertThat(view.plan().pendingStart())
                .contains(new PendingStart("ann", "Database shop does not answer.", asked));
        assertThat(view.status()).isEqualTo(RunStatus.HELD);
    }

    @Test
    @Fact("G33")
    void saysWhenAStartWaitsForAnotherPlanAndNotForTheDatabase() {
        Targets.CatalogueReading answers = bench.targets.read(new DatabaseName("shop"), Set.of());
        unreachable();
        operations.put(addPlan(PLAN, USERS), ANN, Optional.empty());
        operations.start(PLAN, ANN);
        assertThat(operations.view(PLAN).holds())
                .extracting(hold -> hold.blocker().code())
                .containsExactly(Blocker.Code.DATABASE_UNREACHABLE);

        bench.targets.answers(answers);
        bench.started(addPlan(OTHER, USERS));
        operations.startWaiting();

        assertThat(operations.view(PLAN).holds()).singleElement().satisfies(hold -> {
            assertThat(hold.blocker().code()).isEqualTo(Blocker.Code.ANOTHER_PLAN);
            assertThat(hold.blocker().message()).contains("Plan shop/other has been changing table users");
        });
    }

    @Test
    void forgetsAWaitingStartOnAbort() {
        unreachable();
        operations.put(addPlan(PLAN), ANN, Optional.empty());
        operations.start(PLAN, ANN);

        PlanView view = operations.abort(PLAN, ANN);

        assertThat(view.plan().pendingStart()).isEmpty();
        assertThat(view.status()).isEqualTo(RunStatus.PENDING);
    }

    @Test
    void saysHowToStartAPlanThatHasNoRun() {
        operations.put(addPlan(PLAN), ANN, Optional.empty());

        for (Runnable command : commands()) {
            LockstepException refusal = refusal(command);
            assertThat(refusal.code()).isEqualTo(ErrorCode.RUN_NOT_FOUND);
            assertThat(refusal).hasMessageContaining("POST /api/v1/plans/shop/drop-name/start");
        }
    }

    @Test
    void saysWhereToLookForAPlanThatIsNotThere() {
        for (Runnable command : commands()) {
            LockstepException refusal = refusal(command);
            assertThat(refusal.code()).isEqualTo(ErrorCode.PLAN_NOT_FOUND);
            assertThat(refusal).hasMessageContaining("GET /api/v1/plans");
        }
        assertThat(refusal(() -> operations.delete(PLAN)).code()).isEqualTo(ErrorCode.PLAN_NOT_FOUND);
        assertThat(refusal(() -> operations.start(PLAN, ANN)).code()).isEqualTo(ErrorCode.PLAN_NOT_FOUND);
    }

    @Test
    void doesNothingWhenWhatIsAskedForIsSoAlready() {
        RunId run = bench.started(dropPlan(PLAN, 1));

        operations.resume(PLAN, ANN);
        assertThat(bench.runs.journal(run, 0)).hasSize(1);
        operations.suspend(PLAN, ANN);
        operations.suspend(PLAN, BEN);
        assertThat(bench.runs.journal(run, 0)).hasSize(2);
        operations.abort(PLAN, ANN);
        operations.abort(PLAN, BEN);
        assertThat(bench.runs.journal(run, 0)).hasSize(3);
        operations.retry(PLAN, ANN);
        operations.decide(PLAN, CONTRACT, Decision.APPROVE, "", digest(), BEN);
        operations.decide(PLAN, CONTRACT, Decision.APPROVE, "", digest(), BEN);
        assertThat(bench.runs.journal(run, 0)).hasSize(5);
    }

    @Test
    void refusesWhatMakesNoSenseNow() {
        bench.started(addPlan(PLAN));

        LockstepException nothingToRetry = refusal(() -> operations.retry(PLAN, ANN));
        assertThat(nothingToRetry.code()).isEqualTo(ErrorCode.ILLEGAL_TRANSITION);
        assertThat(nothingToRetry).hasMessage("The run is waiting at a gate, and retrying makes no sense there.");

        bench.replica("one");
        bench.awaits(RunStatus.SUCCEEDED);
        for (Runnable command : List.<Runnable>of(
                () -> operations.suspend(PLAN, ANN),
                () -> operations.abort(PLAN, ANN),
                () -> operations.rollback(PLAN, ANN))) {
            LockstepException refusal = refusal(command);
            assertThat(refusal.code()).isEqualTo(ErrorCode.ILLEGAL_TRANSITION);
            assertThat(refusal).hasMessageContaining("The run is over, and has succeeded");
        }
    }

    @Test
    void letsOnlyPeopleApprove() {
        bench.started(dropPlan(PLAN, 1));

        LockstepException refusal =
                refusal(() -> operations.decide(PLAN, CONTRACT, Decision.APPROVE, "", digest(), PIPELINE));

        assertThat(refusal.code()).isEqualTo(ErrorCode.NOT_ALLOWED);
        assertThat(refusal).hasMessageContaining("pipeline is a machine");
    }

    @Test
    void letsTheAuthorApproveOnlyWhereTheConfigurationSaysSoButAlwaysReject() {
        bench.started(dropPlan(PLAN, 1));

        LockstepException refusal =
                refusal(() -> operations.decide(PLAN, CONTRACT, Decision.APPROVE, "", digest(), ANN));
        assertThat(refusal.code()).isEqualTo(ErrorCode.NOT_ALLOWED);
        assertThat(refusal).hasMessageContaining("lockstep.approvals.allow-author=true");

        bench.operations(bench.runs, new ApprovalRules(true))
                .decide(PLAN, CONTRACT, Decision.APPROVE, "", digest(), ANN);
        PlanView rejected = operations.decide(PLAN, CONTRACT, Decision.REJECT, "not today", digest(), ANN);

        assertThat(rejected.status()).isEqualTo(RunStatus.PAUSED);
        assertThat(rejected.run().orElseThrow().state().approvers(CONTRACT)).isEmpty();
    }

    @Test
    @Fact("G43")
    void takesADecisionOnlyAboutWhatRuns() {
        bench.started(dropPlan(PLAN, 1));
        Digest reviewed = addPlan(OTHER).digest();

        for (Decision decision : Decision.values()) {
            LockstepException refusal = refusal(() -> operations.decide(PLAN, CONTRACT, decision, "", reviewed, BEN));
            assertThat(refusal.code()).isEqualTo(ErrorCode.DIGEST_MISMATCH);
            assertThat(refusal).hasMessageContaining(reviewed.value());
        }
    }

    @Test
    void namesThePhasesWhenTheOneToApproveIsNotThere() {
        bench.started(dropPlan(PLAN, 1));

        assertThat(refusal(
                        () -> operations.decide(PLAN, new PhaseName("contarct"), Decision.APPROVE, "", digest(), BEN)))
                .hasMessage("The run has no phase contarct; it has expand, contract.");
    }

    @Test
    @Fact("G50")
    void doesNotDeleteAPlanInProgressAndSaysHowToGetThere() {
        bench.started(addPlan(PLAN));

        LockstepException refusal = refusal(() -> operations.delete(PLAN));
        assertThat(refusal.code()).isEqualTo(ErrorCode.PLAN_IN_PROGRESS);
        assertThat(refusal).hasMessageContaining("/rollback");

        operations.rollback(PLAN, ANN);
        bench.replica("one");
        bench.awaits(RunStatus.ROLLED_BACK);
        operations.delete(PLAN);
        assertThat(operations.list()).isEmpty();
    }

    @Test
    void letsCodeInAsTheRunGoesOn() {
        assertThat(mayDeploy("1.4.0")).isInstanceOf(Permission.Allowed.class);
        bench.targets.next("add", FakeTargets::untilStopped);
        bench.started(dropPlan(PLAN, 1));
        RunEngine engine = bench.replica("one");
        patiently("the expand").until(() -> bench.targets.attempts("add") == 1);

        assertThat(mayDeploy("1.4.0")).isInstanceOf(Permission.Allowed.class);
        assertThat(mayDeploy("1.5.0")).as("its shape is not there yet").isInstanceOf(Permission.TooEarly.class);

        engine.close();
        bench.replica("two");
        bench.awaits(RunStatus.HELD);
        assertThat(mayDeploy("1.4.0")).isInstanceOf(Permission.Allowed.class);
        assertThat(mayDeploy("1.5.0")).isInstanceOf(Permission.Allowed.class);

        bench.rolledOut();
        bench.awaits(RunStatus.AWAITING_APPROVAL);
        assertThat(mayDeploy("1.4.0")).as("the floor is up before the contract").isInstanceOf(Permission.TooLate.class);
        assertThat(mayDeploy("main")).isInstanceOf(Permission.CannotTell.class);

        operations.decide(PLAN, CONTRACT, Decision.APPROVE, "", digest(), BEN);
        bench.awaits(RunStatus.SUCCEEDED);
        assertThat(mayDeploy("1.4.0")).as("what it needs is gone").isInstanceOf(Permission.TooLate.class);
        assertThat(mayDeploy("1.5.0")).isInstanceOf(Permission.Allowed.class);
    }

    @Test
    void keepsNewCodeOutWhileTheRunGoesBackAndLetsAllInAfterwards() {
        bench.started(dropPlan(PLAN, 1));
        bench.replica("one");
        bench.awaits(RunStatus.HELD);

        operations.rollback(PLAN, ANN);
        assertThat(mayDeploy("1.5.0")).isInstanceOf(Permission.TooEarly.class);
        assertThat(mayDeploy("1.4.0")).isInstanceOf(Permission.Allowed.class);

        patiently("the way back").until(() -> {
            bench.later(Duration.ofSeconds(5), "1.4.0");
            return bench.status(PLAN) == RunStatus.ROLLED_BACK;
        });
        assertThat(mayDeploy("1.5.0")).isInstanceOf(Permission.Allowed.class);
    }

    @Test
    @Fact("G4")
    void keepsWhatAPodSaysOfItselfOnlyWhenTheClusterVouchesForIt() {
        Cluster.PodIdentity pod = new Cluster.PodIdentity("shop", "web-0", "uid-web-0", "default");

        operations.report(Optional.of(pod), "1.5.0", Optional.empty());

        assertThat(bench.runs.reports(List.of("uid-web-0")))
                .extracting(PodReport::version)
                .containsExactly("1.5.0");
        assertThat(refusal(() -> operations.report(Optional.empty(), "1.5.0", Optional.empty()))
                        .code())
                .isEqualTo(ErrorCode.NOT_ALLOWED);
    }

    @Test
    void givesTheJournalFromWhereTheCallerLeftOff() {
        bench.started(addPlan(PLAN));
        operations.suspend(PLAN, ANN);

        assertThat(operations.journal(PLAN, 1))
                .extracting(JournalEntry::event)
                .containsExactly(new Event.Suspended("ann"));
    }

    private List<Runnable> commands() {
        return List.of(
                () -> operations.suspend(PLAN, ANN),
                () -> operations.resume(PLAN, ANN),
                () -> operations.retry(PLAN, ANN),
                () -> operations.abort(PLAN, ANN),
                () -> operations.rollback(PLAN, ANN),
                () -> operations.decide(PLAN, CONTRACT, Decision.REJECT, "", digest(), BEN));
    }

    private Permission mayDeploy(String version) {
        return operations.mayDeploy(new DatabaseName("shop"), new WorkloadName("web"), version);
    }

    private static Digest digest() {
        return plan().digest();
    }

    private static PlanDocument plan() {
        return dropPlan(PLAN, 1);
    }

    private void unreachable() {
        bench.targets.answers(new Targets.CatalogueReading.Unreachable("Database shop does not answer."));
    }

    private static LockstepException refusal(Runnable command) {
        LockstepException refused = catchThrowableOfType(LockstepException.class, command::run);
        assertThat(refused).as("this was to be refused").isNotNull();
        return refused;
    }
}
