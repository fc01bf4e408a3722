package dev.lockstep.gate;

import static dev.lockstep.gate.Seen.NOW;
import static dev.lockstep.gate.Seen.STALE;
import static dev.lockstep.gate.Seen.WEB;
import static dev.lockstep.gate.Seen.blockers;
import static dev.lockstep.gate.Seen.codes;
import static dev.lockstep.gate.Seen.gate;
import static dev.lockstep.gate.Seen.http;
import static dev.lockstep.gate.Seen.label;
import static dev.lockstep.gate.Seen.newOnly;
import static dev.lockstep.gate.Seen.pod;
import static dev.lockstep.gate.Seen.report;
import static dev.lockstep.gate.Seen.rolledOut;
import static dev.lockstep.gate.Seen.running;
import static dev.lockstep.gate.Seen.spec;
import static dev.lockstep.gate.Seen.tag;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fixture.Fact;
import dev.lockstep.gate.Blocker.Code;
import dev.lockstep.gate.Evidence.Source;
import dev.lockstep.gate.PodObservation.Condition;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.WorkloadSpec;
import dev.lockstep.plan.WorkloadSpec.EvidenceSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GateTest {

    @Test
    void opensWhenTemplateAndEveryPodHaveReachedTheMilestone() {
        assertThat(deploy(rolledOut("1.5.0", running("a", label("1.5.0"), tag("1.5.0")), running("b", label("1.6.0")))))
                .isInstanceOf(Verdict.Open.class);
    }

    @Test
    void namesTheOldPodWhatItReportsFromWhereAndWhatIsWanted() {
        Verdict verdict =
                deploy(rolledOut("1.5.0", running("a", label("1.5.0")), running("b", tag("1.4.0"), label("1.4.0"))));

        assertThat(verdict).isInstanceOf(Verdict.Closed.class);
        assertThat(blockers(verdict)).singleElement().satisfies(blocker -> {
            assertThat(blocker.code()).isEqualTo(Code.OLD_VERSION);
            assertThat(blocker.object()).isEqualTo("pod b");
            assertThat(blocker.owner()).isEqualTo("Deployment shop/shop-web");
            assertThat(blocker.message())
                    .isEqualTo(
                            "Pod b reports 1.4.0 (label, image tag); the gate wants new-only code, which is >=1.5.0.");
            assertThat(blocker.remedy()).contains("Roll out >=1.5.0 to Deployment shop/shop-web");
        });
    }

    private static final WorkloadSpec RELEASES = spec(Map.of(
            Milestone.DUAL_WRITE, new Versions.Range(">=1.4.0"),
            Milestone.READ_NEW, new Versions.Range(">=1.4.0"),
            Milestone.NEW_ONLY, new Versions.Range(">=1.5.0")));

    private static Verdict dualWrite(WorkloadObservation seen) {
        return gate().judge(
                        Milestone.DUAL_WRITE,
                        Set.of(Milestone.READ_NEW, Milestone.NEW_ONLY),
                        List.of(RELEASES),
                        List.of(seen),
                        GateKind.DEPLOY);
    }

    @Test
    void namesThePodThatHasGoneAhead() {
        Verdict verdict =
                dualWrite(rolledOut("1.4.0", running("a", label("1.4.0")), running("b", label("1.5.0-rc.1"))));

        assertThat(verdict).isInstanceOf(Verdict.Closed.class);
        assertThat(blockers(verdict)).singleElement().satisfies(blocker -> {
            assertThat(blocker.code()).isEqualTo(Code.CODE_TOO_NEW);
            assertThat(blocker.object()).isEqualTo("pod b");
            assertThat(blocker.message())
                    .isEqualTo("Pod b reports 1.5.0-rc.1 (label); the gate wants dual-write code, which is >=1.4.0, and"
                            + " not yet new-only code, which is >=1.5.0.");
            assertThat(blocker.remedy()).contains("Roll out >=1.4.0, but not >=1.5.0 yet, to Deployment shop/shop-web");
        });
    }

    @Test
    void templateThatWouldGoAheadHolds() {
        assertThat(codes(dualWrite(rolledOut("1.5.0", running("a", label("1.4.0"))))))
                .containsExactly(Code.CODE_TOO_NEW);
    }

    @Test
    void sameVersionsUnderTwoMilestonesAreTheSameCode() {
        assertThat(dualWrite(rolledOut("1.4.0", running("a", label("1.4.0"))))).isInstanceOf(Verdict.Open.class);
    }

    @Test
    void codeThatIsTooOldIsStillCalledOld() {
        assertThat(codes(dualWrite(rolledOut("1.4.0", running("a", label("1.3.0"))))))
                .containsExactly(Code.OLD_VERSION);
    }

    /** G12, G13, G16: each of these can still write to the database. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "GONE")
    @Fact({"G12", "G13", "G16"})
    void oldPodHoldsWhateverItIsDoing(Condition condition) {
        assertThat(codes(deploy(rolledOut("1.5.0", pod("a", condition, label("1.4.0"))))))
                .containsExactly(Code.OLD_VERSION);
    }

    @Test
    void podThatIsGoneDoesNotCount() {
        assertThat(deploy(rolledOut("1.5.0", pod("a", Condition.GONE, label("1.4.0")))))
                .isInstanceOf(Verdict.Open.class);
    }

    @Test
    @Fact("G5")
    void oneSourceThatDiffersClosesWhateverTheOthersSay() {
        Verdict verdict = contract(
                rolledOut("1.5.0", running("a", label("1.5.0"), tag("1.5.0"), http("1.4.0"), report("1.5.0"))));

        assertThat(verdict).isInstanceOf(Verdict.Closed.class);
        assertThat(blockers(verdict).getFirst().message())
                .startsWith("Pod a reports 1.4.0 (HTTP), but 1.5.0 (label, image tag, own report);");
    }

    @Test
    @Fact("G2")
    void contractWantsTwoKindsOneOfThemFromTheProcess() {
        assertThat(contract(rolledOut("1.5.0", running("a", label("1.5.0"), report("1.5.0")))))
                .isInstanceOf(Verdict.Open.class);
        assertThat(contract(rolledOut("1.5.0", running("a", label("1.5.0"), http("1.5.0")))))
                .isInstanceOf(Verdict.Open.class);
        assertThat(codes(contract(rolledOut("1.5.0", running("a", http("1.5.0"))))))
                .containsExactly(Code.NOT_ENOUGH_EVIDENCE);
        assertThat(codes(contract(rolledOut("1.5.0", running("a", label("1.5.0"), tag("1.5.0"))))))
                .containsExactly(Code.NOT_ENOUGH_EVIDENCE);
        assertThat(deploy(rolledOut("1.5.0", running("a", label("1.5.0"))))).isInstanceOf(Verdict.Open.class);
    }

    @Test
    void contractTakesWhatThePlanAsksFor() {
        WorkloadSpec frugal = spec(
                Map.of(Milestone.NEW_ONLY, new Versions.Range(">=1.5.0")),
                new EvidenceSpec(Optional.empty(), EvidenceSpec.DEFAULT_LABEL, Optional.empty(), 1, false));

        assertThat(gate().judge(
                                Milestone.NEW_ONLY,
                                List.of(frugal),
                                List.of(rolledOut("1.5.0", running("a", label("1.5.0")))),
                                GateKind.CONTRACT))
                .isInstanceOf(Verdict.Open.class);
    }

    @Test
    void failedQuestionsAreNamedWhereEvidenceIsMissing() {
        PodObservation silent = running("a", label("1.5.0"));
        PodObservation asked = new PodObservation(
                silent.name(),
                silent.uid(),
                silent.owner(),
                silent.condition(),
                silent.since(),
                silent.processStartedAt(),
                silent.evidence(),
                List.of("GET http://10.0.0.1:8080/version: connection refused."));

        assertThat(blockers(contract(rolledOut("1.5.0", asked))))
                .singleElement()
                .satisfies(blocker -> assertThat(blocker.message())
                        .contains("GET http://10.0.0.1:8080/version: connection refused."));
    }

    /** G3. */
    @Test
    @Fact("G3")
    void whatThePreviousProcessSaidDoesNotCount() {
        Evidence before = new Evidence(Source.HTTP, "1.5.0", NOW.minusSeconds(51));

        assertThat(codes(contract(rolledOut("1.5.0", running("a", label("1.5.0"), before)))))
                .containsExactly(Code.NOT_ENOUGH_EVIDENCE);
    }

    /** A process reports once, when it starts; weeks later it still runs that code. */
    @Test
    void reportOfThePresentProcessDoesNotGrowStale() {
        PodObservation old = new PodObservation(
                "a",
                "uid-a",
                "ReplicaSet shop-web-1",
                Condition.RUNNING,
                STALE,
                NOW.minusSeconds(1_000_000),
                List.of(label("1.5.0"), new Evidence(Source.REPORT, "1.5.0", NOW.minusSeconds(999_999))),
                List.of());

        assertThat(contract(rolledOut("1.5.0", old))).isInstanceOf(Verdict.Open.class);
    }

    @Test
    @Fact("G1")
    void staleEvidenceAndStaleObservationHold() {
        Evidence stale = new Evidence(Source.LABEL, "1.5.0", STALE);
        WorkloadObservation.Seen fresh = rolledOut("1.5.0", running("a", label("1.5.0")));
        WorkloadObservation.Seen old =
                new WorkloadObservation.Seen(WEB, "uid", 7, 7, false, 1, fresh.template(), fresh.pods(), STALE);
        WorkloadObservation.Seen future = new WorkloadObservation.Seen(
                WEB, "uid", 7, 7, false, 1, fresh.template(), fresh.pods(), NOW.plusSeconds(31));

        assertThat(codes(deploy(rolledOut("1.5.0", running("a", stale))))).containsExactly(Code.EVIDENCE_STALE);
        assertThat(codes(deploy(old))).containsExactly(Code.EVIDENCE_STALE);
        assertThat(codes(deploy(future))).containsExactly(Code.EVIDENCE_STALE);
        assertThat(deploy(old)).isInstanceOf(Verdict.Inconclusive.class);
    }

    /** G17. */
    @Test
    @Fact("G17")
    void zeroPodsAreNoProofWhileTheTemplateIsOld() {
        Verdict verdict = deploy(rolledOut("1.4.0"));

        assertThat(codes(verdict)).containsExactly(Code.TEMPLATE_OLD);
        assertThat(blockers(verdict).getFirst().message()).contains("can be scaled up at any moment");
        assertThat(deploy(rolledOut("1.5.0"))).isInstanceOf(Verdict.Open.class);
    }

    @Test
    void templateThatSaysNothingOrNothingReadableHolds() {
        assertThat(deploy(rolledOut(List.of()))).isInstanceOf(Verdict.Inconclusive.class);
        assertThat(codes(deploy(rolledOut(List.of(tag("latest")))))).containsExactly(Code.UNKNOWN_VERSION);
    }

    /** G11. */
    @Test
    @Fact("G11")
    void changeThatTheControllerHasNotSeenHolds() {
        WorkloadObservation.Seen seen = new WorkloadObservation.Seen(
                WEB, "uid", 8, 7, false, 1, List.of(label("1.5.0")), List.of(running("a", label("1.5.0"))), NOW);

        assertThat(codes(deploy(seen))).containsExactly(Code.ROLLOUT_NOT_OBSERVED);
    }

    /** G15. */
    @Test
    @Fact("G15")
    void pausedRolloutHolds() {
        WorkloadObservation.Seen seen = new WorkloadObservation.Seen(
                WEB, "uid", 7, 7, true, 1, List.of(label("1.5.0")), List.of(running("a", label("1.5.0"))), NOW);

        assertThat(codes(deploy(seen))).containsExactly(Code.ROLLOUT_PAUSED);
    }

    @Test
    void missingWorkloadClosesAndUnseenWorkloadHolds() {
        assertThat(deploy(new WorkloadObservation.Missing(WEB, "Deployment shop/shop-web", NOW)))
                .isInstanceOf(Verdict.Closed.class);
        Verdict unseen = deploy(new WorkloadObservation.Unseen(WEB, "The API server does not answer.", NOW));
        assertThat(unseen).isInstanceOf(Verdict.Inconclusive.class);
        assertThat(codes(unseen)).containsExactly(Code.EVIDENCE_STALE);
        assertThat(codes(gate().judge(Milestone.NEW_ONLY, List.of(newOnly(">=1.5.0")), List.of(), GateKind.DEPLOY)))
                .containsExactly(Code.EVIDENCE_STALE);
    }

    @Test
    void planThatCannotBeReadHolds() {
        WorkloadObservation good = rolledOut("1.5.0", running("a", label("1.5.0")));

        assertThat(codes(gate().judge(Milestone.NEW_ONLY, List.of(newOnly("oops")), List.of(good), GateKind.DEPLOY)))
                .containsExactly(Code.UNKNOWN_VERSION);
        assertThat(codes(gate().judge(Milestone.NEW_ONLY, List.of(spec(Map.of())), List.of(good), GateKind.DEPLOY)))
                .containsExactly(Code.UNKNOWN_VERSION);
        assertThat(codes(gate().judge(Milestone.NEW_ONLY, List.of(), List.of(), GateKind.DEPLOY)))
                .containsExactly(Code.NOT_ENOUGH_EVIDENCE);
    }

    @Test
    void dualWriteIsReachedByNewOnlyVersionsOnlyWhereThePlanNamesNoOthers() {
        WorkloadObservation web = rolledOut("1.6.0", running("a", label("1.6.0")));
        WorkloadSpec both = spec(Map.of(
                Milestone.DUAL_WRITE, new Versions.Range("1.5.x"), Milestone.NEW_ONLY, new Versions.Range(">=1.6.0")));

        assertThat(gate().judge(Milestone.DUAL_WRITE, List.of(newOnly(">=1.6.0")), List.of(web), GateKind.DEPLOY))
                .isInstanceOf(Verdict.Open.class);
        assertThat(gate().judge(Milestone.DUAL_WRITE, List.of(both), List.of(web), GateKind.DEPLOY))
                .isInstanceOf(Verdict.Closed.class);
    }

    @Test
    void samePictureGivesTheSameBlockersHoweverOldItIs() {
        WorkloadObservation.Seen before =
                rolledOut("1.4.0", running("b", label("1.4.0")), running("a", label("latest")), running("c"));
        WorkloadObservation.Seen after = new WorkloadObservation.Seen(
                WEB, "uid", 7, 7, false, 3, before.template(), before.pods().reversed(), NOW.plusSeconds(10));

        Verdict first = deploy(before);
        Verdict second = new Gate(NOW.plusSeconds(20), Seen.STALE_AFTER)
                .judge(Milestone.NEW_ONLY, List.of(newOnly(">=1.5.0")), List.of(after), GateKind.DEPLOY);

        assertThat(second).isEqualTo(first);
        assertThat(codes(first))
                .containsExactly(Code.TEMPLATE_OLD, Code.OLD_VERSION, Code.UNKNOWN_VERSION, Code.UNKNOWN_VERSION);
    }

    @Test
    @Fact("G42")
    void rollbackWaitsUntilNothingNeedsTheNewShape() {
        assertThat(rollback(rolledOut("1.4.0", running("a", label("1.4.0"))))).isInstanceOf(Verdict.Open.class);
        assertThat(codes(rollback(rolledOut("1.4.0", running("a", label("1.5.0"))))))
                .containsExactly(Code.NEW_VERSION);
        assertThat(codes(rollback(rolledOut("1.5.0")))).containsExactly(Code.TEMPLATE_NEW);
        assertThat(codes(rollback(rolledOut("1.4.0", pod("a", Condition.TERMINATING, label("1.5.0"))))))
                .containsExactly(Code.NEW_VERSION);
        assertThat(rollback(rolledOut("1.4.0", running("a")))).isInstanceOf(Verdict.Inconclusive.class);
        assertThat(rollback(rolledOut("1.4.0", running("a", label("1.4.0"), tag("latest")))))
                .isInstanceOf(Verdict.Inconclusive.class);
        assertThat(rollback(new WorkloadObservation.Unseen(WEB, "No answer.", NOW)))
                .isInstanceOf(Verdict.Inconclusive.class);
    }

    /** A release candidate of the new version may need the new shape although it is not surely in the requirement. */
    @Test
    void prereleaseOfTheNewVersionHoldsARollbackAndDoesNotOpenTheGate() {
        WorkloadObservation candidate = rolledOut("1.5.0-rc.1", running("a", label("1.5.0-rc.1")));

        assertThat(codes(deploy(candidate))).containsExactly(Code.TEMPLATE_OLD, Code.OLD_VERSION);
        assertThat(codes(rollback(candidate))).containsExactly(Code.TEMPLATE_NEW, Code.NEW_VERSION);
    }

    @Test
    void rollbackLooksAtAllMilestonesAndAsksNoWorkloadWithoutVersions() {
        WorkloadSpec both = spec(Map.of(
                Milestone.DUAL_WRITE, new Versions.AnyOf(List.of("1.5.0")),
                Milestone.NEW_ONLY, new Versions.AnyOf(List.of("1.6.0"))));

        assertThat(codes(gate().judgeRollback(
                                List.of(both), List.of(rolledOut("1.4.0", running("a", label("1.6.0")))))))
                .containsExactly(Code.NEW_VERSION);
        assertThat(gate().judgeRollback(List.of(spec(Map.of())), List.of())).isInstanceOf(Verdict.Open.class);
    }

    private static Verdict deploy(WorkloadObservation observation) {
        return gate().judge(Milestone.NEW_ONLY, List.of(newOnly(">=1.5.0")), List.of(observation), GateKind.DEPLOY);
    }

    private static Verdict contract(WorkloadObservation observation) {
        return gate().judge(Milestone.NEW_ONLY, List.of(newOnly(">=1.5.0")), List.of(observation), GateKind.CONTRACT);
    }

    private static Verdict rollback(WorkloadObservation observation) {
        return gate().judgeRollback(List.of(newOnly(">=1.5.0")), List.of(observation));
    }
}
