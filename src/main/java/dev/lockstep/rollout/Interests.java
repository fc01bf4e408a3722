package dev.lockstep.rollout;

import dev.lockstep.plan.Runner;
import dev.lockstep.plan.WorkloadSpec;
import io.fabric8.kubernetes.api.model.LabelSelector;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who wants to know when something changes. A change of one object costs as much as that object has owners and labels, however
 * many listeners there are that do not care about it; each of those that do is told on a thread of its own, of many changes
 * in one call. Thread-safe.
 */
final class Interests {
    private static final Logger LOG = System.getLogger(Interests.class.getName());

    /** Every change has it: for workloads that nobody has looked at yet. */
    private static final String UNSEEN = "unseen";

    /** By namespace and something that a change can have: the workloads that it then concerns. */
    private final Map<Key, Set<Key>> workloads = new ConcurrentHashMap<>();

    /** By namespace and workload: who listens. */
    private final Map<Key, Set<Subscription>> listeners = new ConcurrentHashMap<>();

    /** By namespace and workload: which pods are its, once somebody has looked. */
    private final Map<Key, List<LabelSelector>> selectors = new ConcurrentHashMap<>();

    /** By namespace: who listens to anything in it. */
    private final Map<String, Set<Subscription>> inNamespace = new ConcurrentHashMap<>();

    /** Something in a namespace. */
    private record Key(String namespace, String what) {}

    /** Listens for changes of these workloads, until closed. */
    AutoCloseable add(List<WorkloadSpec> specs, Runnable listener) {
        Subscription subscription = new Subscription(listener);
        List<Key> keys = specs.stream().flatMap(spec -> workload(spec).stream()).toList();
        for (WorkloadSpec spec : specs) {
            workload(spec).ifPresent(key -> {
                base(spec).forEach(what -> concerns(new Key(key.namespace(), what), key));
                if (!selectors.containsKey(key)) {
                    // Nobody has looked yet, so that nobody knows which pods concern it: until then, all do.
                    concerns(new Key(key.namespace(), UNSEEN), key);
                }
            });
        }
        keys.forEach(key -> {
            listeners.computeIfAbsent(key, _ -> new CopyOnWriteArraySet<>()).add(subscription);
            inNamespace
                    .computeIfAbsent(key.namespace(), _ -> new CopyOnWriteArraySet<>())
                    .add(subscription);
        });
        return () -> keys.forEach(key -> {
            remove(listeners, key, subscription);
            remove(inNamespace, key.namespace(), subscription);
            if (!listeners.containsKey(key)) {
                selectors.remove(key);
                workloads.values().forEach(concerned -> concerned.remove(key));
            }
        });
    }

    /** Takes note of what a look at this workload depended on, so that a change of that is a change of the workload. */
    void dependsOn(WorkloadSpec spec, Sight sight) {
        workload(spec).filter(listeners::containsKey).ifPresent(key -> {
            selectors.put(key, sight.selectors());
            sight.objects().forEach(object -> concerns(new Key(key.namespace(), object), key));
            sight.selectors().forEach(selector -> concerns(new Key(key.namespace(), Traits.leading(selector)), key));
            // Last, so that no change falls between the two.
            workloads.getOrDefault(new Key(key.namespace(), UNSEEN), Set.of()).remove(key);
        });
    }

    /**
     * Something has changed.
     *
     * @param objects kind and name of the object and of its owners
     * @param labels the object's
     */
    void changed(String namespace, Set<String> objects, Map<String, String> labels) {
        Stream<Key> byName = Stream.concat(objects.stream(), Stream.of(UNSEEN))
                .flatMap(what -> workloads.getOrDefault(new Key(namespace, what), Set.of()).stream());
        // Many may share the label that leads here; only whose selector finds the object is concerned.
        Stream<Key> byLabel = Stream.concat(
                        labels.entrySet().stream().map(label -> Traits.label(label.getKey(), label.getValue())),
                        Stream.of(Traits.ANY))
                .flatMap(what -> workloads.getOrDefault(new Key(namespace, what), Set.of()).stream())
                .filter(workload -> selectors.getOrDefault(workload, List.of()).stream()
                        .anyMatch(selector -> Selectors.matches(labels, selector)));
        Stream.concat(byName, byLabel)
                .distinct()
                .flatMap(workload -> listeners.getOrDefault(workload, Set.of()).stream())
                .distinct()
                .forEach(Subscription::changed);
    }

    /** What can be seen of a namespace has changed as a whole. */
    void changed(String namespace) {
        inNamespace.getOrDefault(namespace, Set.of()).forEach(Subscription::changed);
    }

    /** Something has changed that may concern everything. */
    void changed() {
        inNamespace.keySet().forEach(this::changed);
    }

    private void concerns(Key what, Key workload) {
        workloads.computeIfAbsent(what, _ -> new CopyOnWriteArraySet<>()).add(workload);
    }

    private static Optional<Key> workload(WorkloadSpec spec) {
        return spec.runner()
                .place()
                .map(where -> new Key(where.namespace(), spec.runner().object()));
    }

    /** What is known to concern it before the first look. */
    private static Set<String> base(WorkloadSpec spec) {
        return switch (spec.runner()) {
            case Runner.Controller(Runner.Kind kind, var _, String resource) -> Set.of(kind.label() + "/" + resource);
            case Runner.Pods _, Runner.External _ -> Set.of();
        };
    }

    private static <K> void remove(Map<K, Set<Subscription>> from, K key, Subscription subscription) {
        from.computeIfPresent(key, (_, all) -> {
            Set<Subscription> rest =
                    all.stream().filter(each -> each != subscription).collect(Collectors.toSet());
            return rest.isEmpty() ? null : new CopyOnWriteArraySet<>(rest);
        });
    }

    private static final class Subscription {
        private final Runnable listener;
        private final AtomicBoolean due = new AtomicBoolean();
        private final ReentrantLock calling = new ReentrantLock();

        Subscription(Runnable listener) {
            this.listener = listener;
        }

        void changed() {
            // Whoever finds it due already leaves it to the thread that is about to call.
            if (due.compareAndSet(false, true)) {
                Thread.ofVirtual().name("cluster-changed").start(this::call);
            }
        }

        private void call() {
            calling.lock();
            try {
                // Before the call: a change that comes during it needs another.
                due.set(false);
                listener.run();
            } catch (RuntimeException e) {
                LOG.log(
                        Level.WARNING,
                        "A listener for changes in the cluster failed; it is called again at the next one.",
                        e);
            } finally {
                calling.unlock();
            }
        }
    }
}
