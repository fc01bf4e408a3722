package dev.lockstep.demo;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.URI;
import java.time.InstantSource;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;

/**
 * What moves in the demo once Lockstep answers: the simulated cluster's controllers, the pods, and someone who notes in
 * which phase the plan is.
 */
final class DemoWorld implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(DemoWorld.class);

    private static final long LOOK_EVERY_NANOS = 200_000_000L;

    private final KubernetesClient client;
    private final LockstepClient lockstep;
    private final ShopDeployment deployment;
    private final Traffic traffic = new Traffic();
    private final TrafficLedger ledger;
    private final Kubelet kubelet;
    private final DeploymentController controller;
    private final Thread observer;

    DemoWorld(
            SimulatedCluster cluster,
            URI base,
            LockstepClient lockstep,
            ShopDeployment.Keeper keeper,
            TrafficLedger ledger,
            String applicationUrl) {
        InstantSource clock = InstantSource.system();
        this.client = cluster.connect();
        this.lockstep = lockstep;
        this.ledger = ledger;
        this.deployment = keeper.of(client);
        this.kubelet = new Kubelet(
                client, new ShopPods(cluster, base, applicationUrl, traffic, ledger), Kubelet.Pace.demo(), clock);
        this.controller = new DeploymentController(client);
        this.observer = Thread.ofVirtual().name("demo-observer").start(this::observe);
    }

    ShopDeployment deployment() {
        return deployment;
    }

    KubernetesClient client() {
        return client;
    }

    Traffic traffic() {
        return traffic;
    }

    TrafficLedger ledger() {
        return ledger;
    }

    /** The pods first: they still use the database. */
    @Override
    public void close() {
        observer.interrupt();
        controller.close();
        kubelet.close();
        client.close();
    }

    private void observe() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                deployment.keep();
                traffic.enter(phase());
            } catch (RuntimeException e) {
                LOG.debugf("The demo could not look at the plan: %s", e.getMessage());
            }
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
        }
    }

    private String phase() {
        var plan = lockstep.get();
        String state = plan.path("state").asText("");
        return switch (state) {
            case "", "Pending" -> "before";
            case "Succeeded", "RolledBack" -> "after";
            default -> plan.path("currentPhase").asText(state);
        };
    }
}
