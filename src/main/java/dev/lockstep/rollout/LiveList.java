package dev.lockstep.rollout;

import dev.lockstep.rollout.ClusterView.Read;
import dev.lockstep.rollout.ClusterView.Unreadable;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads a namespace from the API server itself (G35): lists without a resource version, which the server answers from what
 * is committed and not from a cache that may lag.
 */
final class LiveList {
    private static final int ATTEMPTS = 3;

    private final KubernetesClient client;
    private final InstantSource clock;
    private final int pageSize;

    LiveList(KubernetesClient client, InstantSource clock, int pageSize) {
        this.client = client;
        this.clock = clock;
        this.pageSize = pageSize;
    }

    /** Blocks for as long as the client's request timeouts allow. */
    ClusterView read(String namespace, Set<String> unreachable) {
        Instant at = clock.instant();
        try {
            for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
                at = clock.instant();
                List<Deployment> before = deployments(namespace);
                List<ReplicaSet> replicaSets = replicaSets(namespace);
                List<Pod> pods = pods(namespace);
                // The lists are of different moments: between them a new template could have started a pod unseen.
                if (generations(before).equals(generations(deployments(namespace)))) {
                    return new Read(before, replicaSets, pods, unreachable, at);
                }
            }
            return new Unreadable(
                    "The Deployments in namespace " + namespace + " changed while they were being read, " + ATTEMPTS
                            + " times in a row. Lockstep looks again by itself.",
                    at);
        } catch (KubernetesClientException e) {
            return new Unreadable(ApiFailure.sentence("read namespace " + namespace, e), at);
        }
    }

    List<Deployment> deployments(String namespace) {
        return all(client.apps().deployments().inNamespace(namespace)::list);
    }

    List<ReplicaSet> replicaSets(String namespace) {
        return all(client.apps().replicaSets().inNamespace(namespace)::list);
    }

    List<Pod> pods(String namespace) {
        return all(client.pods().inNamespace(namespace)::list);
    }

    private static Map<String, Long> generations(List<Deployment> deployments) {
        return deployments.stream()
                .map(HasMetadata::getMetadata)
                .collect(Collectors.toMap(
                        each -> each.getUid(), each -> each.getGeneration() == null ? -1L : each.getGeneration()));
    }

    private <T extends HasMetadata> List<T> all(Function<ListOptions, ? extends KubernetesResourceList<T>> list) {
        try {
            return pages(list);
        } catch (KubernetesClientException e) {
            // The pages' snapshot is too old to go on with; from the start, then.
            if (e.getCode() == HttpURLConnection.HTTP_GONE) {
                return pages(list);
            }
            throw e;
        }
    }

    private <T extends HasMetadata> List<T> pages(Function<ListOptions, ? extends KubernetesResourceList<T>> list) {
        List<T> all = new ArrayList<>();
        @Nullable String next = null;
        do {
            KubernetesResourceList<T> page = list.apply(new ListOptionsBuilder()
                    .withLimit((long) pageSize)
                    .withContinue(next)
                    .build());
            all.addAll(page.getItems());
            next = page.getMetadata() == null ? null : page.getMetadata().getContinue();
        } while (next != null && !next.isEmpty());
        return all;
    }
}
