package dev.lockstep.engine;

import static dev.lockstep.engine.Bench.ANN;
import static dev.lockstep.engine.Bench.BEN;
import static dev.lockstep.engine.Bench.CONTRACT;
import static dev.lockstep.engine.Bench.PLAN;
import static dev.lockstep.engine.Bench.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.engine.InterlockBoard.Notice;
import dev.lockstep.engine.InterlockBoard.Posting;
import dev.lockstep.fixture.Fact;
import dev.lockstep.gate.Entrance;
import dev.lockstep.gate.Evidence;
import dev.lockstep.gate.Permission;
import dev.lockstep.lifecycle.RunStatus;
import dev.lockstep.plan.PlanDocument;
import dev.lockstep.plan.PlanKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the webhook is told through the whole life of a plan, by a replica that does not advance it. */
class StoredBoardTest {
    private final Bench bench = new Bench();
    private final FaultyRuns runs = new FaultyRuns(bench.runs);
    private final StoredBoard board = new StoredBoard(bench.plans, runs, bench.targets, bench.clock);

    @AfterEach
    void stop() {
        board.close();
        bench.close();
    }

    @Test
    @Fact("G38")
    void floorRisesBeforeTheContractBeginsAndStandsWhenItsPlanIsOver() {
        assertThat(may("1.4.0")).as("nothing is declared").isEmpty();
        bench.replica("one");
        bench.targets.next("drop", (_, _) -> {
            assertThat(may("1.4.0")).as("while the contract runs").containsInstanceOf(Permission.TooLate.class);
            return FakeTargets.DONE;
        });
        bench.started(Bench.dropPlan(PLAN, 1));
        bench.awaits(RunStatus.HELD);
        assertThat(may("1.4.0")).as("at the gate").containsInstanceOf(Permission.Allowed.class);
        bench.rolledOut();
        patiently("the contract's approval").until(() -> {
            bench.later(Duration.ofSeconds(Bench.STABLE_SECONDS), "1.5.0");
            return bench.status(PLAN) == RunStatus.AWAITING_APPROVAL;
        });
        assertThat(may("1.4.0")).as("before anybody approved").containsInstanceOf(Permission.TooLate.class);
        assertThat(may("1.5.0")).containsInstanceOf(Permission.Allowed.class);
        Instant raised = board.read().notices().getFirst().since();

        bench.operations.decide(
                PLAN, CONTRACT, Decision.APPROVE, "go", Bench.dropPlan(PLAN, 1).digest(), BEN);
        patiently("the end").until(() -> {
            bench.later(Duration.ofSeconds(Bench.STABLE_SECONDS), "1.5.0");
            return bench.status(PLAN) == RunStatus.SUCCEEDED;
        });

        assertThat(bench.targets.effects()).contains("drop");
        assertThat(may("1.4.0")).as("the old shape is gone").containsInstanceOf(Permission.TooLate.class);
        assertThat(board.read().notices().getFirst().since()).isEqualTo(raised);
        bench.operations.delete(PLAN);
        board(Bench.addPlan(new PlanKey("shop", "another")));
        assertThat(may("1.4.0"))
                .as("the plan is deleted, and another one says what runs the workload")
                .containsInstanceOf(Permission.TooLate.class);
    }

    @Test
    void floorFallsWithARollback() {
        bench.replica("one");
        bench.started(Bench.dropPlan(PLAN, 1));
        bench.awaits(RunStatus.HELD);
        bench.rolledOut();
        patiently("the contract's approval").until(() -> {
            bench.later(Duration.ofSeconds(Bench.STABLE_SECONDS), "1.5.0");
            return bench.status(PLAN) == RunStatus.AWAITING_APPROVAL;
        });
        assertThat(may("1.4.0")).containsInstanceOf(Permission.TooLate.class);

        bench.operations.rollback(PLAN, ANN);

        patiently("the floor to fall")
                .until(() -> may("1.4.0")
                        .filter(Permission.TooLate.class::isInstance)
                        .isEmpty());
    }

    @Test
    void storeIsReadOnceForAsManyPodsAsAskWhileNothingChanges() {
        bench.started(Bench.dropPlan(PLAN, 1));
        assertThat(may("1.4.0")).isPresent();
        int before = runs.journalsRead();

        for (int pod = 0; pod < 100; pod++) {
            board.read();
        }

        assertThat(runs.journalsRead() - before).isLessThanOrEqualTo(1);
    }

    @Test
    void staleNoticeIsReadAgainFromItsJournalAlone() {
        bench.replica("one");
        bench.started(Bench.dropPlan(PLAN, 1));
        bench.awaits(RunStatus.HELD);
        Notice before = board.read().notices().getFirst();
        assertThat(before.plan().floor()).isEmpty();
        bench.rolledOut();
        patiently("the contract's approval").until(() -> {
            bench.later(Duration.ofSeconds(Bench.STABLE_SECONDS), "1.5.0");
            return bench.status(PLAN) == RunStatus.AWAITING_APPROVAL;
        });

        assertThat(board.now(before).flatMap(notice -> notice.plan().floor())).isPresent();
    }

    @Test
    @Fact("G36")
    void storeThatGoesAwayLeavesWhatWasSaidAndThatItIsOld() {
        bench.started(Bench.dropPlan(PLAN, 1));
        assertThat(board.read().trouble()).isEmpty();
        runs.cut();

        patiently("what was said to be old").until(() -> board.read().trouble().isPresent());

        Posting old = board.read();
        assertThat(old.notices()).hasSize(1);
        assertThatThrownBy(() -> board.now(old.notices().getFirst())).isInstanceOf(LockstepException.class);
        try (StoredBoard never = new StoredBoard(bench.plans, runs, bench.targets, bench.clock)) {
            assertThatThrownBy(never::read).isInstanceOf(LockstepException.class);
        }
        runs.mend();
        assertThat(board.read().trouble()).isEmpty();
    }

    private void board(PlanDocument plan) {
        bench.operations.put(plan, ANN, Optional.empty());
    }

    /** Empty when no plan names the workload. */
    private Optional<Permission> may(String version) {
        List<Evidence> evidence =
                List.of(new Evidence(Evidence.Source.LABEL, version, Instant.parse("2026-03-01T03:00:00Z")));
        List<Permission> answers = board.read().notices().stream()
                .flatMap(notice -> board.now(notice).stream())
                .map(notice ->
                        Entrance.may(notice.plan(), notice.plan().workloads().getFirst(), evidence))
                .toList();
        return answers.stream()
                .filter(answer -> !(answer instanceof Permission.Allowed))
                .findFirst()
                .or(() -> answers.stream().findFirst());
    }
}
