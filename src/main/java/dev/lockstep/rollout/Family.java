package dev.lockstep.rollout;

import dev.lockstep.gate.WorkloadObservation;
import dev.lockstep.gate.WorkloadObservation.PodTemplate;
import dev.lockstep.plan.WorkloadSpec;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A workload in a view of its namespace: what belongs to it, and how that is told. Reads, and judges nothing. */
record Family(WorkloadSpec spec, ClusterView.Read view) {

    /**
     * How a controller stands to what is declared.
     *
     * @param observedGeneration equal to {@code generation} for kinds whose controller does not say (G11)
     */
    record Standing(long generation, long observedGeneration, boolean paused, int desiredReplicas) {
        /** Of an object with a status; without one, its controller has not seen it yet. */
        static Standing of(
                HasMetadata object, @Nullable Long observed, @Nullable Boolean paused, @Nullable Integer replicas) {
            return new Standing(
                    Family.generation(object),
                    Optional.ofNullable(observed).orElse(-1L),
                    Boolean.TRUE.equals(paused),
                    Optional.ofNullable(replicas).orElse(1));
        }

        /** Of a kind whose controller does not say what it has seen. */
        static Standing unsaid(HasMetadata object, int pods) {
            return new Standing(Family.generation(object), Family.generation(object), false, pods);
        }
    }

    static long generation(HasMetadata object) {
        return Optional.ofNullable(object.getMetadata().getGeneration()).orElse(0L);
    }

    Sight missing(String object, String key) {
        return new Sight(
                new WorkloadObservation.Missing(spec.name(), object, view.at()), List.of(), Set.of(key), List.of());
    }

    Sight seen(
            HasMetadata object,
            Standing standing,
            List<PodTemplate> templates,
            List<Pod> pods,
            List<String> notes,
            List<LabelSelector> selectors) {
        return seen(Set.of(key(object)), object.getMetadata().getUid(), standing, templates, pods, notes, selectors);
    }

    Sight seen(
            Set<String> keys,
            String uid,
            Standing standing,
            List<PodTemplate> templates,
            List<Pod> pods,
            List<String> notes,
            List<LabelSelector> selectors) {
        PodReading reading = reading();
        return new Sight(
                new WorkloadObservation.Seen(
                        spec.name(),
                        uid,
                        standing.generation(),
                        standing.observedGeneration(),
                        standing.paused(),
                        standing.desiredReplicas(),
                        templates,
                        pods.stream().map(reading::observe).toList(),
                        notes,
                        view.at()),
                pods,
                keys,
                selectors);
    }

    /** What this template would start. What cannot be read of it shows in its pods as well; without evidence the gate holds. */
    PodTemplate template(String object, String revision, @Nullable PodTemplateSpec template, String why) {
        return new PodTemplate(
                object,
                revision,
                template == null || template.getSpec() == null
                        ? List.of()
                        : reading().described(template.getMetadata(), template.getSpec(), new ArrayList<>()),
                why);
    }

    /** What a template must have said, by a pod that was made from it. */
    PodTemplate template(String object, String revision, Optional<Pod> pod, String why) {
        return new PodTemplate(
                object,
                revision,
                pod.map(made -> reading().described(made.getMetadata(), made.getSpec(), new ArrayList<>()))
                        .orElseGet(List::of),
                why);
    }

    PodReading reading() {
        return new PodReading(spec.evidence(), view.unreachable(), view.at());
    }

    /**
     * G18: the pods that any of these own, those of an object that had the name before (G11: deleted with its pods left behind,
     * and made anew), and whatever the selectors find, orphaned or adopted. Each once.
     */
    List<Pod> pods(Stream<String> ownerUids, String kind, String name, List<LabelSelector> selectors) {
        return Stream.of(
                        ownerUids.flatMap(uid -> view.pods().ownedBy(uid)),
                        view.pods().ownedBy(kind, name),
                        selectors.stream().flatMap(view.pods()::found))
                .flatMap(pods -> pods)
                .collect(Collectors.toMap(
                        pod -> pod.getMetadata().getUid(),
                        pod -> pod,
                        (first, _) -> first,
                        java.util.LinkedHashMap::new))
                .values()
                .stream()
                .toList();
    }

    /** G18: the ReplicaSets that this object owns, or one of its name did, and whatever the selector finds. */
    List<ReplicaSet> replicaSets(HasMetadata owner, LabelSelector selector) {
        ObjectSet<ReplicaSet> all = view.of(ObjectKind.REPLICA_SETS);
        return Stream.of(
                        all.ownedBy(owner.getMetadata().getUid()),
                        all.ownedBy(owner.getKind(), owner.getMetadata().getName()),
                        all.found(selector))
                .flatMap(sets -> sets)
                .collect(Collectors.toMap(
                        set -> set.getMetadata().getUid(),
                        set -> set,
                        (first, _) -> first,
                        java.util.LinkedHashMap::new))
                .values()
                .stream()
                .toList();
    }

    /** How many pods it is to have, or still has. */
    static int size(ReplicaSet set) {
        int wanted = Optional.ofNullable(set.getSpec().getReplicas()).orElse(1);
        int there = Optional.ofNullable(set.getStatus())
                .map(status -> status.getReplicas())
                .orElse(0);
        return Math.max(wanted, there);
    }

    static String label(HasMetadata object, String key) {
        return Traits.labels(object).getOrDefault(key, "");
    }

    static String annotation(HasMetadata object, String key) {
        return Optional.ofNullable(object.getMetadata().getAnnotations())
                .map(annotations -> annotations.get(key))
                .orElse("");
    }

    static String key(HasMetadata object) {
        return object.getKind() + "/" + object.getMetadata().getName();
    }
}
