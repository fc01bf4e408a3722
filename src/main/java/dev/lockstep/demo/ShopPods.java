package dev.lockstep.demo;

import io.fabric8.kubernetes.api.model.Pod;
import java.net.URI;

/** Runs the pods of {@code shop-web}, and has each of them report to Lockstep which version it is. */
final class ShopPods implements PodRuntime {
    private final SimulatedCluster cluster;
    private final URI lockstep;
    private final String databaseUrl;
    private final Traffic traffic;
    private final TrafficLedger ledger;

    ShopPods(SimulatedCluster cluster, URI lockstep, String databaseUrl, Traffic traffic, TrafficLedger ledger) {
        this.cluster = cluster;
        this.lockstep = lockstep;
        this.databaseUrl = databaseUrl;
        this.traffic = traffic;
        this.ledger = ledger;
    }

    @Override
    public PodProcess start(Pod pod, String address) {
        String version = Pods.version(pod);
        ShopPod process = new ShopPod(
                new ShopPod.Identity(pod.getMetadata().getName(), version, address), databaseUrl, traffic, ledger);
        // Stands for the token file that a real pod finds mounted.
        String token = cluster.tokenFor(pod);
        PodReporter reporter = new PodReporter(lockstep, token, version);
        return () -> {
            process.terminate();
            reporter.close();
            cluster.revoke(token);
        };
    }
}
