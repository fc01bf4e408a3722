package dev.lockstep.rollout;

import dev.lockstep.gate.Evidence;
import dev.lockstep.gate.PodObservation;
import dev.lockstep.gate.WorkloadObservation;
import dev.lockstep.plan.WorkloadSpec;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a namespace shows of one Deployment. Reads, and judges nothing. */
record DeploymentReading(WorkloadSpec spec, ClusterView.Read view) {

    WorkloadObservation observe() {
        return view.deployments().stream()
                .filter(each -> spec.resource().equals(each.getMetadata().getName()))
                .findFirst()
                .<WorkloadObservation>map(this::seen)
                .orElseGet(() -> new WorkloadObservation.Missing(
                        spec.name(), "Deployment " + spec.namespace() + "/" + spec.resource(), view.at()));
    }

    /** The pods behind an observation of this workload. */
    List<Pod> pods() {
        return view.deployments().stream()
                .filter(each -> spec.resource().equals(each.getMetadata().getName()))
                .findFirst()
                .map(this::pods)
                .orElse(List.of());
    }

    private WorkloadObservation.Seen seen(Deployment deployment) {
        PodReading reading = new PodReading(spec.evidence(), view.unreachable(), view.at());
        List<PodObservation> pods =
                pods(deployment).stream().map(reading::observe).toList();
        var declared = deployment.getSpec();
        return new WorkloadObservation.Seen(
                spec.name(),
                deployment.getMetadata().getUid(),
                Optional.ofNullable(deployment.getMetadata().getGeneration()).orElse(0L),
                // G11: a Deployment without status has a controller that has not seen it yet.
                Optional.ofNullable(deployment.getStatus())
                        .map(status -> status.getObservedGeneration())
                        .orElse(-1L),
                Boolean.TRUE.equals(declared.getPaused()),
                Optional.ofNullable(declared.getReplicas()).orElse(1),
                template(reading, declared.getTemplate()),
                pods,
                view.at());
    }

    /** What could not be read of the template shows in the pods' failures as well; without evidence the gate holds. */
    private static List<Evidence> template(PodReading reading, PodTemplateSpec template) {
        return reading.evidence(template.getMetadata(), template.getSpec(), new ArrayList<>());
    }

    /**
     * G18: the pods of every ReplicaSet of this Deployment, also of one that had its name before (G11: deleted with its pods
     * left behind, and made anew), and whatever its selector finds, orphaned or adopted.
     */
    private List<Pod> pods(Deployment deployment) {
        LabelSelector selector = deployment.getSpec().getSelector();
        Set<String> replicaSets = view.replicaSets().stream()
                .filter(each -> ownedBy(each, deployment) || matches(each, selector))
                .map(each -> each.getMetadata().getUid())
                .collect(Collectors.toSet());
        return view.pods().stream()
                .filter(pod ->
                        owners(pod).anyMatch(owner -> replicaSets.contains(owner.getUid())) || matches(pod, selector))
                .toList();
    }

    private static boolean ownedBy(HasMetadata replicaSet, Deployment deployment) {
        return owners(replicaSet)
                .anyMatch(
                        owner -> owner.getUid().equals(deployment.getMetadata().getUid())
                                || ("Deployment".equals(owner.getKind())
                                        && deployment.getMetadata().getName().equals(owner.getName())));
    }

    private static Stream<OwnerReference> owners(HasMetadata object) {
        return Stream.ofNullable(object.getMetadata().getOwnerReferences()).flatMap(List::stream);
    }

    /** An empty selector matches everything in Kubernetes; a Deployment cannot have one. */
    private static boolean matches(HasMetadata object, LabelSelector selector) {
        Map<String, String> labels =
                Optional.ofNullable(object.getMetadata().getLabels()).orElse(Map.of());
        Map<String, String> exact =
                Optional.ofNullable(selector.getMatchLabels()).orElse(Map.of());
        List<LabelSelectorRequirement> expressions =
                Optional.ofNullable(selector.getMatchExpressions()).orElse(List.of());
        return !(exact.isEmpty() && expressions.isEmpty())
                && labels.entrySet().containsAll(exact.entrySet())
                && expressions.stream().allMatch(each -> matches(labels, each));
    }

    private static boolean matches(Map<String, String> labels, LabelSelectorRequirement wanted) {
        Optional<String> value = Optional.ofNullable(labels.get(wanted.getKey()));
        List<String> values = Optional.ofNullable(wanted.getValues()).orElse(List.of());
        return switch (wanted.getOperator()) {
            case "In" -> value.filter(values::contains).isPresent();
            case "NotIn" -> value.filter(values::contains).isEmpty();
            case "Exists" -> value.isPresent();
            case "DoesNotExist" -> value.isEmpty();
            // An operator of a later Kubernetes: rather one pod too many than one too few (G1).
            default -> true;
        };
    }
}
