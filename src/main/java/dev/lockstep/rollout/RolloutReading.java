package dev.lockstep.rollout;

import dev.lockstep.gate.WorkloadObservation.PodTemplate;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a namespace shows of a Rollout of Argo Rollouts, read without its types (G20). All of its ReplicaSets count, the
 * stable one, the canary's and those of its experiments, until they are at zero: a fast rollback only sends the traffic back to
 * one that still runs.
 */
record RolloutReading(Family family, String name) {
    private static final String HASH = "rollouts-pod-template-hash";
    private static final KubernetesSerialization SHAPES = new KubernetesSerialization();

    Sight read() {
        Optional<GenericKubernetesResource> found =
                family.view().of(ObjectKind.ROLLOUTS).named(name);
        if (found.isEmpty()) {
            return family.missing(family.spec().object(), "Rollout/" + name);
        }
        GenericKubernetesResource rollout = found.get();
        Optional<Deployment> template = referred(rollout);
        List<LabelSelector> selectors = Stream.concat(
                        part(rollout, LabelSelector.class, "spec", "selector").stream(),
                        template.map(each -> each.getSpec().getSelector()).stream())
                .toList();
        List<ReplicaSet> sets = replicaSets(rollout, selectors);
        Set<String> keys = new HashSet<>(Set.of("Rollout/" + name));
        template.ifPresent(each -> keys.add(Family.key(each)));
        return family.seen(
                keys,
                rollout.getMetadata().getUid(),
                standing(rollout),
                templates(rollout, template, sets),
                family.pods(sets.stream().map(set -> set.getMetadata().getUid()), "Rollout", name, selectors),
                notes(rollout),
                selectors);
    }

    private List<PodTemplate> templates(
            GenericKubernetesResource rollout, Optional<Deployment> referred, List<ReplicaSet> sets) {
        String current = text(rollout, "status", "currentPodHash");
        String stable = text(rollout, "status", "stableRS");
        List<PodTemplate> templates = new ArrayList<>();
        templates.add(family.template(
                "",
                current,
                referred.map(each -> each.getSpec().getTemplate())
                        .or(() -> part(rollout, PodTemplateSpec.class, "spec", "template"))
                        .orElse(null),
                ""));
        sets.stream()
                .filter(set -> !hash(set).equals(current) || current.isEmpty())
                .filter(set -> Family.size(set) > 0 || hash(set).equals(stable))
                .sorted(Comparator.comparing(set -> set.getMetadata().getName()))
                .map(set -> family.template(
                        "ReplicaSet " + set.getMetadata().getName(),
                        hash(set),
                        set.getSpec().getTemplate(),
                        Family.size(set) > 0
                                ? "It is not at zero yet, and a rollback would only send the traffic back to it."
                                : "It is the stable one, and an abort scales it up again."))
                .forEach(templates::add);
        return templates;
    }

    private List<ReplicaSet> replicaSets(GenericKubernetesResource rollout, List<LabelSelector> selectors) {
        ObjectSet<ReplicaSet> all = family.view().of(ObjectKind.REPLICA_SETS);
        Stream<String> owners = Stream.concat(
                Stream.of(rollout.getMetadata().getUid()),
                Stream.concat(
                                family.view()
                                        .of(ObjectKind.EXPERIMENTS)
                                        .ownedBy(rollout.getMetadata().getUid()),
                                family.view().of(ObjectKind.EXPERIMENTS).ownedBy("Rollout", name))
                        .map(experiment -> experiment.getMetadata().getUid()));
        return Stream.of(
                        owners.distinct().flatMap(all::ownedBy),
                        all.ownedBy("Rollout", name),
                        selectors.stream().flatMap(all::found))
                .flatMap(sets -> sets)
                .distinct()
                .toList();
    }

    private Family.Standing standing(GenericKubernetesResource rollout) {
        // Argo writes this number as a text.
        String observed = text(rollout, "status", "observedGeneration");
        return new Family.Standing(
                Family.generation(rollout),
                observed.matches("\\d{1,18}") ? Long.parseLong(observed) : -1,
                // A pause between steps starts nothing that its ReplicaSets do not show.
                false,
                number(rollout, 1, "spec", "replicas"));
    }

    private static List<String> notes(GenericKubernetesResource rollout) {
        List<String> notes = new ArrayList<>();
        if ("true".equals(text(rollout, "status", "abort"))) {
            notes.add("It was aborted: the stable ReplicaSet serves, and not what its template says.");
        }
        if ("true".equals(text(rollout, "spec", "paused"))
                || (rollout.get("status", "pauseConditions") instanceof List<?> pauses && !pauses.isEmpty())) {
            notes.add("It is paused; promote it (kubectl argo rollouts promote) when it is well.");
        }
        return notes;
    }

    /** It may take its template from a Deployment. */
    private Optional<Deployment> referred(GenericKubernetesResource rollout) {
        return "Deployment".equals(text(rollout, "spec", "workloadRef", "kind"))
                ? family.view().of(ObjectKind.DEPLOYMENTS).named(text(rollout, "spec", "workloadRef", "name"))
                : Optional.empty();
    }

    private static String hash(ReplicaSet set) {
        return Family.label(set, HASH);
    }

    private static String text(GenericKubernetesResource object, Object... path) {
        return Optional.ofNullable(object.<Object>get(path))
                .map(Object::toString)
                .orElse("");
    }

    private static int number(GenericKubernetesResource object, int otherwise, Object... path) {
        return object.<Object>get(path) instanceof Number number ? number.intValue() : otherwise;
    }

    private static <P> Optional<P> part(GenericKubernetesResource object, Class<P> type, Object... path) {
        return object.<Object>get(path) instanceof Map<?, ?> map
                ? Optional.of(SHAPES.convertValue(map, type))
                : Optional.empty();
    }
}
