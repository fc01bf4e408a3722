package dev.lockstep.rollout;

import dev.lockstep.engine.BreakGlassRecord;
import dev.lockstep.engine.InterlockBoard;
import dev.lockstep.plan.ClusterName;
import io.fabric8.kubernetes.client.KubernetesClient;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/** Gives the application its clusters, here because nobody else knows a Kubernetes client. */
@Dependent
final class ClusterConnection {
    @Produces
    @Singleton
    Clusters connect(
            KubernetesClient client, InstantSource clock, RolloutSettings settings, OtherCluster.All configured) {
        Map<ClusterName, KubernetesCluster> others = new HashMap<>();
        for (OtherCluster other : configured.clusters()) {
            others.put(other.name(), KubernetesCluster.withItsOwnClient(other.connect(), clock, settings));
        }
        return new Clusters(new KubernetesCluster(client, clock, settings), others, clock);
    }

    @Produces
    @Singleton
    Admission admission(
            KubernetesClient client,
            InterlockBoard board,
            BreakGlassRecord record,
            InstantSource clock,
            AdmissionSettings settings) {
        return new Admission(
                board, new Claims(new Owners(client)), new GlassCase(record, clock), clock, settings.ownNamespace());
    }

    void end(@Disposes Clusters clusters) {
        clusters.close();
    }
}
