package dev.lockstep.rollout;

import dev.lockstep.rollout.KindWatch.Showing;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Watches one namespace: of each kind of object that anybody asked for, all there are. Thread-safe. */
final class NamespaceWatch implements AutoCloseable {
    /** An owner's owner's owner is as far as any kind goes; more would be a circle. */
    private static final int DEEPEST = 4;

    private final String namespace;
    private final KubernetesClient client;
    private final VersionList versions;
    private final InstantSource clock;
    private final RolloutSettings settings;
    private final Interests interests;
    private final Map<ObjectKind<?>, KindWatch<?>> watches = new ConcurrentHashMap<>();

    NamespaceWatch(
            String namespace,
            KubernetesClient client,
            VersionList versions,
            InstantSource clock,
            RolloutSettings settings,
            Interests interests) {
        this.namespace = namespace;
        this.client = client;
        this.versions = versions;
        this.clock = clock;
        this.settings = settings;
        this.interests = interests;
    }

    /** What the watches brought; they begin when their kind is first asked for, and then this waits for them, once. */
    ClusterView view(List<ObjectKind<?>> kinds, Set<String> unreachable) {
        // All are begun before the first is waited for.
        kinds.forEach(this::watch);
        Map<ObjectKind<?>, ObjectSet<?>> sets = new HashMap<>();
        Instant oldest = clock.instant();
        for (ObjectKind<?> kind : kinds) {
            switch (watch(kind).show()) {
                case Showing.Objects<?>(ObjectSet<?> set, Instant at) -> {
                    sets.put(kind, set);
                    oldest = at.isBefore(oldest) ? at : oldest;
                }
                case Showing.Nothing<?>(String reason, Instant since) -> {
                    return new ClusterView.Unreadable(reason, since);
                }
            }
        }
        return new ClusterView.Read(sets, unreachable, oldest);
    }

    @Override
    public void close() {
        watches.values().forEach(KindWatch::close);
    }

    private KindWatch<?> watch(ObjectKind<?> kind) {
        return watches.computeIfAbsent(kind, this::begun);
    }

    private <T extends HasMetadata> KindWatch<T> begun(ObjectKind<T> kind) {
        KindWatch<T> watch = new KindWatch<>(kind, namespace, client, versions, clock, settings, new Heard<>(kind));
        watch.start();
        return watch;
    }

    private final class Heard<T extends HasMetadata> implements KindWatch.Listener<T> {
        private final ObjectKind<T> kind;

        Heard(ObjectKind<T> kind) {
            this.kind = kind;
        }

        @Override
        public void changed(T object) {
            interests.changed(namespace, concerned(kind, object), Traits.labels(object));
        }

        @Override
        public void sight() {
            interests.changed(namespace);
        }
    }

    /** Kind and name of the object, of its owners and of theirs, as far as they are known. */
    private Set<String> concerned(ObjectKind<?> kind, HasMetadata object) {
        Set<String> keys =
                new HashSet<>(Set.of(kind.label() + "/" + object.getMetadata().getName()));
        Deque<HasMetadata> rest = new ArrayDeque<>(List.of(object));
        for (int depth = 0; depth < DEEPEST && !rest.isEmpty(); depth++) {
            HasMetadata owned = rest.removeFirst();
            Traits.owners(owned)
                    .filter(owner -> keys.add(owner.getKind() + "/" + owner.getName()))
                    .flatMap(owner -> brought(owner).stream())
                    .forEach(rest::add);
        }
        return keys;
    }

    private Optional<? extends HasMetadata> brought(OwnerReference owner) {
        return watches.entrySet().stream()
                .filter(entry -> entry.getKey().label().equals(owner.getKind()))
                .findFirst()
                .flatMap(entry -> entry.getValue().brought().named(owner.getName()));
    }
}
