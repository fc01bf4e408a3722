package dev.lockstep.engine;

import static dev.lockstep.engine.Bench.PLAN;
import static dev.lockstep.engine.Bench.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fixture.Fact;
import dev.lockstep.gate.Blocker;
import dev.lockstep.gate.Census.Alike;
import dev.lockstep.gate.Consumer;
import dev.lockstep.lifecycle.RunStatus;
import dev.lockstep.plan.ConsumerRules;
import dev.lockstep.plan.PlanDocument;
import dev.lockstep.plan.PlanSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the database sees beside the workloads that a plan names. */
class ConsumersTest {
    private static final Consumer PSQL =
            new Consumer(Consumer.Kind.SESSION, "4711", "the primary", "dba", "psql", "10.0.0.9", Instant.EPOCH);
    private final Bench bench = new Bench();

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    @Fact("G26")
    void consumerThatNobodyListedIsShownAndHoldsNothing() {
        bench.targets.isUsedBy(PSQL);
        bench.cluster.runs("1.5.0");
        bench.started(plan(Optional.empty()));

        assertThat(bench.operations.view(PLAN).run().orElseThrow().unlisted().consumers())
                .extracting(Alike::described)
                .containsExactly("sessions psql of role dba from 10.0.0.9 on the primary");
        bench.replica("one");
        succeeds();
    }

    @Test
    @Fact("G26")
    void consumerThatNobodyListedHoldsWhereThePlanAsksForItUntilItIsGone() {
        bench.targets.isUsedBy(PSQL);
        bench.cluster.runs("1.5.0");
        bench.started(plan(Optional.of(new ConsumerRules(true, List.of()))));
        bench.replica("one");
        patiently("the gate to hold").until(() -> codes().equals(List.of(Blocker.Code.UNLISTED_CONSUMER)));

        bench.targets.isUsedBy();
        succeeds();
    }

    /** G36: whoever goes by the database's word holds when it cannot be had; whoever does not, goes on. */
    @Test
    @Fact({"G1", "G36"})
    void sessionsThatCannotBeSeenHoldOnlyThoseWhoGoByThem() {
        bench.targets.hidesItsConsumers();
        bench.cluster.runs("1.5.0");
        bench.started(plan(Optional.of(new ConsumerRules(true, List.of()))));
        bench.replica("one");
        patiently("the gate to hold").until(() -> codes().equals(List.of(Blocker.Code.EVIDENCE_STALE)));
        assertThat(bench.operations.view(PLAN).run().orElseThrow().unlisted().notes())
                .containsExactly("The replica does not answer.");
    }

    @Test
    void planThatDoesNotGoByItGoesOnWhileNobodyCanSeeTheSessions() {
        bench.targets.hidesItsConsumers();
        bench.cluster.runs("1.5.0");
        bench.started(plan(Optional.empty()));
        bench.replica("one");
        succeeds();
    }

    private void succeeds() {
        patiently("the run").until(() -> {
            bench.later(Duration.ofSeconds(Bench.STABLE_SECONDS), "1.5.0");
            return bench.status(PLAN) == RunStatus.SUCCEEDED;
        });
    }

    private List<Blocker.Code> codes() {
        return bench.blockers(PLAN).stream().map(Blocker::code).toList();
    }

    private static PlanDocument plan(Optional<ConsumerRules> rules) {
        PlanSpec spec = Bench.dropPlan(PLAN, 0).spec();
        return new PlanDocument(
                PLAN,
                new PlanSpec(
                        spec.database(),
                        spec.description(),
                        spec.work(),
                        spec.workloads(),
                        spec.approvals(),
                        spec.minStableSeconds(),
                        spec.locks(),
                        spec.backfill(),
                        spec.sync(),
                        spec.contract(),
                        spec.backup(),
                        rules,
                        Optional.empty()));
    }
}
