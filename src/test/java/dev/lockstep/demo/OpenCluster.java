package dev.lockstep.demo;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.URI;
import java.time.InstantSource;

/** The simulated cluster, for tests of other rooms. */
public final class OpenCluster implements AutoCloseable {
    private final SimulatedCluster cluster = SimulatedCluster.start(0, InstantSource.system());

    public URI address() {
        return cluster.address();
    }

    /** A new client; the caller closes it. */
    public KubernetesClient connect() {
        return cluster.connect();
    }

    @Override
    public void close() {
        cluster.close();
    }
}
