package dev.lockstep.operator;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Writes to the objects of one kind. A watch tells of our own writes only after a while, so the newest status that was
 * written is kept here, and believed rather than an object that is older. Safe for threads, as long as one object is
 * written by one thread at a time.
 *
 * @param <S> of their status
 */
final class PlanObjects<S, T extends CustomResource<?, S>> {
    /** The name under which our fields are known to server-side apply. */
    static final String FIELD_MANAGER = "lockstep";

    private static final int ATTEMPTS = 5;

    private final KubernetesClient client;
    private final Class<T> kind;
    private final Supplier<T> empty;
    private final boolean serverSideApply;
    private final Map<String, Written<S>> written = new ConcurrentHashMap<>();

    /** A status, and the version that the object had with it. */
    private record Written<S>(S status, String version) {
        /** Versions grow; what is no number is believed to be newer. */
        boolean newerThan(String other) {
            try {
                return Long.parseLong(version) >= Long.parseLong(other);
            } catch (NumberFormatException _) {
                return false;
            }
        }
    }

    /**
     * @param empty makes an object without anything
     * @param serverSideApply whether the API server knows it; otherwise status is replaced as a whole
     */
    PlanObjects(KubernetesClient client, Class<T> kind, Supplier<T> empty, boolean serverSideApply) {
        this.client = client;
        this.kind = kind;
        this.empty = empty;
        this.serverSideApply = serverSideApply;
    }

    /** The newest status that is known to have been written. */
    Optional<S> status(T object) {
        return newest(object).or(() -> Optional.ofNullable(object.getStatus()));
    }

    private Optional<S> newest(T object) {
        return Optional.ofNullable(written.get(object.getMetadata().getUid()))
                .filter(ours -> ours.newerThan(object.getMetadata().getResourceVersion()))
                .map(Written::status);
    }

    void forget(T object) {
        written.remove(object.getMetadata().getUid());
    }

    /** Writes a status, unless it is there already. An object that is gone, or another by now, is left alone. */
    void write(T object, S status) {
        if (status.equals(status(object).orElse(null))) {
            return;
        }
        Optional<T> target = Optional.of(object);
        for (int attempt = 1; target.isPresent(); attempt++) {
            try {
                String version = send(target.get(), status).getMetadata().getResourceVersion();
                written.put(object.getMetadata().getUid(), new Written<>(status, version));
                return;
            } catch (KubernetesClientException e) {
                if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                    return;
                }
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT || attempt == ATTEMPTS) {
                    throw e;
                }
                // Somebody wrote in between. What we know of the run is newer than any status there; of the spec it may
                // not
                // be, but then a newer generation is on its way to us.
                target = live(object);
            }
        }
    }

    private T send(T object, S status) {
        T wanted = empty.get();
        wanted.setMetadata(new ObjectMetaBuilder()
                .withNamespace(object.getMetadata().getNamespace())
                .withName(object.getMetadata().getName())
                .withUid(object.getMetadata().getUid())
                .withResourceVersion(object.getMetadata().getResourceVersion())
                .build());
        wanted.setStatus(status);
        if (serverSideApply) {
            return client.resource(wanted)
                    .subresource("status")
                    .patch(new PatchContext.Builder()
                            .withPatchType(PatchType.SERVER_SIDE_APPLY)
                            .withFieldManager(FIELD_MANAGER)
                            .withForce(true)
                            .build());
        }
        T whole = client.getKubernetesSerialization().clone(object);
        whole.setStatus(status);
        return client.resource(whole).updateStatus();
    }

    void addFinalizer(T object, String finalizer) {
        change(object, live -> live.addFinalizer(finalizer));
    }

    void removeFinalizer(T object, String finalizer) {
        change(object, live -> live.removeFinalizer(finalizer));
    }

    /** Reads, changes and writes under the version that was read, so that nobody's change in between is lost. */
    private void change(T object, Predicate<T> change) {
        for (int attempt = 1; ; attempt++) {
            Optional<T> live = live(object);
            if (live.isEmpty() || !change.test(live.get())) {
                return;
            }
            try {
                client.resource(live.get()).update();
                return;
            } catch (KubernetesClientException e) {
                if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                    return;
                }
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT || attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** The object as it is now, if it is still the same one. */
    private Optional<T> live(T object) {
        return Optional.ofNullable(client.resources(kind)
                        .inNamespace(object.getMetadata().getNamespace())
                        .withName(object.getMetadata().getName())
                        .get())
                .filter(live ->
                        live.getMetadata().getUid().equals(object.getMetadata().getUid()));
    }
}
