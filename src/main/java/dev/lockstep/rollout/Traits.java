package dev.lockstep.rollout;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** By what an object can be found: its name, its owners and each of its labels. */
final class Traits {
    /** The name of the informers' index. */
    static final String INDEX = "traits";

    /** Every object has it: for selectors without a label to begin with. */
    static final String ANY = "any";

    private Traits() {}

    static List<String> of(HasMetadata object) {
        List<String> traits = new ArrayList<>();
        traits.add(ANY);
        traits.add(name(object.getMetadata().getName()));
        owners(object).forEach(owner -> {
            traits.add(ownerUid(owner.getUid()));
            traits.add(owner(owner.getKind(), owner.getName()));
        });
        labels(object).forEach((key, value) -> traits.add(label(key, value)));
        return traits;
    }

    static String name(String name) {
        return "name/" + name;
    }

    static String ownerUid(String uid) {
        return "owner-uid/" + uid;
    }

    static String owner(String kind, String name) {
        return "owner/" + kind + "/" + name;
    }

    /** A trait that everything has which the selector finds. */
    static String leading(LabelSelector selector) {
        // The greatest key, so that "app.kubernetes.io/part-of", which many share, comes after "name".
        return Optional.ofNullable(selector.getMatchLabels())
                .flatMap(labels -> labels.entrySet().stream().max(Map.Entry.comparingByKey()))
                .map(label -> label(label.getKey(), label.getValue()))
                .orElse(ANY);
    }

    static Stream<OwnerReference> owners(HasMetadata object) {
        return Stream.ofNullable(object.getMetadata().getOwnerReferences()).flatMap(List::stream);
    }

    static Map<String, String> labels(HasMetadata object) {
        return Optional.ofNullable(object.getMetadata().getLabels()).orElse(Map.of());
    }

    static String label(String key, String value) {
        return "label/" + key + "=" + value;
    }
}
