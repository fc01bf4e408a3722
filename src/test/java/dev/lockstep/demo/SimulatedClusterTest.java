package dev.lockstep.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.demo.PodRuntime.PodProcess;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulatedClusterTest {
    private static final Kubelet.Pace FAST = new Kubelet.Pace(
            Duration.ofMillis(50), Duration.ofMillis(50), Duration.ofMillis(150), Duration.ofMillis(100));

    @TempDir
    Path directory;

    private final FakeRuntime runtime = new FakeRuntime();
    private SimulatedCluster cluster;
    private KubernetesClient client;
    private Kubelet kubelet;
    private DeploymentController controller;
    private ShopDeployment deployment;

    @BeforeEach
    void start() {
        cluster = SimulatedCluster.start(0, InstantSource.system());
        client = cluster.connect();
        kubelet = new Kubelet(client, runtime, FAST, InstantSource.system());
        controller = new DeploymentController(client);
        deployment = new ShopDeployment(client, directory.resolve("deployment.json"));
    }

    @AfterEach
    void stop() {
        controller.close();
        kubelet.close();
        client.close();
        cluster.close();
    }

    @Test
    void rollsPodsOneByOneAndNeverHasFewerReadyThanAsked() {
        deployment.create();
        awaitReady(3, "1.4.0");
        List<String> violations = new CopyOnWriteArrayList<>();
        Set<String> terminating = ConcurrentHashMap.newKeySet();
        try (var _ = client.pods().inNamespace("shop").watch(new Invariants(violations, terminating))) {
            deployment.rollOut("1.5.0");
            awaitReady(3, "1.5.0");
        }
        assertThat(violations).isEmpty();
        assertThat(terminating)
                .as("old pods that were seen Terminating before they went")
                .hasSize(3);
        assertThat(runtime.most).as("surge").isBetween(4, 7);
        assertThat(runtime.running.values()).containsOnly("1.5.0").hasSize(3);
        Deployment settled = deployment();
        assertThat(settled.getStatus().getObservedGeneration())
                .isEqualTo(settled.getMetadata().getGeneration());
        assertThat(settled.getStatus().getUpdatedReplicas()).isEqualTo(3);
    }

    @Test
    void aDeletedPodStaysUntilItsProcessHasEndedAndIsReplaced() {
        deployment.create();
        awaitReady(3, "1.4.0");
        Pod victim = pods().getFirst();
        client.resource(victim).delete();

        Pod marked = client.resource(victim).get();
        assertThat(Instant.parse(marked.getMetadata().getDeletionTimestamp()))
                .isBefore(Instant.now().plusSeconds(1));
        assertThat(runtime.running).containsKey(victim.getMetadata().getName());
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(client.resource(victim).get()).isNull());
        assertThat(runtime.running).doesNotContainKey(victim.getMetadata().getName());
        awaitReady(3, "1.4.0");
    }

    @Test
    void aPausedDeploymentScalesItsOldPodsAndRollsOnlyWhenResumed() {
        deployment.create();
        awaitReady(3, "1.4.0");
        patch("{\"spec\": {\"paused\": true}}");
        deployment.rollOut("1.5.0");
        patch("{\"spec\": {\"replicas\": 4}}");
        awaitReady(4, "1.4.0");

        patch("{\"spec\": {\"paused\": false}}");
        awaitReady(4, "1.5.0");
    }

    @Test
    void deletingTheDeploymentTakesItsPodsAway() {
        deployment.create();
        awaitReady(3, "1.4.0");
        client.resource(deployment()).delete();
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(pods()).isEmpty());
        assertThat(runtime.running).isEmpty();
        assertThat(client.apps().replicaSets().inAnyNamespace().list().getItems())
                .isEmpty();
    }

    @Test
    void whatWasRolledOutIsKeptForTheNextDemo() {
        deployment.create();
        deployment.rollOut("1.5.0");
        deployment.keep();
        client.resource(deployment()).delete();
        new ShopDeployment(client, directory.resolve("deployment.json")).createAsKept();
        awaitReady(3, "1.5.0");
    }

    @Test
    void vouchesForThePodThatATokenIsBoundTo() {
        deployment.create();
        awaitReady(3, "1.4.0");
        Pod pod = pods().getFirst();
        String token = cluster.tokenFor(pod);

        var user = review(token).getStatus().getUser();
        assertThat(user.getUsername()).isEqualTo("system:serviceaccount:shop:default");
        assertThat(user.getExtra().get("authentication.kubernetes.io/pod-name"))
                .containsExactly(pod.getMetadata().getName());
        assertThat(user.getExtra().get("authentication.kubernetes.io/pod-uid"))
                .containsExactly(pod.getMetadata().getUid());
        cluster.revoke(token);
        assertThat(review(token).getStatus().getAuthenticated()).isFalse();
    }

    @Test
    void answersKubectl() throws Exception {
        assumeTrue(onPath("kubectl"), "kubectl is not installed; apt-get install kubernetes-client brings it");
        deployment.create();
        awaitReady(3, "1.4.0");
        assertThat(kubectl("get", "deployments,pods,replicasets", "-n", "shop"))
                .contains("deployment.apps/shop-web", "pod/shop-web-", "replicaset.apps/shop-web-");

        kubectl("patch", "deployment", "shop-web", "-n", "shop", "--type=merge", "-p", """
                {"spec":{"template":{"spec":{"containers":[{"name":"web","image":"shop-web:1.5.0"}]}}}}""");
        awaitReady(3, "1.5.0");
        kubectl("patch", "deployment", "shop-web", "-n", "shop", "--type=merge", "-p", "{\"spec\":{\"replicas\":2}}");
        awaitReady(2, "1.5.0");
        kubectl("delete", "pod", pods().getFirst().getMetadata().getName(), "-n", "shop", "--wait=false");
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(pods()).anyMatch(Pod::isMarkedForDeletion));
        assertThat(kubectl("get", "pods", "-n", "shop", "-o", "wide")).contains("shop-web-");
        awaitReady(2, "1.5.0");
    }

    private String kubectl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("kubectl", "--server=" + cluster.address()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .directory(directory.toFile())
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private static boolean onPath(String program) {
        return Stream.of(System.getenv("PATH").split(":", -1))
                .anyMatch(entry -> Files.isExecutable(Path.of(entry, program)));
    }

    private void patch(String merge) {
        client.apps()
                .deployments()
                .inNamespace("shop")
                .withName("shop-web")
                .patch(PatchContext.of(PatchType.JSON_MERGE), merge);
    }

    private TokenReview review(String token) {
        return client.resource(new TokenReviewBuilder()
                        .withNewSpec()
                        .withToken(token)
                        .endSpec()
                        .build())
                .create();
    }

    private Deployment deployment() {
        return client.apps()
                .deployments()
                .inNamespace("shop")
                .withName("shop-web")
                .get();
    }

    private List<Pod> pods() {
        return client.pods().inNamespace("shop").list().getItems();
    }

    private void awaitReady(int count, String version) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            assertThat(pods()).hasSize(count).allMatch(Pods::isReady);
            assertThat(pods()).extracting(Pods::version).containsOnly(version);
        });
    }

    /** What must hold at every single event of a rolling update. */
    private record Invariants(List<String> violations, Set<String> terminating, Map<String, Pod> pods)
            implements io.fabric8.kubernetes.client.Watcher<Pod> {
        Invariants(List<String> violations, Set<String> terminating) {
            this(violations, terminating, new ConcurrentHashMap<>());
        }

        @Override
        public void eventReceived(Action action, Pod pod) {
            String name = pod.getMetadata().getName();
            if (action == Action.DELETED) {
                pods.remove(name);
            } else {
                pods.put(name, pod);
            }
            if (pod.isMarkedForDeletion() && pods.containsKey(name)) {
                terminating.add(name);
            }
            long living = pods.values().stream()
                    .filter(one -> !one.isMarkedForDeletion())
                    .count();
            long ready = pods.values().stream()
                    .filter(one -> !one.isMarkedForDeletion() && Pods.isReady(one))
                    .count();
            // The first events list what is there, one by one.
            if (pods.size() >= 3 && (living > 4 || ready < 3)) {
                violations.add(action + " " + name + ": " + living + " living, " + ready + " ready");
            }
        }

        @Override
        public void onClose(io.fabric8.kubernetes.client.WatcherException cause) {
            violations.add("the watch ended: " + cause);
        }
    }

    /** Runs nothing, and remembers who would be running. */
    private static final class FakeRuntime implements PodRuntime {
        private final Map<String, String> running = new ConcurrentHashMap<>();
        private volatile int most;

        @Override
        public synchronized PodProcess start(Pod pod, String address) {
            running.put(pod.getMetadata().getName(), Pods.version(pod));
            most = Math.max(most, running.size());
            return () -> running.remove(pod.getMetadata().getName());
        }
    }
}
