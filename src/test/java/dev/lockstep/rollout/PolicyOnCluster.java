package dev.lockstep.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.engine.InterlockBoard;
import dev.lockstep.fixture.RealCluster;
import dev.lockstep.gate.LivePlan;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PlanKey;
import dev.lockstep.plan.Runner;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.WorkloadName;
import dev.lockstep.plan.WorkloadSpec;
import dev.lockstep.plan.WorkloadSpec.EvidenceSpec;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The policy that works while Lockstep is down, decided by a real API server over the object that Lockstep writes with the
 * rights of the manifests. What is asked are dry runs, so that no controller starts anything.
 */
class PolicyOnCluster {
    @RegisterExtension
    static final RealCluster CLUSTER = new RealCluster();

    private static final String POLICY = "k8s/components/admission-policy/policy.yaml";
    private static final String BINDING = "k8s/components/admission-policy/binding.yaml";
    private static final Instant NOW = Instant.parse("2026-03-01T03:00:00Z");

    private static KubernetesClient admin;
    private static KubernetesClient lockstep;
    private static int announcements;

    /** What plans say, made up. */
    private record Board(List<Notice> notices) implements InterlockBoard {
        @Override
        public Posting read() {
            return new Posting(notices, NOW, Optional.empty());
        }

        @Override
        public Posting fresh() {
            return read();
        }

        @Override
        public Optional<Notice> now(Notice notice) {
            return Optional.of(notice);
        }
    }

    @BeforeAll
    static void install() {
        admin = CLUSTER.connect();
        lockstep = CLUSTER.connectAsLockstep();
        RealCluster.done("apply", "--validate=strict", "-f", POLICY, "-f", BINDING);
        RealCluster.done("label", "namespace", RealCluster.SHOP, "lockstep.dev/interlock=Deny", "--overwrite");
    }

    @AfterAll
    static void remove() {
        RealCluster.done("label", "namespace", RealCluster.SHOP, "lockstep.dev/interlock-");
        RealCluster.done("delete", "-f", BINDING, "-f", POLICY);
        lockstep.close();
        admin.close();
    }

    @Test
    void saysOfEveryVersionWhatTheInterlockSays() {
        for (Versions required : PolicyTest.REQUIREMENTS) {
            for (LivePlan plan : PolicyTest.plans(PolicyTest.web(required))) {
                announce(List.of(plan));
                for (String version : PolicyTest.VERSIONS) {
                    Deployment labelled = PolicyTest.deployment(version, "web@sha256:" + "a".repeat(64));
                    assertThat(refusal(labelled).isEmpty())
                            .as("label %s under %s, ready %s, floor %s", version, required, plan.ready(), plan.floor())
                            .isEqualTo(PolicyTest.interlock(plan, labelled));
                }
            }
        }
    }

    @Test
    void tellsWhatIsWantedAndLetsInWhatNoPlanNames() {
        announce(List.of(floor(">=1.5.0")));

        assertThat(refusal(PolicyTest.deployment("1.4.0", "web:1.4.0")))
                .hasValueSatisfying(words -> assertThat(words)
                        .contains("Lockstep keeps this code of web out", "It must be >=1.5.0", "break-glass"));
        assertThat(refusal(PolicyTest.deployment("1.5.0", "web:1.5.0"))).isEmpty();
        assertThat(refusal(named(PolicyTest.deployment("1.4.0", "web:1.4.0"), "somebody-elses")))
                .isEmpty();
        assertThat(refusal(PolicyTest.broken("it loses orders"))).isEmpty();
    }

    @Test
    void refusesPodsOfOldReplicaSetsAndNoChangeOfWhatRunsAlready() {
        announce(List.of());
        HasMetadata old = admin.resource(new DeploymentBuilder(PolicyTest.deployment("1.4.0", "web:1.4.0"))
                        .editSpec()
                        .withReplicas(0)
                        .endSpec()
                        .build())
                .create();
        try {
            announce(List.of(floor(">=1.5.0")));
            RealCluster.done(
                    "-n", RealCluster.SHOP, "patch", "deployment", "shop-web", "-p", "{\"spec\":{\"paused\":true}}");
            assertThat(refusal(PolicyTest.pod("ReplicaSet", "shop-web-7d9f", Map.of("pod-template-hash", "7d9f"))))
                    .isPresent();
        } finally {
            admin.resource(old).delete();
        }
    }

    /** The cost of an expression has a limit, and so has the length of a message. */
    @Test
    void hundredPlansAboutOneWorkloadCostNotTooMuchAndAreToldInOneMessage() {
        List<LivePlan> plans = new ArrayList<>();
        for (int number = 100; number < 200; number++) {
            plans.add(floor("plan-" + number, ">=1.5.0 <2.0.0 || >=3.0.0 <4.0.0"));
        }
        announce(plans);

        assertThat(refusal(PolicyTest.deployment("1.4.0", "web:1.4.0")))
                .hasValueSatisfying(
                        words -> assertThat(words).contains("plan-100").contains(" (and 99 more)"));
        assertThat(refusal(PolicyTest.deployment("1.5.0", "web:1.5.0"))).isEmpty();
    }

    private static LivePlan floor(String range) {
        return floor("rename-users-name", range);
    }

    private static LivePlan floor(String plan, String range) {
        return floor(plan, PolicyTest.web(new Versions.Range(range)));
    }

    private static LivePlan floor(String plan, WorkloadSpec spec) {
        return new LivePlan(
                new PlanKey("shop", plan),
                new PhaseName("contract"),
                List.of(spec),
                EnumSet.allOf(Milestone.class),
                Optional.of(Milestone.NEW_ONLY));
    }

    /** Has it written, and returns once the API server goes by it: it hears of the object through a watch of its own. */
    private static void announce(List<LivePlan> plans) {
        String probe = "probe-" + announcements++;
        List<LivePlan> all = new ArrayList<>(plans);
        all.add(floor(
                probe,
                new WorkloadSpec(
                        new WorkloadName("probe"),
                        new Runner.Controller(Runner.Kind.DEPLOYMENT, Runner.Place.here("shop"), probe),
                        Map.of(Milestone.NEW_ONLY, new Versions.Range(">=1.5.0")),
                        EvidenceSpec.standard())));
        new InterlockWriter(
                        lockstep,
                        new Board(all.stream()
                                .map(plan -> new InterlockBoard.Notice(
                                        new DatabaseName("shop"), plan, NOW, Optional.empty()))
                                .toList()))
                .write();
        await("the API server to go by what was written")
                .atMost(Duration.ofSeconds(30))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> refusal(named(PolicyTest.deployment("1.4.0", "web:1.4.0"), probe))
                        .filter(words -> words.contains("Lockstep keeps this code of probe out"))
                        .isPresent());
    }

    private static Deployment named(Deployment deployment, String name) {
        return new DeploymentBuilder(deployment)
                .editMetadata()
                .withName(name)
                .endMetadata()
                .build();
    }

    /** What the API server says of an object that asks to be let in; empty when it lets it in. */
    private static Optional<String> refusal(HasMetadata object) {
        try {
            admin.resource(object).dryRun().create();
            return Optional.empty();
        } catch (KubernetesClientException e) {
            assertThat(e.getCode()).describedAs(e.getMessage()).isEqualTo(403);
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
