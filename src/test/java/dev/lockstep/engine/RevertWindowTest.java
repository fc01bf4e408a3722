package dev.lockstep.engine;

import static dev.lockstep.engine.Bench.ANN;
import static dev.lockstep.engine.Bench.BEN;
import static dev.lockstep.engine.Bench.CONTRACT;
import static dev.lockstep.engine.Bench.PLAN;
import static dev.lockstep.engine.Bench.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.change.TableBuilder;
import dev.lockstep.fixture.Fact;
import dev.lockstep.gate.Blocker;
import dev.lockstep.gate.Permission;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.RunStatus;
import dev.lockstep.plan.Change;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PlanDocument;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.Runner;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.WorkloadName;
import dev.lockstep.plan.WorkloadSpec;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A contract that hides the old shape before it drops it: who may come in meanwhile, the way back, and the last look. */
class RevertWindowTest {
    private static final Blocker WINDOW = new Blocker(
            Blocker.Code.REVERT_WINDOW, "revert window", "ann", "The revert window ends at noon.", "Nothing.");
    private static final TableName USERS = TableName.parse("users");

    private final Bench bench = new Bench();

    @BeforeEach
    void users() {
        bench.targets.answers(new Targets.CatalogueReading.Read(TableBuilder.catalogue(TableBuilder.users())));
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    private static PlanDocument rename() {
        WorkloadSpec web = new WorkloadSpec(
                new WorkloadName("web"),
                Runner.Kind.DEPLOYMENT,
                "shop",
                "web",
                Map.of(Milestone.NEW_ONLY, new Versions.Range(">=1.5.0")),
                WorkloadSpec.EvidenceSpec.standard());
        return new PlanDocument(
                PLAN,
                new PlanSpec(
                        new DatabaseName("shop"),
                        "users.name becomes users.full_name",
                        new PlanSpec.Work.Changes(List.of(
                                new Change.RenameColumn(USERS, new Identifier("name"), new Identifier("full_name")))),
                        List.of(web),
                        List.of(new PlanSpec.Approval(CONTRACT, 1)),
                        Bench.STABLE_SECONDS,
                        PlanSpec.LockBudget.standard(),
                        PlanSpec.BackfillPace.standard(),
                        PlanSpec.Sync.TRIGGER,
                        new PlanSpec.ContractRules(3_600, false),
                        new PlanSpec.Backup.None()));
    }

    /** The contract is approved, the old shape hidden, and the window runs. */
    private RunId hidden() {
        bench.targets.next("revert-window", (_, _) -> new StepOutcome.Blocked(List.of(WINDOW), Duration.ofHours(1)));
        bench.replica("one");
        RunId run = bench.started(rename());
        bench.awaits(RunStatus.HELD);
        bench.rolledOut();
        patiently("the contract's approval").until(() -> {
            bench.later(Duration.ofSeconds(Bench.STABLE_SECONDS), "1.5.0");
            return bench.status(PLAN) == RunStatus.AWAITING_APPROVAL;
        });
        assertThat(mayDeploy("1.4.0"))
                .as("the floor rises before the contract begins")
                .isInstanceOf(Permission.TooLate.class);
        bench.operations.decide(PLAN, CONTRACT, Decision.APPROVE, "go", rename().digest(), BEN);
        patiently("the window").until(() -> bench.blockers(PLAN).equals(List.of(WINDOW)));
        return run;
    }

    private Permission mayDeploy(String version) {
        return bench.operations.mayDeploy(new DatabaseName("shop"), new WorkloadName("web"), version);
    }

    @Test
    @Fact("G38")
    void theFloorStandsThroughTheWindowAndFallsWhenTheOldShapeIsBack() {
        RunId run = hidden();
        assertThat(bench.status(PLAN)).isEqualTo(RunStatus.HELD);
        assertThat(mayDeploy("1.4.0")).isInstanceOf(Permission.TooLate.class);
        bench.targets.next("hide", (order, monitor) -> {
            assertThat(mayDeploy("1.4.0"))
                    .as("while the old shape is on its way back")
                    .isInstanceOf(Permission.TooLate.class);
            return FakeTargets.DONE;
        });

        bench.operations.rollback(PLAN, ANN);
        patiently("the old shape, although every pod runs new code")
                .until(() -> bench.targets.effects().contains("hide taken back"));

        patiently("the floor to fall").until(() -> mayDeploy("1.4.0") instanceof Permission.Allowed);
        patiently("the gate before the rest")
                .until(() ->
                        bench.blockers(PLAN).stream().anyMatch(blocker -> blocker.code() == Blocker.Code.NEW_VERSION));
        assertThat(bench.targets.effects()).doesNotContain("add-alias taken back", "drop-hidden");
        assertThat(bench.journal(run, Event.PointOfNoReturnPassed.class)).isEmpty();
    }

    @Test
    void looksAtEverythingOnceMoreWhenTheWindowIsOver() {
        RunId run = hidden();

        bench.cluster.runsUnnoticed("1.5.0", "1.4.0");
        bench.clock.goesOn(Duration.ofHours(1));

        patiently("the gate to close again")
                .until(() -> bench.journal(run, Event.GateBlocked.class)
                        .flatMap(blocked -> blocked.blockers().stream())
                        .anyMatch(blocker -> blocker.object().equals("pod web-1")));
        assertThat(bench.targets.attempts("drop-hidden")).isZero();
        assertThat(bench.journal(run, Event.PointOfNoReturnPassed.class)).isEmpty();
    }

    @Test
    void dropsTheOldShapeWhenTheWindowIsOver() {
        hidden();
        assertThat(bench.targets.attempts("drop-hidden")).isZero();

        bench.clock.goesOn(Duration.ofHours(1));
        bench.cluster.runs("1.5.0");

        patiently("the end").until(() -> {
            bench.later(Duration.ofSeconds(Bench.STABLE_SECONDS), "1.5.0");
            return bench.status(PLAN) == RunStatus.SUCCEEDED;
        });
        assertThat(bench.targets.effects()).endsWith("hide", "revert-window", "drop-hidden");
        assertThat(mayDeploy("1.4.0")).isInstanceOf(Permission.TooLate.class);
    }
}
