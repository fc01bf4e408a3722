package dev.lockstep.rollout;

import static dev.lockstep.rollout.Shop.deployment;
import static dev.lockstep.rollout.Shop.pod;
import static dev.lockstep.rollout.Shop.replicaSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.fixture.Fact;
import dev.lockstep.gate.Blocker;
import dev.lockstep.gate.Gate;
import dev.lockstep.gate.GateKind;
import dev.lockstep.gate.Verdict;
import dev.lockstep.gate.WorkloadObservation;
import dev.lockstep.lifecycle.Next.Freshness;
import dev.lockstep.plan.ClusterName;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.Runner;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.WorkloadName;
import dev.lockstep.plan.WorkloadSpec;
import dev.lockstep.plan.WorkloadSpec.EvidenceSpec;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** G39: two clusters, each an API server on a port of its own. */
class ClustersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final RolloutSettings HASTY = new RolloutSettings(
            Duration.ofSeconds(3),
            Duration.ofMillis(300),
            Duration.ofSeconds(10),
            Duration.ofSeconds(2),
            500,
            "lockstep");
    private static final WorkloadSpec HERE = web("here", Optional.empty());
    private static final WorkloadSpec THERE = web("there", Optional.of("eu"));
    private static final WorkloadSpec NOWHERE = web("nowhere", Optional.of("mars"));

    @TempDir
    Path files;

    private ApiServer here;
    private ApiServer there;
    private Clusters clusters;

    @BeforeEach
    void start() {
        here = new ApiServer();
        there = new ApiServer();
        clusters = new Clusters(cluster(here), Map.of(new ClusterName("eu"), cluster(there)), Clock.systemUTC());
    }

    @AfterEach
    void stop() {
        clusters.close();
        here.close();
        there.close();
    }

    /** A report does not say from which cluster its pod is: it is gone when it is in none of them. */
    @Test
    void podsAreThoseOfAllClustersAndUnknownWhileOneDoesNotAnswer() {
        Deployment here1 = here.put(deployment("1.5.0", 1));
        Pod one = here.put(pod("one", here.put(replicaSet("shop-web-1", here1, "1.5.0")), "1.5.0"));
        Deployment there1 = there.put(deployment("1.5.0", 1));
        Pod two = there.put(pod("two", there.put(replicaSet("shop-web-1", there1, "1.5.0")), "1.5.0"));

        assertThat(clusters.pods("shop"))
                .contains(Set.of(one.getMetadata().getUid(), two.getMetadata().getUid()));
        assertThat(clusters.pods("nobody-lives-here")).contains(Set.of());
        there.goAway();
        assertThat(clusters.pods("shop")).isEmpty();
    }

    @Test
    @Fact("G39")
    void allOfThemMustAgree() {
        here.put(deployment("1.5.0", 0));
        there.put(deployment("1.4.0", 0));

        assertThat(blockers(verdict(HERE, THERE)))
                .singleElement()
                .satisfies(blocker -> assertThat(blocker.owner()).isEqualTo("Deployment eu:shop/shop-web"));

        there.client().resource(deployment("1.5.0", 0)).delete();
        there.put(deployment("1.5.0", 0));
        assertThat(verdict(HERE, THERE)).isInstanceOf(Verdict.Open.class);
        assertThat(clusters.observe(List.of(THERE, HERE), Freshness.LIVE))
                .extracting(WorkloadObservation::name)
                .containsExactly(THERE.name(), HERE.name());
    }

    @Test
    @Fact("G39")
    void oneThatDoesNotAnswerHoldsWhatRunsThereAndNothingElse() {
        here.put(deployment("1.5.0", 0));
        there.put(deployment("1.5.0", 0));
        assertThat(verdict(HERE, THERE)).isInstanceOf(Verdict.Open.class);

        there.goAway();

        assertThat(blockers(verdict(HERE, THERE))).singleElement().satisfies(blocker -> {
            assertThat(blocker.code()).isEqualTo(Blocker.Code.EVIDENCE_STALE);
            assertThat(blocker.object()).isEqualTo("Deployment eu:shop/shop-web");
        });
        assertThat(verdict(HERE)).isInstanceOf(Verdict.Open.class);
        there.comeBack();
    }

    @Test
    @Fact("G39")
    void oneThatNobodyConfiguredHoldsAndSaysHowToConfigureIt() {
        assertThat(clusters.observe(List.of(NOWHERE), Freshness.WATCHED).getFirst())
                .isInstanceOfSatisfying(
                        WorkloadObservation.Unseen.class,
                        unseen -> assertThat(unseen.reason()).contains("lockstep.clusters.\"mars\".kubeconfig"));
    }

    @Test
    void changesInAnyOfThemAreTold() throws Exception {
        here.put(deployment("1.5.0", 0));
        there.put(deployment("1.5.0", 0));
        AtomicInteger told = new AtomicInteger();
        AutoCloseable subscription = clusters.onChange(List.of(HERE, THERE), told::incrementAndGet);
        clusters.observe(List.of(HERE, THERE), Freshness.WATCHED);

        for (ApiServer api : List.of(here, there)) {
            int before = told.get();
            api.put(Shop.pod("a", "1.4.0").build());
            await().atMost(PATIENCE).until(() -> told.get() > before);
        }
        subscription.close();
    }

    @Test
    void kubeconfigThatDoesNotSayHowToReachTheClusterStopsTheStart() throws IOException {
        Path kubeconfig = Files.writeString(files.resolve("config"), """
                apiVersion: v1
                kind: Config
                clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]
                users: [{name: u, user: {token: t}}]
                contexts: [{name: eu-west, context: {cluster: c, user: u}}]
                current-context: eu-west
                """);

        try (KubernetesClient client = other(kubeconfig, "eu-west").connect()) {
            assertThat(client.getMasterUrl()).hasToString("http://127.0.0.1:1/");
        }
        assertThatThrownBy(() -> other(kubeconfig, "eu-east").connect())
                .hasMessageContaining("there is no context \"eu-east\"");
        assertThatThrownBy(() -> other(files.resolve("none"), "eu-west").connect())
                .hasMessageContaining("lockstep.clusters.\"eu\".kubeconfig");
    }

    private static OtherCluster other(Path kubeconfig, String context) {
        return new OtherCluster(new ClusterName("eu"), kubeconfig, context);
    }

    private static KubernetesCluster cluster(ApiServer api) {
        return new KubernetesCluster(api.client(), Clock.systemUTC(), HASTY);
    }

    private static WorkloadSpec web(String name, Optional<String> cluster) {
        return new WorkloadSpec(
                new WorkloadName(name),
                new Runner.Controller(
                        Runner.Kind.DEPLOYMENT,
                        new Runner.Place(cluster.map(ClusterName::new), Shop.NAMESPACE),
                        "shop-web"),
                Map.of(Milestone.NEW_ONLY, new Versions.Range(">=1.5.0")),
                EvidenceSpec.standard());
    }

    private Verdict verdict(WorkloadSpec... specs) {
        return new Gate(Instant.now(), Duration.ofMinutes(1))
                .judge(
                        Milestone.NEW_ONLY,
                        List.of(specs),
                        clusters.observe(List.of(specs), Freshness.LIVE),
                        GateKind.DEPLOY);
    }

    private static List<Blocker> blockers(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Open _ -> List.of();
            case Verdict.Closed(List<Blocker> blockers) -> blockers;
            case Verdict.Inconclusive(List<Blocker> blockers) -> blockers;
        };
    }
}
