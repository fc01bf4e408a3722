package dev.lockstep.demo;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** What Kubernetes makes of a Deployment's template: ReplicaSets by its hash, and their pods. */
final class ReplicaSets {
    private static final String HASH_LABEL = "pod-template-hash";

    private static final String REVISION = "deployment.kubernetes.io/revision";

    /** Kubernetes' own: without vowels, so that no name spells a word. */
    private static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

    private ReplicaSets() {}

    /** Whether it is the one for the template as the Deployment has it now. */
    static boolean isOf(ReplicaSet set, Deployment deployment) {
        return hash(deployment).equals(set.getMetadata().getLabels().get(HASH_LABEL));
    }

    static int revision(ReplicaSet set) {
        return Integer.parseInt(set.getMetadata().getAnnotations().getOrDefault(REVISION, "0"));
    }

    /** A new one without pods yet. */
    static ReplicaSet create(Deployment deployment, List<ReplicaSet> earlier) {
        String hash = hash(deployment);
        int revision =
                1 + earlier.stream().mapToInt(ReplicaSets::revision).max().orElse(0);
        var template = deployment.getSpec().getTemplate();
        return new ReplicaSetBuilder()
                .withNewMetadata()
                .withNamespace(deployment.getMetadata().getNamespace())
                .withName(deployment.getMetadata().getName() + "-" + hash)
                .withLabels(template.getMetadata().getLabels())
                .addToLabels(HASH_LABEL, hash)
                .addToAnnotations(REVISION, Integer.toString(revision))
                .addNewOwnerReference()
                .withApiVersion("apps/v1")
                .withKind("Deployment")
                .withName(deployment.getMetadata().getName())
                .withUid(deployment.getMetadata().getUid())
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .withNewSpec()
                .withReplicas(0)
                .withNewSelectorLike(deployment.getSpec().getSelector())
                .addToMatchLabels(HASH_LABEL, hash)
                .endSelector()
                .withNewTemplateLike(template)
                .editMetadata()
                .addToLabels(HASH_LABEL, hash)
                .endMetadata()
                .endTemplate()
                .endSpec()
                .build();
    }

    /** A new pod of it, which the {@link Kubelet} then starts. */
    static Pod pod(ReplicaSet set) {
        var template = set.getSpec().getTemplate();
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace(set.getMetadata().getNamespace())
                .withName(set.getMetadata().getName() + "-" + suffix())
                .withLabels(template.getMetadata().getLabels())
                .withAnnotations(template.getMetadata().getAnnotations())
                .addNewOwnerReference()
                .withApiVersion("apps/v1")
                .withKind("ReplicaSet")
                .withName(set.getMetadata().getName())
                .withUid(set.getMetadata().getUid())
                .withController(true)
                .endOwnerReference()
                // The mock API has no grace period; with a finalizer it keeps the pod until its process has ended.
                .addToFinalizers(Kubelet.FINALIZER)
                .endMetadata()
                .withSpec(template.getSpec())
                .editSpec()
                .withNodeName(Kubelet.NODE)
                .endSpec()
                .withNewStatus()
                .withPhase("Pending")
                .endStatus()
                .build();
    }

    private static String hash(Deployment deployment) {
        byte[] template =
                Serialization.asJson(deployment.getSpec().getTemplate()).getBytes(StandardCharsets.UTF_8);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(template);
            StringBuilder hash = new StringBuilder();
            for (int i = 0; i < 10; i++) {
                hash.append(ALPHABET.charAt((digest[i] & 0xff) % ALPHABET.length()));
            }
            return hash.toString();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String suffix() {
        StringBuilder suffix = new StringBuilder();
        for (int i = 0; i < 5; i++) {
            suffix.append(ALPHABET.charAt(ThreadLocalRandom.current().nextInt(ALPHABET.length())));
        }
        return suffix.toString();
    }
}
