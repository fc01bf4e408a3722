package dev.lockstep.rollout;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** What is known of one namespace. */
sealed interface ClusterView {
    /**
     * It was read.
     *
     * @param unreachable the names of nodes that are known not to answer; what is not known counts as answering, because
     *     the pods there hold all the same
     * @param at the latest moment at which this is known to have been so
     */
    record Read(
            List<Deployment> deployments,
            List<ReplicaSet> replicaSets,
            List<Pod> pods,
            Set<String> unreachable,
            Instant at)
            implements ClusterView {
        public Read {
            deployments = List.copyOf(deployments);
            replicaSets = List.copyOf(replicaSets);
            pods = List.copyOf(pods);
            unreachable = Set.copyOf(unreachable);
        }
    }

    /**
     * It could not be read (G36).
     *
     * @param reason as sentences, the same for the same fault however long it lasts
     */
    record Unreadable(String reason, Instant since) implements ClusterView {}
}
