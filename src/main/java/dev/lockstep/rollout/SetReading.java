package dev.lockstep.rollout;

import dev.lockstep.gate.WorkloadObservation.PodTemplate;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetStatus;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a namespace shows of a StatefulSet, a DaemonSet or a ReplicaSet: sets that own their pods themselves (G19). */
record SetReading(Family family, String name) {
    private static final String ON_DELETE = "OnDelete";
    private static final String DELETE_THEM =
            "Its update strategy is OnDelete: it replaces no pod by itself, so delete each pod that runs old code.";

    Sight statefulSet() {
        Optional<StatefulSet> found = family.view().of(ObjectKind.STATEFUL_SETS).named(name);
        if (found.isEmpty()) {
            return family.missing(family.spec().object(), "StatefulSet/" + name);
        }
        StatefulSet set = found.get();
        Optional<StatefulSetStatus> status = Optional.ofNullable(set.getStatus());
        List<Pod> pods = family.pods(
                Stream.of(set.getMetadata().getUid()),
                "StatefulSet",
                name,
                List.of(set.getSpec().getSelector()));
        List<PodTemplate> templates = new ArrayList<>();
        templates.add(family.template(
                "",
                status.map(StatefulSetStatus::getUpdateRevision).orElse(""),
                set.getSpec().getTemplate(),
                ""));
        List<String> notes = new ArrayList<>();
        int partition = partition(set);
        if (partition > 0) {
            notes.add("Its partition is " + partition
                    + ": pods with a lower number keep the older revision, also when they are made anew.");
            older(set, status, pods, partition).ifPresent(templates::add);
        }
        if (onDelete(set)) {
            notes.add(DELETE_THEM);
        }
        return family.seen(
                set,
                Family.Standing.of(
                        set,
                        status.map(StatefulSetStatus::getObservedGeneration).orElse(null),
                        false,
                        set.getSpec().getReplicas()),
                templates,
                pods,
                notes,
                List.of(set.getSpec().getSelector()));
    }

    /** G19: below the partition, pods are made from the older revision, of which only its pods tell what it says. */
    private Optional<PodTemplate> older(
            StatefulSet set, Optional<StatefulSetStatus> status, List<Pod> pods, int partition) {
        String current = status.map(StatefulSetStatus::getCurrentRevision).orElse("");
        if (current.isEmpty()
                || current.equals(
                        status.map(StatefulSetStatus::getUpdateRevision).orElse(""))) {
            return Optional.empty();
        }
        return Optional.of(family.template(
                "revision " + current + " of StatefulSet " + set.getMetadata().getName(),
                current,
                pods.stream()
                        .filter(pod -> PodReading.revision(pod).equals(current))
                        .findFirst(),
                "Its partition keeps the pods below number " + partition + " on it."));
    }

    private static int partition(StatefulSet set) {
        return Optional.ofNullable(set.getSpec().getUpdateStrategy())
                .filter(strategy -> !ON_DELETE.equals(strategy.getType()))
                .map(strategy -> strategy.getRollingUpdate())
                .map(rolling -> rolling.getPartition())
                .orElse(0);
    }

    private static boolean onDelete(StatefulSet set) {
        return Optional.ofNullable(set.getSpec().getUpdateStrategy())
                .filter(strategy -> ON_DELETE.equals(strategy.getType()))
                .isPresent();
    }

    Sight daemonSet() {
        Optional<DaemonSet> found = family.view().of(ObjectKind.DAEMON_SETS).named(name);
        if (found.isEmpty()) {
            return family.missing(family.spec().object(), "DaemonSet/" + name);
        }
        DaemonSet set = found.get();
        Optional<DaemonSetStatus> status = Optional.ofNullable(set.getStatus());
        boolean onDelete = Optional.ofNullable(set.getSpec().getUpdateStrategy())
                .filter(strategy -> ON_DELETE.equals(strategy.getType()))
                .isPresent();
        return family.seen(
                set,
                Family.Standing.of(
                        set,
                        status.map(DaemonSetStatus::getObservedGeneration).orElse(null),
                        false,
                        status.map(DaemonSetStatus::getDesiredNumberScheduled).orElse(0)),
                // Its status names no revision, but it counts its templates, and its pods carry the number.
                List.of(family.template(
                        "",
                        Family.annotation(set, "deprecated.daemonset.template.generation"),
                        set.getSpec().getTemplate(),
                        "")),
                family.pods(
                        Stream.of(set.getMetadata().getUid()),
                        "DaemonSet",
                        name,
                        List.of(set.getSpec().getSelector())),
                onDelete ? List.of(DELETE_THEM) : List.of(),
                List.of(set.getSpec().getSelector()));
    }

    /** One that no Deployment keeps. It replaces no pod when its template changes, and its pods carry no revision. */
    Sight replicaSet() {
        Optional<ReplicaSet> found = family.view().of(ObjectKind.REPLICA_SETS).named(name);
        if (found.isEmpty()) {
            return family.missing(family.spec().object(), "ReplicaSet/" + name);
        }
        ReplicaSet set = found.get();
        return family.seen(
                set,
                Family.Standing.of(
                        set,
                        Optional.ofNullable(set.getStatus())
                                .map(ReplicaSetStatus::getObservedGeneration)
                                .orElse(null),
                        false,
                        set.getSpec().getReplicas()),
                List.of(family.template("", "", set.getSpec().getTemplate(), "")),
                family.pods(
                        Stream.of(set.getMetadata().getUid()),
                        "ReplicaSet",
                        name,
                        List.of(set.getSpec().getSelector())),
                List.of("A ReplicaSet replaces no pod by itself, so delete each pod that runs old code."),
                List.of(set.getSpec().getSelector()));
    }
}
