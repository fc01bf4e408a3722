package dev.lockstep.rollout;

import static java.lang.System.Logger.Level.DEBUG;

import dev.lockstep.rollout.ClusterView.Read;
import dev.lockstep.rollout.ClusterView.Unreadable;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a namespace from the API server itself (G35): lists without a resource version, which the server answers from what
 * is committed and not from a cache that may lag.
 */
final class LiveList {
    private static final System.Logger LOG = System.getLogger(LiveList.class.getName());

    private static final int ATTEMPTS = 3;

    private final KubernetesClient client;
    private final InstantSource clock;
    private final int pageSize;

    LiveList(KubernetesClient client, InstantSource clock, int pageSize) {
        this.client = client;
        this.clock = clock;
        this.pageSize = pageSize;
    }

    /**
     * Blocks for as long as the client's request timeouts allow.
     *
     * @param kinds owners before what they own
     */
    ClusterView read(String namespace, List<ObjectKind<?>> kinds, Set<String> unreachable) {
        Instant at = clock.instant();
        try {
            for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
                at = clock.instant();
                Map<ObjectKind<?>, List<? extends HasMetadata>> lists = new HashMap<>();
                for (ObjectKind<?> kind : kinds) {
                    lists.put(kind, list(kind, namespace));
                }
                if (settled(kinds, lists, namespace)) {
                    return new Read(
                            lists.entrySet().stream()
                                    .collect(Collectors.toMap(
                                            Map.Entry::getKey, entry -> ObjectSet.of(entry.getValue()))),
                            unreachable,
                            at);
                }
            }
            return new Unreadable(
                    "The workloads in namespace " + namespace + " changed while they were being read, " + ATTEMPTS
                            + " times in a row. Lockstep looks again by itself.",
                    at);
        } catch (KubernetesClientException e) {
            return new Unreadable(ApiFailure.sentence("read namespace " + namespace, e), at);
        }
    }

    /** The UIDs of all pods there; empty when the API server did not say. */
    Optional<Set<String>> pods(String namespace) {
        try {
            return Optional.of(list(ObjectKind.PODS, namespace).stream()
                    .map(pod -> pod.getMetadata().getUid())
                    .collect(Collectors.toSet()));
        } catch (KubernetesClientException e) {
            LOG.log(DEBUG, "{0}", ApiFailure.sentence("read the pods of namespace " + namespace, e));
            return Optional.empty();
        }
    }

    /**
     * The lists are of different moments: between them a new template could have started a pod unseen. A list of pods alone is
     * of one moment.
     */
    private boolean settled(
            List<ObjectKind<?>> kinds, Map<ObjectKind<?>, List<? extends HasMetadata>> lists, String namespace) {
        return kinds.size() == 1
                || kinds.stream()
                        .filter(KubernetesCluster::declared)
                        .allMatch(kind -> generations(lists.getOrDefault(kind, List.of()).stream())
                                .equals(generations(list(kind, namespace).stream())));
    }

    private static Map<String, Long> generations(Stream<? extends HasMetadata> objects) {
        return objects.map(HasMetadata::getMetadata)
                .collect(Collectors.toMap(
                        each -> each.getUid(), each -> each.getGeneration() == null ? -1L : each.getGeneration()));
    }

    private <T extends HasMetadata> List<T> list(ObjectKind<T> kind, String namespace) {
        Function<ListOptions, KubernetesResourceList<T>> list =
                options -> kind.access().in(client, namespace).list(options);
        try {
            return pages(list);
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND && kind.optional()) {
                return List.of();
            }
            // The pages' snapshot is too old to go on with; from the start, then.
            if (e.getCode() == HttpURLConnection.HTTP_GONE) {
                return pages(list);
            }
            throw e;
        }
    }

    private <T extends HasMetadata> List<T> pages(Function<ListOptions, KubernetesResourceList<T>> list) {
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
