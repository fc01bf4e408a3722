package dev.lockstep.rollout;

import io.fabric8.kubernetes.client.KubernetesClient;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;

/** Gives the application its cluster, here because nobody else knows a Kubernetes client. */
@Dependent
final class ClusterConnection {
    @Produces
    @Singleton
    KubernetesCluster connect(KubernetesClient client, InstantSource clock, RolloutSettings settings) {
        return new KubernetesCluster(client, clock, settings);
    }

    void end(@Disposes KubernetesCluster cluster) {
        cluster.close();
    }
}
