package dev.lockstep.rollout;

import dev.lockstep.gate.WorkloadObservation.PodTemplate;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What a namespace shows of one Deployment, and of the twin that Flagger keeps of it. */
record DeploymentReading(Family family, String name) {
    private static final String REVISION = "deployment.kubernetes.io/revision";
    private static final String HASH = "pod-template-hash";

    Sight read() {
        ObjectSet<Deployment> all = family.view().of(ObjectKind.DEPLOYMENTS);
        Optional<Deployment> found = all.named(name);
        if (found.isEmpty()) {
            return family.missing(family.spec().object(), "Deployment/" + name);
        }
        Deployment deployment = found.get();
        // G21: Flagger lets the twin serve the old code until it promotes the new one; the Deployment that people edit
        // is
        // scaled to zero meanwhile, and looks finished.
        Optional<Deployment> twin = all.named(name + "-primary").filter(DeploymentReading::madeByFlagger);
        List<PodTemplate> templates = new ArrayList<>(templates(deployment, ""));
        twin.ifPresent(primary -> templates.addAll(templates(primary, "Deployment " + name + "-primary")));
        List<LabelSelector> selectors = Stream.concat(Stream.of(deployment), twin.stream())
                .map(each -> each.getSpec().getSelector())
                .toList();
        List<Pod> pods = Stream.concat(Stream.of(deployment), twin.stream())
                .flatMap(each -> pods(each).stream())
                .distinct()
                .toList();
        Family.Standing standing = standing(deployment);
        return family.seen(
                Set.of("Deployment/" + name, "Deployment/" + name + "-primary"),
                deployment.getMetadata().getUid(),
                twin.map(primary -> both(standing, standing(primary))).orElse(standing),
                templates,
                pods,
                twin.map(_ -> List.of("Flagger serves from Deployment " + name
                                + "-primary, which keeps its code until the new one is promoted."))
                        .orElseGet(List::of),
                selectors);
    }

    /** G11, G15: neither may lag, and neither may be paused. */
    private static Family.Standing both(Family.Standing own, Family.Standing twin) {
        boolean twinLags = twin.generation() != twin.observedGeneration();
        return new Family.Standing(
                own.generation(),
                twinLags ? -1 : own.observedGeneration(),
                own.paused() || twin.paused(),
                own.desiredReplicas() + twin.desiredReplicas());
    }

    private static Family.Standing standing(Deployment deployment) {
        return Family.Standing.of(
                deployment,
                deployment.getStatus() == null ? null : deployment.getStatus().getObservedGeneration(),
                deployment.getSpec().getPaused(),
                deployment.getSpec().getReplicas());
    }

    private List<Pod> pods(Deployment deployment) {
        LabelSelector selector = deployment.getSpec().getSelector();
        return family.pods(
                family.replicaSets(deployment, selector).stream()
                        .map(set -> set.getMetadata().getUid()),
                "Deployment",
                deployment.getMetadata().getName(),
                List.of(selector));
    }

    /** G15, G18: an older ReplicaSet that is not at zero makes pods of its own template, also when somebody scales. */
    private List<PodTemplate> templates(Deployment deployment, String object) {
        List<ReplicaSet> sets =
                family.replicaSets(deployment, deployment.getSpec().getSelector());
        Optional<ReplicaSet> current = sets.stream()
                .filter(set -> !Family.annotation(set, REVISION).isEmpty()
                        && Family.annotation(set, REVISION).equals(Family.annotation(deployment, REVISION)))
                .findFirst();
        List<PodTemplate> templates = new ArrayList<>();
        templates.add(family.template(
                object,
                current.map(set -> Family.label(set, HASH)).orElse(""),
                deployment.getSpec().getTemplate(),
                object.isEmpty() ? "" : "Flagger keeps this one serving until it promotes the new code."));
        sets.stream()
                .filter(set -> !set.equals(current.orElse(null)) && Family.size(set) > 0)
                .sorted(Comparator.comparing(set -> set.getMetadata().getName()))
                .map(set -> family.template(
                        "ReplicaSet " + set.getMetadata().getName(),
                        Family.label(set, HASH),
                        set.getSpec().getTemplate(),
                        "It is not at zero yet, and starts a pod anew when one ends."))
                .forEach(templates::add);
        return templates;
    }

    private static boolean madeByFlagger(HasMetadata object) {
        return Traits.owners(object)
                .anyMatch(owner -> "Canary".equals(owner.getKind())
                        && owner.getApiVersion() != null
                        && owner.getApiVersion().startsWith("flagger.app/"));
    }
}
