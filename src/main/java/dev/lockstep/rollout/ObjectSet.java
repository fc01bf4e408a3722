package dev.lockstep.rollout;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.client.informers.cache.Indexer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The objects of one kind in one namespace, found by what they are called, who owns them and how they are labelled, without
 * a look at all the others: there may be ten thousand.
 */
@FunctionalInterface
interface ObjectSet<T extends HasMetadata> {
    /** Those with this {@link Traits trait}. */
    List<T> having(String trait);

    default Optional<T> named(String name) {
        return having(Traits.name(name)).stream().findFirst();
    }

    /** Those that the object with this UID owns. */
    default Stream<T> ownedBy(String uid) {
        return having(Traits.ownerUid(uid)).stream();
    }

    /** Those that an object of this kind and name owns, or one that had them before. */
    default Stream<T> ownedBy(String kind, String name) {
        return having(Traits.owner(kind, name)).stream();
    }

    /** Those that the selector finds. */
    default Stream<T> found(LabelSelector selector) {
        return having(Traits.leading(selector)).stream().filter(each -> Selectors.matches(each, selector));
    }

    /** What a list brought. */
    static <T extends HasMetadata> ObjectSet<T> of(List<T> objects) {
        Map<String, List<T>> byTrait = new HashMap<>();
        for (T each : objects) {
            for (String trait : Traits.of(each)) {
                byTrait.computeIfAbsent(trait, _ -> new java.util.ArrayList<>()).add(each);
            }
        }
        return trait -> byTrait.getOrDefault(trait, List.of());
    }

    /** What a watch keeps up to date. */
    static <T extends HasMetadata> ObjectSet<T> of(Indexer<T> indexer) {
        return trait -> indexer.byIndex(Traits.INDEX, trait);
    }
}
