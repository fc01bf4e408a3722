package dev.lockstep.gate;

import static dev.lockstep.gate.Seen.NOW;
import static dev.lockstep.gate.Seen.WEB;
import static dev.lockstep.gate.Seen.blockers;
import static dev.lockstep.gate.Seen.codes;
import static dev.lockstep.gate.Seen.gate;
import static dev.lockstep.gate.Seen.http;
import static dev.lockstep.gate.Seen.label;
import static dev.lockstep.gate.Seen.pod;
import static dev.lockstep.gate.Seen.report;
import static dev.lockstep.gate.Seen.rolledOut;
import static dev.lockstep.gate.Seen.running;
import static dev.lockstep.gate.Seen.spec;
import static dev.lockstep.gate.Seen.tag;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fixture.Fact;
import dev.lockstep.gate.Blocker.Code;
import dev.lockstep.gate.Evidence.Aspect;
import dev.lockstep.gate.Evidence.Source;
import dev.lockstep.gate.PodObservation.Condition;
import dev.lockstep.gate.WorkloadObservation.PodTemplate;
import dev.lockstep.plan.EvidenceRank;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.Runner;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.WorkloadSpec;
import dev.lockstep.plan.WorkloadSpec.EvidenceSpec;
import dev.lockstep.plan.WorkloadSpec.Minimum;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Evidence of other kinds than versions, other templates than a workload's own, and words instead of evidence. */
class EvidenceKindsTest {
    private static final String GOOD = "sha256:" + "a".repeat(64);
    private static final String BAD = "sha256:" + "b".repeat(64);
    private static final WorkloadSpec CAPABLE =
            spec(Map.of(Milestone.NEW_ONLY, new Versions.Capabilities(List.of("users.full_name:write"))));
    private static final WorkloadSpec PINNED = spec(Map.of(
            Milestone.NEW_ONLY,
            new Versions.All(List.of(new Versions.Range(">=1.5.0"), new Versions.Digests(List.of(GOOD))))));

    // Capabilities

    /** G9: a hotfix of an old branch has the higher number and not the code. */
    @Test
    @Fact("G9")
    void capabilityDecidesWhateverTheVersionSays() {
        assertThat(deploy(CAPABLE, made("r1", List.of(label("1.4.9")), able("a", "r1", "users.full_name:write x"))))
                .isInstanceOf(Verdict.Open.class);
        Verdict verdict = deploy(CAPABLE, made("r1", List.of(label("9.9.9")), able("a", "r1", "x")));
        assertThat(codes(verdict)).contains(Code.OLD_VERSION);
        assertThat(blockers(verdict))
                .anySatisfy(blocker -> assertThat(blocker.message())
                        .contains("Pod a reports x (HTTP)", "code that says it can users.full_name:write"));
    }

    /** G10: the same image with another setting is another template. */
    @Test
    @Fact("G10")
    void podThatDoesNotSayWhatItCanDoHolds() {
        WorkloadObservation.Seen seen = made("r1", List.of(label("1.5.0")), silent("a", "r1"));

        assertThat(codes(deploy(CAPABLE, seen)))
                .contains(Code.NOT_ENOUGH_EVIDENCE)
                .doesNotContain(Code.OLD_VERSION);
        assertThat(blockers(deploy(CAPABLE, seen)).getLast().message())
                .contains("it is not known what the process itself says it can do");
    }

    /** G17: no template says what a process can do; only one that was made from it does. */
    @Test
    @Fact("G17")
    void templateIsKnownByAPodThatWasMadeFromItAndByNoOther() {
        PodObservation good = able("a", "r1", "users.full_name:write");

        assertThat(deploy(CAPABLE, made("r1", List.of(label("1.5.0")), good))).isInstanceOf(Verdict.Open.class);
        assertThat(codes(deploy(CAPABLE, made("r2", List.of(label("1.5.0")), good))))
                .containsExactly(Code.UNKNOWN_VERSION);
        assertThat(codes(deploy(CAPABLE, made("", List.of(label("1.5.0")), able("a", "", "users.full_name:write")))))
                .containsExactly(Code.UNKNOWN_VERSION);
        assertThat(codes(deploy(CAPABLE, made("r1", List.of(label("1.5.0")))))).containsExactly(Code.UNKNOWN_VERSION);
    }

    @Test
    void goneOrContradictedPodsVouchForNothing() {
        PodObservation gone = revised(pod("a", Condition.GONE, can("users.full_name:write")), "r1");

        assertThat(deploy(CAPABLE, made("r1", List.of(), gone))).isInstanceOf(Verdict.Inconclusive.class);
    }

    @Test
    void rollbackWaitsForCodeThatCanDoAnyOfIt() {
        Verdict verdict = gate().judgeRollback(
                        List.of(CAPABLE), List.of(made("r1", List.of(), able("a", "r1", "users.full_name:write"))));
        assertThat(codes(verdict)).contains(Code.NEW_VERSION);
        assertThat(gate().judgeRollback(List.of(CAPABLE), List.of(made("r1", List.of(), able("a", "r1", "")))))
                .isInstanceOf(Verdict.Open.class);
        assertThat(gate().judgeRollback(List.of(CAPABLE), List.of(made("r1", List.of(), silent("a", "r1")))))
                .isInstanceOf(Verdict.Inconclusive.class);
    }

    // Digests

    /** G6: the tag was moved to another image. */
    @Test
    @Fact("G6")
    void otherImageUnderTheRightTagHolds() {
        Evidence[] moved = {label("1.5.0"), tag("1.5.0"), digest(BAD)};

        assertThat(codes(deploy(PINNED, made("r1", List.of(label("1.5.0"), digest(GOOD)), running("a", moved)))))
                .containsExactly(Code.OLD_VERSION);
    }

    @Test
    void digestsAreWantedBesideTheVersionAndCountAsAKindOfEvidence() {
        PodObservation pinned = running("a", label("1.5.0"), digest(GOOD), http("1.5.0"));

        assertThat(deploy(PINNED, made("r1", List.of(label("1.5.0"), digest(GOOD)), pinned)))
                .isInstanceOf(Verdict.Open.class);
        assertThat(codes(deploy(
                        PINNED, made("r1", List.of(label("1.5.0"), digest(GOOD)), running("a", label("1.5.0"))))))
                .containsExactly(Code.NOT_ENOUGH_EVIDENCE);
        // A template with a mere tag is known by the image that its pods run.
        assertThat(codes(deploy(PINNED, made("r1", List.of(label("1.5.0")))))).containsExactly(Code.UNKNOWN_VERSION);
        assertThat(deploy(PINNED, made("r1", List.of(label("1.5.0")), revised(pinned, "r1"))))
                .isInstanceOf(Verdict.Open.class);
    }

    @Test
    void digestSaysNothingWhereThePlanComparesVersions() {
        WorkloadSpec range = Seen.newOnly(">=1.5.0");

        assertThat(deploy(range, rolledOut("1.5.0", running("a", label("1.5.0"), digest(BAD)))))
                .isInstanceOf(Verdict.Open.class);
        assertThat(codes(deploy(range, rolledOut("1.5.0", running("a", digest(BAD))))))
                .containsExactly(Code.UNKNOWN_VERSION);
        assertThat(codes(gate().judge(
                                Milestone.NEW_ONLY,
                                List.of(range),
                                List.of(rolledOut("1.5.0", running("a", report("1.5.0"), digest(GOOD)))),
                                GateKind.CONTRACT)))
                .containsExactly(Code.NOT_ENOUGH_EVIDENCE);
    }

    // Rank

    /** G2: each rank is enough for itself and everything below. */
    @ParameterizedTest
    @EnumSource(EvidenceRank.class)
    @Fact("G2")
    void strongestEvidenceMustBeAsStrongAsThePlanAsks(EvidenceRank minimum) {
        EvidenceSpec evidence = new EvidenceSpec(
                Optional.empty(),
                EvidenceSpec.DEFAULT_LABEL,
                Optional.empty(),
                1,
                false,
                Optional.empty(),
                Optional.of(new Minimum(minimum, minimum)));
        Map<Milestone, Versions> versions = Map.of(
                Milestone.NEW_ONLY,
                new Versions.All(List.of(new Versions.Range(">=1.5.0"), new Versions.Digests(List.of(GOOD)))));
        Map<Milestone, Versions> range = Map.of(Milestone.NEW_ONLY, new Versions.Range(">=1.5.0"));
        for (Source source : Source.values()) {
            boolean image = source == Source.IMAGE_DIGEST;
            Evidence[] said = image
                    ? new Evidence[] {label("1.5.0"), digest(GOOD)}
                    : new Evidence[] {label("1.5.0"), new Evidence(source, "1.5.0", NOW)};
            boolean enough = source.rank().compareTo(minimum) >= 0;
            for (GateKind kind : GateKind.values()) {
                Verdict verdict = gate().judge(
                                Milestone.NEW_ONLY,
                                List.of(spec(image ? versions : range, evidence)),
                                List.of(made("r1", List.of(label("1.5.0"), digest(GOOD)), running("a", said))),
                                kind);
                assertThat(verdict instanceof Verdict.Open)
                        .as("%s for %s", source, minimum)
                        .isEqualTo(enough);
                if (!enough) {
                    assertThat(blockers(verdict)).singleElement().satisfies(blocker -> {
                        assertThat(blocker.code()).isEqualTo(Code.NOT_ENOUGH_EVIDENCE);
                        assertThat(blocker.message()).contains(minimum.label() + " at least");
                    });
                }
            }
        }
    }

    // Other templates

    /** G18, G19: something else than the workload's own template may start pods. */
    @Test
    @Fact({"G18", "G19"})
    void otherTemplateHoldsUnlessItsPodsSpeakForIt() {
        PodTemplate own = new PodTemplate("", "r2", List.of(label("1.5.0")), "");
        PodTemplate other = new PodTemplate("ReplicaSet old", "r1", List.of(label("1.4.0")), "It is not at zero.");

        assertThat(blockers(deploy(Seen.newOnly(">=1.5.0"), with(List.of(own, other)))))
                .singleElement()
                .satisfies(blocker -> {
                    assertThat(blocker.code()).isEqualTo(Code.TEMPLATE_OLD);
                    assertThat(blocker.object()).isEqualTo("template of ReplicaSet old");
                    assertThat(blocker.message()).endsWith("It is not at zero.");
                });
        assertThat(codes(deploy(
                        Seen.newOnly(">=1.5.0"),
                        with(List.of(own, other), revised(running("a", label("1.4.0")), "r1")))))
                .containsExactly(Code.OLD_VERSION);
        assertThat(codes(deploy(
                        Seen.newOnly(">=1.5.0"),
                        with(List.of(own, other), revised(pod("a", Condition.GONE, label("1.4.0")), "r1")))))
                .containsExactly(Code.TEMPLATE_OLD);
    }

    /** G23: what has ended starts nothing. */
    @Test
    @Fact("G23")
    void workloadThatStartsNothingAnyMoreIsJudgedByItsPods() {
        assertThat(deploy(Seen.newOnly(">=1.5.0"), with(List.of()))).isInstanceOf(Verdict.Open.class);
        assertThat(codes(deploy(Seen.newOnly(">=1.5.0"), with(List.of(), running("a", label("1.4.0"))))))
                .containsExactly(Code.OLD_VERSION);
    }

    // Attestations

    /** G24, G30. */
    @Test
    @Fact({"G24", "G30"})
    void wordForAnExternalConsumerCountsUntilItExpiresAndNotAMomentLonger() {
        assertThat(external("1.5.0", NOW.plusNanos(1))).isInstanceOf(Verdict.Open.class);
        Verdict over = external("1.5.0", NOW);
        assertThat(over).isInstanceOf(Verdict.Inconclusive.class);
        assertThat(codes(over)).containsExactly(Code.EVIDENCE_STALE);
        assertThat(blockers(over).getFirst().message()).contains("ana attested", "that expired at");
        assertThat(codes(external("1.4.0", NOW.plusSeconds(60)))).containsExactly(Code.OLD_VERSION);
        assertThat(codes(external("latest", NOW.plusSeconds(60)))).containsExactly(Code.UNKNOWN_VERSION);
        assertThat(codes(judged(new WorkloadObservation.Attested(WEB, Optional.empty(), NOW), GateKind.CONTRACT)))
                .containsExactly(Code.NOT_ENOUGH_EVIDENCE);
    }

    @Test
    void rollbackAsksForAWordAsWell() {
        WorkloadObservation newer = attested("1.5.0", NOW.plusSeconds(60));

        assertThat(codes(gate().judgeRollback(List.of(external()), List.of(newer))))
                .containsExactly(Code.NEW_VERSION);
        assertThat(gate().judgeRollback(List.of(external()), List.of(attested("1.4.0", NOW.plusSeconds(60)))))
                .isInstanceOf(Verdict.Open.class);
    }

    private static Verdict external(String version, Instant expiresAt) {
        return judged(attested(version, expiresAt), GateKind.CONTRACT);
    }

    private static Verdict judged(WorkloadObservation observation, GateKind kind) {
        return gate().judge(Milestone.NEW_ONLY, List.of(external()), List.of(observation), kind);
    }

    private static WorkloadObservation attested(String version, Instant expiresAt) {
        return new WorkloadObservation.Attested(
                WEB, Optional.of(new Attestation(version, "ana", "asked them", NOW.minusSeconds(60), expiresAt)), NOW);
    }

    private static WorkloadSpec external() {
        return new WorkloadSpec(
                WEB,
                new Runner.External(),
                Map.of(Milestone.NEW_ONLY, new Versions.Range(">=1.5.0")),
                EvidenceSpec.standard());
    }

    private static Verdict deploy(WorkloadSpec spec, WorkloadObservation observation) {
        return gate().judge(Milestone.NEW_ONLY, List.of(spec), List.of(observation), GateKind.DEPLOY);
    }

    private static WorkloadObservation.Seen made(String revision, List<Evidence> template, PodObservation... pods) {
        return with(List.of(new PodTemplate("", revision, template, "")), pods);
    }

    private static WorkloadObservation.Seen with(List<PodTemplate> templates, PodObservation... pods) {
        return new WorkloadObservation.Seen(WEB, "uid", 7, 7, false, 1, templates, List.of(pods), List.of(), NOW);
    }

    private static PodObservation able(String name, String revision, String capabilities) {
        return revised(running(name, can(capabilities)), revision);
    }

    private static PodObservation silent(String name, String revision) {
        return revised(running(name, label("1.5.0")), revision);
    }

    private static Evidence can(String capabilities) {
        return new Evidence(Source.HTTP, Aspect.CAPABILITIES, capabilities, NOW);
    }

    private static Evidence digest(String digest) {
        return new Evidence(Source.IMAGE_DIGEST, digest, NOW);
    }

    private static PodObservation revised(PodObservation pod, String revision) {
        return new PodObservation(
                pod.name(),
                pod.uid(),
                pod.owner(),
                pod.condition(),
                pod.since(),
                pod.processStartedAt(),
                pod.evidence(),
                pod.failures(),
                revision,
                "");
    }
}
