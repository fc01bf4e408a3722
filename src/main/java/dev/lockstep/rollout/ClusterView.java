package dev.lockstep.rollout;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/** What is known of one namespace, as far as it was asked for. */
sealed interface ClusterView {
    /**
     * It was read.
     *
     * @param sets by kind; a kind that was not asked for is not there
     * @param unreachable the names of nodes that are known not to answer; what is not known counts as answering, because
     *     the pods there hold all the same
     * @param at the latest moment at which this is known to have been so
     */
    record Read(Map<ObjectKind<?>, ObjectSet<?>> sets, Set<String> unreachable, Instant at) implements ClusterView {
        public Read {
            sets = Map.copyOf(sets);
            unreachable = Set.copyOf(unreachable);
        }

        ObjectSet<Pod> pods() {
            return of(ObjectKind.PODS);
        }

        @SuppressWarnings("unchecked") // Whoever puts a set in puts it under its own kind.
        <T extends HasMetadata> ObjectSet<T> of(ObjectKind<T> kind) {
            ObjectSet<?> set = sets.get(kind);
            if (set == null) {
                throw new IllegalStateException(kind.plural() + " were not read");
            }
            return (ObjectSet<T>) set;
        }
    }

    /**
     * It could not be read (G36).
     *
     * @param reason as sentences, the same for the same fault however long it lasts
     */
    record Unreadable(String reason, Instant since) implements ClusterView {}
}
