package dev.lockstep.rollout;

import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.LockstepException;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Who stands behind an object, up to what people declared. An owner's own owner does not change in its life, so each is
 * asked for once: a rollout of a hundred pods asks once for their ReplicaSet. Thread-safe; calls block.
 */
final class Owners {
    /** Whoever asks has little time. */
    private static final int ANSWER_WITHIN_MILLISECONDS = 1_000;

    private static final int REMEMBERED = 10_000;

    /** Experiment, ReplicaSet, pod: nothing is deeper. */
    private static final int DEEPEST = 4;

    private static final List<ObjectKind<?>> IN_BETWEEN =
            List.of(ObjectKind.REPLICA_SETS, ObjectKind.JOBS, ObjectKind.EXPERIMENTS);

    private final KubernetesClient client;
    private final Map<String, Optional<OwnerReference>> known = Collections.synchronizedMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Optional<OwnerReference>> eldest) {
            return size() > REMEMBERED;
        }
    });

    Owners(KubernetesClient client) {
        this.client = client.newClient(
                        new RequestConfigBuilder(client.getConfiguration().getRequestConfig())
                                .withRequestTimeout(ANSWER_WITHIN_MILLISECONDS)
                                .withRequestRetryBackoffLimit(0)
                                .build())
                .adapt(KubernetesClient.class);
    }

    /**
     * The owner itself, then its owner, and so on.
     *
     * @throws LockstepException {@link ErrorCode#CLUSTER_UNREACHABLE} when the cluster could not be asked
     */
    List<OwnerReference> behind(String namespace, OwnerReference nearest) {
        List<OwnerReference> chain = new ArrayList<>(List.of(nearest));
        Optional<OwnerReference> next = owner(namespace, nearest);
        while (next.isPresent() && chain.size() < DEEPEST) {
            chain.add(next.get());
            next = owner(namespace, next.get());
        }
        return chain;
    }

    private Optional<OwnerReference> owner(String namespace, OwnerReference of) {
        Optional<ObjectKind<?>> kind = IN_BETWEEN.stream()
                .filter(each ->
                        each.label().equals(of.getKind()) && each.apiVersion().equals(of.getApiVersion()))
                .findFirst();
        if (kind.isEmpty()) {
            return Optional.empty();
        }
        Optional<OwnerReference> remembered = known.get(of.getUid());
        if (remembered != null) {
            return remembered;
        }
        Optional<HasMetadata> object = ask(kind.get(), namespace, of);
        Optional<OwnerReference> owner = object.flatMap(each -> Traits.owners(each)
                .filter(reference -> Boolean.TRUE.equals(reference.getController()))
                .findFirst());
        if (object.isPresent()) {
            known.put(of.getUid(), owner);
        }
        return owner;
    }

    private Optional<HasMetadata> ask(ObjectKind<?> kind, String namespace, OwnerReference of) {
        try {
            HasMetadata object =
                    kind.access().in(client, namespace).withName(of.getName()).get();
            return Optional.ofNullable(object)
                    .filter(each -> Objects.equals(each.getMetadata().getUid(), of.getUid()));
        } catch (KubernetesClientException e) {
            throw new LockstepException(
                    ErrorCode.CLUSTER_UNREACHABLE,
                    ApiFailure.sentence("read " + of.getKind() + " " + namespace + "/" + of.getName(), e),
                    e);
        }
    }
}
