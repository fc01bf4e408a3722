package dev.lockstep.demo;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/** The simulated cluster with Deployment {@code shop-web} on the new version since ever. Its pods do nothing. */
public final class StandingShop implements AutoCloseable {
    private static final Kubelet.Pace FAST = new Kubelet.Pace(
            Duration.ofMillis(20), Duration.ofMillis(20), Duration.ofMillis(20), Duration.ofMillis(20));

    private final SimulatedCluster cluster = SimulatedCluster.start(0, InstantSource.system());
    private final KubernetesClient client = cluster.connect();
    private final Kubelet kubelet;
    private final DeploymentController controller;

    /** Starts it. */
    public StandingShop() {
        ShopDeployment deployment = new ShopDeployment(client, Path.of("never-kept"));
        deployment.create();
        // Before there is a controller that would make pods of the old version.
        deployment.rollOut(ShopDeployment.NEW_VERSION);
        kubelet = new Kubelet(client, (_, _) -> () -> {}, FAST, InstantSource.system());
        controller = new DeploymentController(client);
    }

    /** Where it answers the Kubernetes API. */
    public URI address() {
        return cluster.address();
    }

    /** How many of its pods are ready. */
    public long readyPods() {
        return client.pods().inNamespace(ShopDeployment.NAMESPACE).list().getItems().stream()
                .filter(Pods::isReady)
                .count();
    }

    @Override
    public void close() {
        controller.close();
        kubelet.close();
        client.close();
        cluster.close();
    }
}
