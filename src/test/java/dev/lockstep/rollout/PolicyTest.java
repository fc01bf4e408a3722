package dev.lockstep.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cel.runtime.CelEvaluationException;
import dev.lockstep.engine.InterlockBoard.Notice;
import dev.lockstep.engine.InterlockBoard.Posting;
import dev.lockstep.fixture.Fact;
import dev.lockstep.gate.Entrance;
import dev.lockstep.gate.LivePlan;
import dev.lockstep.gate.Permission;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PlanKey;
import dev.lockstep.plan.PodSelector;
import dev.lockstep.plan.Runner;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.WorkloadName;
import dev.lockstep.plan.WorkloadSpec;
import dev.lockstep.plan.WorkloadSpec.EvidenceSpec;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.CronJobBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The policy that works while Lockstep is down, held against the interlock itself. */
class PolicyTest {
    private static final Instant NOW = Instant.parse("2026-03-01T03:00:00Z");
    private static final String ONE = "sha256:" + "a".repeat(64);
    private static final String OTHER = "sha256:" + "b".repeat(64);

    static final List<String> VERSIONS = List.of(
            "1.3.0",
            "1.4.0",
            "1.4.10",
            "1.5.0-rc.1",
            "1.5.0",
            "v1.5.0",
            "1.5.0+b",
            "1.10.0",
            "1.6.0-rc.1",
            "2.0.0-a",
            "2.0.0",
            "41",
            "42",
            "v43",
            "100",
            "latest",
            "1.5",
            "cafe",
            "01.5.0",
            "1.5.0-01",
            "v1.5.0-rc.2",
            "999999999.0.0");

    static final List<Versions> REQUIREMENTS = List.of(
            new Versions.Range(">=1.5.0"),
            new Versions.Range(">1.4.0 <=1.10.0"),
            new Versions.Range("^1.5"),
            new Versions.Range("~1.4.1 || 1.6.x || >=2.0.0"),
            new Versions.Range("1.4.0 - 1.5.0"),
            new Versions.Range("=1.5.0"),
            new Versions.Range("oops"),
            new Versions.AnyOf(List.of("1.5.0", "v1.4.0", "cafe")),
            new Versions.Ordinal(">=42 <100"),
            new Versions.Digests(List.of(ONE)),
            new Versions.Capabilities(List.of("users.full_name:write")),
            new Versions.All(List.of(new Versions.Range(">=1.5.0"), new Versions.Digests(List.of(ONE)))));

    private static Policy policy;

    @BeforeAll
    static void compile() throws Exception {
        policy = new Policy();
    }

    @Test
    void saysOfEveryVersionWhatTheInterlockSays() throws Exception {
        for (Versions required : REQUIREMENTS) {
            for (LivePlan plan : plans(web(required))) {
                for (String version : VERSIONS) {
                    Deployment labelled = deployment(version, "web@" + ONE);
                    assertThat(allowed(plan, labelled))
                            .as("label %s under %s, ready %s, floor %s", version, required, plan.ready(), plan.floor())
                            .isEqualTo(interlock(plan, labelled));
                }
            }
        }
    }

    @Test
    void letsInNothingThatTheInterlockWouldNotAlsoWhereABoundIsAPrerelease() throws Exception {
        for (String range :
                List.of(">=1.5.0-rc.2", "<1.5.0-rc.2", ">1.5.0-rc.2 <=1.6.0-b", "=1.5.0-rc.2", "^1.5.0-0")) {
            for (LivePlan plan : plans(web(new Versions.Range(range)))) {
                for (String version : List.of(
                        "1.4.9",
                        "1.5.0-rc.1",
                        "1.5.0-rc.2",
                        "1.5.0-rc.3",
                        "1.5.0",
                        "1.5.1-a",
                        "1.6.0-a",
                        "1.6.0",
                        "2.0.0")) {
                    Deployment labelled = deployment(version, "web:" + version);
                    if (allowed(plan, labelled)) {
                        assertThat(interlock(plan, labelled))
                                .as("%s under %s, floor %s", version, range, plan.floor())
                                .isTrue();
                    }
                }
            }
        }
    }

    @Test
    @Fact("G5")
    void readsLabelsAnnotationsTagsAndDigestsAsTheGateDoes() throws Exception {
        LivePlan floor = contracting(web(new Versions.Range(">=1.5.0")));
        for (Deployment each : List.of(
                deployment("1.5.0", "registry.example:5000/shop/web:1.5.0"),
                deployment("1.5.0", "registry.example:5000/shop/web:1.4.0"),
                deployment("1.5.0", "registry.example:5000/shop/web"),
                deployment("1.5.0", "registry.example:5000/shop/web@" + ONE),
                deployment("1.5.0", "registry.example:5000/shop/web:1.5.0@" + ONE),
                deployment("1.5.0", "registry.example:5000/shop/web:1.4.0@" + ONE),
                deployment("", "web:1.5.0"),
                deployment("", "web:v1.6.0"),
                deployment("", "registry.example:5000/web"),
                deployment("", "web@" + ONE))) {
            assertThat(allowed(floor, each)).as("%s", each).isEqualTo(interlock(floor, each));
        }
        LivePlan pinned = contracting(web(new Versions.Digests(List.of(ONE))));
        for (String image : List.of("web@" + ONE, "web:1@" + ONE, "web@" + OTHER, "web:1.5.0")) {
            Deployment each = deployment("1.5.0", image);
            assertThat(allowed(pinned, each)).as(image).isEqualTo(interlock(pinned, each));
        }
    }

    @Test
    @Fact("G18")
    void knowsPodsByWhatTheirControllersCallThem() throws Exception {
        LivePlan floor = contracting(web(new Versions.Range(">=1.5.0")));
        assertThat(allowed(floor, pod("ReplicaSet", "shop-web-7d9f", Map.of("pod-template-hash", "7d9f"))))
                .isFalse();
        assertThat(allowed(floor, pod("ReplicaSet", "shop-web-7d9f", Map.of("pod-template-hash", "other"))))
                .isTrue();
        assertThat(allowed(floor, pod("ReplicaSet", "shop-web-x-7d9f", Map.of("pod-template-hash", "7d9f"))))
                .isTrue();
        LivePlan nightly = contracting(web(
                new Runner.Controller(Runner.Kind.CRON_JOB, Runner.Place.here("shop"), "shop-web"),
                new Versions.Range(">=1.5.0")));
        assertThat(allowed(nightly, pod("Job", "shop-web-29012345", Map.of()))).isFalse();
        assertThat(allowed(nightly, pod("Job", "shop-web-other-29012345", Map.of())))
                .isTrue();
        assertThat(allowed(
                        nightly,
                        new CronJobBuilder()
                                .withMetadata(new ObjectMetaBuilder()
                                        .withName("shop-web")
                                        .build())
                                .withNewSpec()
                                .withNewJobTemplate()
                                .withNewSpec()
                                .withTemplate(Shop.template("1.4.0"))
                                .endSpec()
                                .endJobTemplate()
                                .endSpec()
                                .build()))
                .isFalse();
        LivePlan set = contracting(web(
                new Runner.Controller(Runner.Kind.STATEFUL_SET, Runner.Place.here("shop"), "shop-web"),
                new Versions.Range(">=1.5.0")));
        assertThat(allowed(set, pod("StatefulSet", "shop-web", Map.of()))).isFalse();
    }

    @Test
    @Fact("G25")
    void findsPodsByEveryKindOfSelector() throws Exception {
        for (PodSelector selector : List.of(
                new PodSelector(Map.of("app", "shop-web"), List.of()),
                new PodSelector(Map.of("app", "other"), List.of()),
                expression("app", PodSelector.Operator.IN, "a", "shop-web"),
                expression("app", PodSelector.Operator.NOT_IN, "shop-web"),
                expression("app", PodSelector.Operator.EXISTS),
                expression("app", PodSelector.Operator.DOES_NOT_EXIST),
                expression("tier", PodSelector.Operator.NOT_IN, "x"))) {
            Pod stray = Shop.pod("stray", "1.4.0").build();
            LivePlan plan = contracting(
                    web(new Runner.Pods(Runner.Place.here("shop"), selector), new Versions.Range(">=1.5.0")));
            assertThat(allowed(plan, stray))
                    .as(selector.toString())
                    .isEqualTo(!selector.matches(stray.getMetadata().getLabels()));
        }
    }

    @Test
    void whatRunsAlreadyCanBeEditedAndScaled() throws Exception {
        LivePlan floor = contracting(web(new Versions.Range(">=1.5.0")));
        Deployment old = Shop.deployment("1.4.0", 2);
        Deployment scaled =
                new DeploymentBuilder(old).editSpec().withReplicas(9).endSpec().build();
        assertThat(judge(floor, "UPDATE", scaled, Optional.of(old)).allowed()).isTrue();
        assertThat(judge(floor, "UPDATE", old, Optional.of(Shop.deployment("1.5.0", 2)))
                        .allowed())
                .isFalse();
        Pod pod = pod("ReplicaSet", "shop-web-7d9f", Map.of("pod-template-hash", "7d9f"));
        Pod noted = new PodBuilder(pod)
                .editMetadata()
                .addToAnnotations("a", "b")
                .endMetadata()
                .build();
        assertThat(judge(floor, "UPDATE", noted, Optional.of(pod)).allowed()).isTrue();
    }

    @Test
    void glassIsBrokenWithAReasonThatTheAuditLogKeeps() throws Exception {
        LivePlan floor = contracting(web(new Versions.Range(">=1.5.0")));

        Policy.Verdict verdict = judge(floor, "CREATE", broken(" it loses orders "), Optional.empty());

        assertThat(verdict.allowed()).isTrue();
        assertThat(verdict.audit())
                .containsEntry("break-glass", "it loses orders")
                .containsEntry("refused", "shop/rename-users-name web");
        assertThat(judge(floor, "CREATE", broken("  "), Optional.empty()).allowed())
                .isFalse();
    }

    @Test
    void saysWhatIsWantedByWhomAndSinceWhen() throws Exception {
        assertThat(judge(
                                contracting(web(new Versions.Range(">=1.5.0"))),
                                "CREATE",
                                Shop.deployment("1.4.0", 1),
                                Optional.empty())
                        .message())
                .isEqualTo("""
                        Lockstep keeps this code of web out, or cannot tell which it is. It must be >=1.5.0, because what \
                        older code needs of the schema is gone or about to go. Plan shop/rename-users-name on database shop \
                        has wanted this since 2026-03-01T03:00:00Z. What runs already goes on running. In an emergency, set \
                        the annotation lockstep.dev/break-glass in the pod template to the reason.""");
    }

    /** Every plan that is over leaves its floor behind, and an API server tells nobody of a message beyond 5 KiB. */
    @Test
    void messageStaysShortHoweverManyRulesKeepTheCodeOut() throws Exception {
        List<String> versions = new ArrayList<>(List.of("1.5.0\n or later"));
        for (int number = 0; number < 500; number++) {
            versions.add("release-" + number);
        }
        List<Notice> notices = new ArrayList<>();
        for (int number = 0; number < 60; number++) {
            notices.add(new Notice(
                    new DatabaseName("shop"),
                    new LivePlan(
                            new PlanKey("shop", "plan-" + number),
                            new PhaseName("contract"),
                            List.of(web(new Versions.AnyOf(versions))),
                            EnumSet.allOf(Milestone.class),
                            Optional.of(Milestone.NEW_ONLY)),
                    NOW,
                    Optional.empty()));
        }
        List<Map<String, Object>> rules =
                InterlockRules.of(new Posting(notices, NOW, Optional.empty())).getOrDefault("shop", List.of());

        Policy.Verdict verdict = policy.judge("CREATE", Shop.deployment("1.4.0", 1), Optional.empty(), rules);

        assertThat(verdict.allowed()).isFalse();
        assertThat(verdict.message())
                .hasSizeLessThan(2_000)
                .doesNotContain("\n")
                .contains("plan-0", "…")
                .endsWith(" (and 59 more)");
    }

    private boolean allowed(LivePlan plan, HasMetadata object) throws CelEvaluationException {
        return judge(plan, "CREATE", object, Optional.empty()).allowed();
    }

    private Policy.Verdict judge(LivePlan plan, String operation, Object object, Optional<?> before)
            throws CelEvaluationException {
        List<Map<String, Object>> rules = InterlockRules.of(new Posting(
                        List.of(new Notice(new DatabaseName("shop"), plan, NOW, Optional.empty())),
                        NOW,
                        Optional.empty()))
                .getOrDefault("shop", List.of());
        return policy.judge(operation, object, before, rules);
    }

    static boolean interlock(LivePlan plan, HasMetadata object) {
        WorkloadSpec spec = plan.workloads().getFirst();
        return Entrance.may(plan, spec, Applicant.of(object).evidence(spec.evidence(), NOW))
                instanceof Permission.Allowed;
    }

    private static PodSelector expression(String key, PodSelector.Operator operator, String... values) {
        return new PodSelector(Map.of(), List.of(new PodSelector.Expression(key, operator, List.of(values))));
    }

    static Deployment deployment(String label, String image) {
        return new DeploymentBuilder()
                .withMetadata(new ObjectMetaBuilder()
                        .withName("shop-web")
                        .withNamespace("shop")
                        .build())
                .withNewSpec()
                .withNewSelector()
                .addToMatchLabels("app", "shop-web")
                .endSelector()
                .withTemplate(new PodTemplateSpecBuilder()
                        .withNewMetadata()
                        .addToLabels("app", "shop-web")
                        .withAnnotations(label.isEmpty() ? Map.of() : Map.of(EvidenceSpec.DEFAULT_LABEL, label))
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("app")
                        .withImage(image)
                        .endContainer()
                        .endSpec()
                        .build())
                .endSpec()
                .build();
    }

    static Deployment broken(String reason) {
        return new DeploymentBuilder(Shop.deployment("1.4.0", 1))
                .editSpec()
                .editTemplate()
                .editMetadata()
                .addToAnnotations("lockstep.dev/break-glass", reason)
                .endMetadata()
                .endTemplate()
                .endSpec()
                .build();
    }

    static Pod pod(String ownerKind, String owner, Map<String, String> labels) {
        return Shop.pod("web-1", "1.4.0")
                .editMetadata()
                .addToLabels(labels)
                .withOwnerReferences(new OwnerReferenceBuilder()
                        .withApiVersion("apps/v1")
                        .withKind(ownerKind)
                        .withName(owner)
                        .withUid("u")
                        .withController(true)
                        .build())
                .endMetadata()
                .build();
    }

    static WorkloadSpec web(Versions versions) {
        return web(new Runner.Controller(Runner.Kind.DEPLOYMENT, Runner.Place.here("shop"), "shop-web"), versions);
    }

    private static WorkloadSpec web(Runner runner, Versions versions) {
        return new WorkloadSpec(
                new WorkloadName("web"), runner, Map.of(Milestone.NEW_ONLY, versions), EvidenceSpec.standard());
    }

    static List<LivePlan> plans(WorkloadSpec spec) {
        return List.of(
                plan(spec, Set.of(), Optional.empty()),
                plan(spec, Set.of(Milestone.NEW_ONLY), Optional.empty()),
                contracting(spec));
    }

    static LivePlan contracting(WorkloadSpec spec) {
        return plan(spec, EnumSet.allOf(Milestone.class), Optional.of(Milestone.NEW_ONLY));
    }

    private static LivePlan plan(WorkloadSpec spec, Set<Milestone> ready, Optional<Milestone> floor) {
        return new LivePlan(
                new PlanKey("shop", "rename-users-name"), new PhaseName("contract"), List.of(spec), ready, floor);
    }
}
