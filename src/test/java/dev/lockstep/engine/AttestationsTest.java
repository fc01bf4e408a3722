package dev.lockstep.engine;

import static dev.lockstep.engine.Bench.ANN;
import static dev.lockstep.engine.Bench.PIPELINE;
import static dev.lockstep.engine.Bench.PLAN;
import static dev.lockstep.engine.Bench.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.fixture.Fact;
import dev.lockstep.gate.Blocker;
import dev.lockstep.gate.WorkloadObservation;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.RunStatus;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PlanDocument;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.Runner;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.WorkloadName;
import dev.lockstep.plan.WorkloadSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** G24, G30: consumers that no cluster shows, and the word that somebody gives for them. */
class AttestationsTest {
    private static final WorkloadName BI = new WorkloadName("bi");
    private final Bench bench = new Bench();

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    @Fact({"G24", "G30"})
    void holdsUntilSomebodyAnswersForTheConsumerAndAgainOnceThatHasExpired() {
        bench.cluster.runs("1.5.0");
        bench.replica("one");
        RunId run = bench.started(plan());
        patiently("the gate to ask for a word").until(() -> codes().equals(List.of(Blocker.Code.NOT_ENOUGH_EVIDENCE)));

        attest("1.4.0", Duration.ofDays(1), ANN);
        patiently("the gate to heed it").until(() -> codes().equals(List.of(Blocker.Code.OLD_VERSION)));
        // A machine may: the job that deploys the reports knows best what they run.
        attest("1.5.0", Duration.ofSeconds(5), PIPELINE);
        patiently("the gate to match")
                .until(() -> bench.journal(run, Event.GateMatched.class).count() > 0);

        bench.later(Duration.ofSeconds(5), "1.5.0");
        patiently("the word to count no longer").until(() -> codes().equals(List.of(Blocker.Code.EVIDENCE_STALE)));
        bench.later(Duration.ofSeconds(Bench.STABLE_SECONDS), "1.5.0");
        assertThat(bench.targets.effects()).doesNotContain("drop");

        attest("1.5.0", Duration.ofDays(1), ANN);
        patiently("the run").until(() -> {
            bench.later(Duration.ofSeconds(Bench.STABLE_SECONDS), "1.5.0");
            return bench.status(PLAN) == RunStatus.SUCCEEDED;
        });
        assertThat(bench.journal(run, Event.Attested.class))
                .extracting(Event.Attested::actor)
                .containsExactly("ann", "pipeline", "ann");
    }

    @Test
    void everybodySeesWhoAnswersForWhat() {
        bench.started(plan());
        attest("1.5.0", Duration.ofDays(1), ANN);

        assertThat(bench.operations.view(PLAN).run().orElseThrow().workloads().getLast())
                .isInstanceOfSatisfying(
                        WorkloadObservation.Attested.class,
                        attested -> assertThat(attested.word().orElseThrow())
                                .satisfies(word -> assertThat(word.version()).isEqualTo("1.5.0"))
                                .satisfies(word -> assertThat(word.by()).isEqualTo("ann"))
                                .satisfies(word -> assertThat(word.comment()).isEqualTo("asked them")));
    }

    @Test
    void nobodysWordTakesThePlaceOfWhatLockstepSees() {
        bench.started(plan());
        Instant tomorrow = bench.clock.instant().plus(Duration.ofDays(1));

        assertThat(refusal(() -> bench.operations.attest(PLAN, new WorkloadName("web"), "1.5.0", tomorrow, "", ANN)))
                .satisfies(refused -> assertThat(refused.code()).isEqualTo(ErrorCode.REQUEST_INVALID))
                .satisfies(refused -> assertThat(refused).hasMessageContaining("Deployment shop/web"));
        assertThat(refusal(() -> bench.operations.attest(PLAN, new WorkloadName("none"), "1.5.0", tomorrow, "", ANN)))
                .hasMessageContaining("has no workload none");
    }

    @Test
    @Fact("G30")
    void wordThatIsOverAtOnceOrNeverIsRefused() {
        bench.started(plan());

        assertThat(refusal(() -> attest("1.5.0", Duration.ZERO, ANN))).hasMessageContaining("must expire after now");
        assertThat(refusal(() -> attest("1.5.0", Operations.LONGEST_WORD.plusSeconds(1), ANN)))
                .hasMessageContaining("within 90 days");
        attest("1.5.0", Operations.LONGEST_WORD, ANN);
    }

    private void attest(String version, Duration lasts, Actor actor) {
        bench.operations.attest(PLAN, BI, version, bench.clock.instant().plus(lasts), "asked them", actor);
    }

    private static LockstepException refusal(ThrowingCallable call) {
        return catchThrowableOfType(LockstepException.class, call);
    }

    private List<Blocker.Code> codes() {
        return bench.blockers(PLAN).stream().map(Blocker::code).toList();
    }

    private static PlanDocument plan() {
        PlanDocument drop = Bench.dropPlan(PLAN, 0);
        PlanSpec spec = drop.spec();
        WorkloadSpec external = new WorkloadSpec(
                BI,
                new Runner.External(),
                Map.of(Milestone.NEW_ONLY, new Versions.Range(">=1.5.0")),
                WorkloadSpec.EvidenceSpec.standard());
        return new PlanDocument(
                PLAN,
                new PlanSpec(
                        spec.database(),
                        spec.description(),
                        spec.work(),
                        Stream.concat(spec.workloads().stream(), Stream.of(external))
                                .toList(),
                        spec.approvals(),
                        spec.minStableSeconds(),
                        spec.locks(),
                        spec.backfill(),
                        spec.sync(),
                        spec.contract(),
                        spec.backup()));
    }
}
