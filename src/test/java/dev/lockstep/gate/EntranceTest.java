package dev.lockstep.gate;

import static dev.lockstep.gate.Seen.NOW;
import static dev.lockstep.gate.Seen.WEB;
import static dev.lockstep.gate.Seen.newOnly;
import static dev.lockstep.gate.Seen.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fixture.Fact;
import dev.lockstep.gate.Evidence.Source;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PlanKey;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.WorkloadSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a template says of its code, against what plans have made of the schema. */
class EntranceTest {
    private static final String DIGEST = "sha256:" + "a".repeat(64);

    @Test
    void answersAsCanIDeployDoes() {
        List<String> versions = List.of(
                "1.3.0",
                "1.4.0",
                "1.5.0-rc.1",
                "1.5.0",
                "v1.5.0",
                "1.5.0+b",
                "1.6.0-rc.1",
                "2.0.0-a",
                "2.0.0",
                "7",
                "42",
                "latest",
                "1.5",
                "cafe");
        List<Versions> requirements = List.of(
                new Versions.Range(">=1.5.0"),
                new Versions.Range(">=1.5.0 <2.0.0 || 7.x"),
                new Versions.Range("oops"),
                new Versions.AnyOf(List.of("1.5.0", "cafe")),
                new Versions.Ordinal(">=42"),
                new Versions.Digests(List.of(DIGEST)));
        for (Versions required : requirements) {
            for (LivePlan plan : plans(spec(Map.of(Milestone.NEW_ONLY, required)))) {
                for (String version : versions) {
                    assertThat(enter(plan, label(version)).getClass())
                            .as("%s under %s, ready %s, floor %s", version, required, plan.ready(), plan.floor())
                            .isEqualTo(
                                    Interlock.may(List.of(plan), WEB, version).getClass());
                }
            }
        }
    }

    private static List<LivePlan> plans(WorkloadSpec spec) {
        return List.of(
                live(spec, Set.of(), Optional.empty()),
                live(spec, Set.of(Milestone.NEW_ONLY), Optional.empty()),
                live(spec, Set.of(Milestone.NEW_ONLY), Optional.of(Milestone.NEW_ONLY)));
    }

    @Test
    @Fact("G5")
    void oldImageUnderANewLabelIsOldCode() {
        LivePlan contracting = live(newOnly(">=1.5.0"), Set.of(Milestone.NEW_ONLY), Optional.of(Milestone.NEW_ONLY));

        assertThat(enter(contracting, label("1.5.0"), tag("1.5.0"))).isInstanceOf(Permission.Allowed.class);
        assertThat(enter(contracting, label("1.5.0"), tag("1.4.0")))
                .isInstanceOfSatisfying(
                        Permission.TooLate.class,
                        late -> assertThat(late.why())
                                .startsWith("web 1.4.0 (image tag), but 1.5.0 (label) needs a shape")
                                .endsWith("Deploy >=1.5.0 instead."));
        assertThat(enter(contracting, label("1.5.0"), tag("latest"))).isInstanceOf(Permission.CannotTell.class);
    }

    @Test
    @Fact("G1")
    void codeThatSaysNothingIsNotLetInWhereAPlanKeepsSomeOut() {
        WorkloadSpec spec = newOnly(">=1.5.0");
        assertThat(enter(live(spec, Set.of(), Optional.empty()))).isInstanceOf(Permission.CannotTell.class);
        assertThat(enter(live(spec, Set.of(Milestone.NEW_ONLY), Optional.of(Milestone.NEW_ONLY))))
                .isInstanceOfSatisfying(
                        Permission.CannotTell.class,
                        unknown -> assertThat(unknown.why())
                                .contains("it is not known what version it is")
                                .contains("Set the label app.kubernetes.io/version"));
        LivePlan both = live(spec, Set.of(Milestone.NEW_ONLY), Optional.empty());
        assertThat(enter(both)).as("both shapes are there").isInstanceOf(Permission.Allowed.class);
        assertThat(Entrance.restricts(both, spec)).isFalse();
    }

    @Test
    @Fact("G6")
    void planThatGoesByDigestsWantsThemPinned() {
        LivePlan contracting = live(
                spec(Map.of(Milestone.NEW_ONLY, new Versions.Digests(List.of(DIGEST)))),
                Set.of(Milestone.NEW_ONLY),
                Optional.of(Milestone.NEW_ONLY));

        assertThat(enter(contracting, tag("1.5.0"), new Evidence(Source.IMAGE_DIGEST, DIGEST, NOW)))
                .isInstanceOf(Permission.Allowed.class);
        assertThat(enter(contracting, new Evidence(Source.IMAGE_DIGEST, DIGEST.replace('a', 'b'), NOW)))
                .isInstanceOf(Permission.TooLate.class);
        assertThat(enter(contracting, tag("1.5.0")))
                .isInstanceOfSatisfying(
                        Permission.CannotTell.class,
                        unknown -> assertThat(unknown.why()).contains("name@sha256:"));
    }

    /** G9: what no template can say must not lock a workload out for good. */
    @Test
    @Fact("G9")
    void capabilitiesAreAskedForOnceTheProcessRuns() {
        LivePlan contracting = live(
                spec(Map.of(
                        Milestone.NEW_ONLY,
                        new Versions.All(List.of(
                                new Versions.Range(">=1.5.0"),
                                new Versions.Capabilities(List.of("users.full_name:write")))))),
                Set.of(Milestone.NEW_ONLY),
                Optional.of(Milestone.NEW_ONLY));

        assertThat(enter(contracting, label("1.5.0"))).isInstanceOf(Permission.Allowed.class);
        assertThat(enter(contracting, label("1.4.0"))).isInstanceOf(Permission.TooLate.class);
    }

    private static Permission enter(LivePlan plan, Evidence... evidence) {
        return Entrance.may(plan, plan.workloads().getFirst(), List.of(evidence));
    }

    private static Evidence label(String version) {
        return new Evidence(Source.LABEL, version, NOW);
    }

    private static Evidence tag(String tag) {
        return new Evidence(Source.IMAGE_TAG, tag, NOW);
    }

    private static LivePlan live(WorkloadSpec spec, Set<Milestone> ready, Optional<Milestone> floor) {
        return new LivePlan(
                new PlanKey("shop", "rename-users-name"), new PhaseName("contract"), List.of(spec), ready, floor);
    }
}
