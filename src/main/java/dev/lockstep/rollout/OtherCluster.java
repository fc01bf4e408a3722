package dev.lockstep.rollout;

import dev.lockstep.plan.ClusterName;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How a cluster beside Lockstep's own is reached (G39).
 *
 * @param name as plans call it
 * @param kubeconfig a file of its own, mounted from a secret
 * @param context in that file
 */
public record OtherCluster(ClusterName name, Path kubeconfig, String context) {
    /** All that are configured. */
    public record All(List<OtherCluster> clusters) {
        public All {
            clusters = List.copyOf(clusters);
        }
    }

    /**
     * A client for it, which does not ask for anything yet.
     *
     * @throws IllegalStateException with what to correct, when the file does not say how to reach the cluster: a client that
     *     fell back to another one would see the wrong pods
     */
    KubernetesClient connect() {
        String key = "lockstep.clusters.\"" + name + "\"";
        if (!Files.isReadable(kubeconfig)) {
            throw new IllegalStateException(key + ".kubeconfig: there is no readable file " + kubeconfig + ".");
        }
        try {
            Config config = Config.fromKubeconfig(context, kubeconfig.toFile());
            if (config.getCurrentContext() == null
                    || !context.equals(config.getCurrentContext().getName())) {
                throw new IllegalStateException(
                        key + ".context: there is no context \"" + context + "\" in " + kubeconfig + ".");
            }
            return new KubernetesClientBuilder().withConfig(config).build();
        } catch (KubernetesClientException | IllegalArgumentException e) {
            throw new IllegalStateException(
                    key + ".kubeconfig: " + kubeconfig + " could not be read as a kubeconfig: " + e.getMessage(), e);
        }
    }
}
