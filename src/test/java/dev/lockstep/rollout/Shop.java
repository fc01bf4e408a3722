package dev.lockstep.rollout;

import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.Runner;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.WorkloadName;
import dev.lockstep.plan.WorkloadSpec;
import dev.lockstep.plan.WorkloadSpec.EvidenceSpec;
import dev.lockstep.plan.WorkloadSpec.HttpProbe;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import java.util.Map;
import java.util.Optional;

/** Objects of the namespace {@code shop}, as the Deployment controller would make them. */
final class Shop {
    static final String NAMESPACE = "shop";
    static final WorkloadSpec WEB = web(EvidenceSpec.standard());
    private static final Map<String, String> LABELS = Map.of("app", "shop-web");

    private Shop() {}

    static WorkloadSpec web(EvidenceSpec evidence) {
        return new WorkloadSpec(
                new WorkloadName("web"),
                Runner.Kind.DEPLOYMENT,
                NAMESPACE,
                "shop-web",
                Map.of(Milestone.NEW_ONLY, new Versions.Range(">=1.5.0")),
                evidence);
    }

    static WorkloadSpec webAsked(int port, String path, String pointer) {
        return web(new EvidenceSpec(
                Optional.empty(),
                EvidenceSpec.DEFAULT_LABEL,
                Optional.of(new HttpProbe(port, path, pointer, 500)),
                2,
                true));
    }

    static Deployment deployment(String version, int replicas) {
        return new DeploymentBuilder()
                .withNewMetadata()
                .withName("shop-web")
                .withNamespace(NAMESPACE)
                .withGeneration(1L)
                .endMetadata()
                .withNewSpec()
                .withReplicas(replicas)
                .withNewSelector()
                .withMatchLabels(LABELS)
                .endSelector()
                .withTemplate(template(version))
                .endSpec()
                .withNewStatus()
                .withObservedGeneration(1L)
                .endStatus()
                .build();
    }

    static ReplicaSet replicaSet(String name, HasMetadata owner, String version) {
        return new ReplicaSetBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(NAMESPACE)
                .withOwnerReferences(reference(owner))
                .withLabels(Map.of("from", name))
                .endMetadata()
                .withNewSpec()
                .withReplicas(1)
                .withNewSelector()
                .withMatchLabels(LABELS)
                .endSelector()
                .withTemplate(template(version))
                .endSpec()
                .build();
    }

    /** A pod that its ReplicaSet made, running and ready since three in the morning. */
    static Pod pod(String name, HasMetadata owner, String version) {
        return pod(name, version)
                .editMetadata()
                .withOwnerReferences(reference(owner))
                .endMetadata()
                .build();
    }

    static PodBuilder pod(String name, String version) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(NAMESPACE)
                .addToLabels(LABELS)
                .addToLabels(EvidenceSpec.DEFAULT_LABEL, version)
                .endMetadata()
                .withNewSpec()
                .withNodeName("node-1")
                .addNewContainer()
                .withName("app")
                .withImage("registry.example:5000/shop/web:" + version)
                .endContainer()
                .endSpec()
                .withNewStatus()
                .withPhase("Running")
                .withPodIP("127.0.0.1")
                .addNewCondition()
                .withType("Ready")
                .withStatus("True")
                .withLastTransitionTime("2026-03-01T03:00:05Z")
                .endCondition()
                .addNewContainerStatus()
                .withName("app")
                .withNewState()
                .withNewRunning()
                .withStartedAt("2026-03-01T03:00:00Z")
                .endRunning()
                .endState()
                .endContainerStatus()
                .endStatus();
    }

    static PodTemplateSpec template(String version) {
        return new PodTemplateSpecBuilder()
                .withNewMetadata()
                .addToLabels(LABELS)
                .addToLabels(EvidenceSpec.DEFAULT_LABEL, version)
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("app")
                .withImage("registry.example:5000/shop/web:" + version)
                .endContainer()
                .endSpec()
                .build();
    }

    static OwnerReference reference(HasMetadata owner) {
        return new OwnerReferenceBuilder()
                .withApiVersion(owner.getApiVersion())
                .withKind(owner.getKind())
                .withName(owner.getMetadata().getName())
                .withUid(owner.getMetadata().getUid())
                .withController(true)
                .build();
    }
}
