package dev.lockstep.rollout;

import dev.lockstep.gate.Evidence;
import dev.lockstep.plan.Runner;
import dev.lockstep.plan.WorkloadSpec.EvidenceSpec;
import io.fabric8.kubernetes.api.model.EphemeralContainer;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An object that asks to be let in, read without its type: a pod, or something that starts pods.
 *
 * @param template of the pods that it starts, or the pod itself; empty for what has none, such as a Rollout that takes a
 *     Deployment's
 */
record Applicant(String kind, String apiVersion, ObjectMeta metadata, Optional<PodTemplateSpec> template) {
    private static final KubernetesSerialization SHAPES = new KubernetesSerialization();
    private static final String POD = Runner.Kind.POD_LABEL;

    /** @throws IllegalArgumentException when it is no object of Kubernetes */
    static Applicant of(Object object) {
        GenericKubernetesResource resource = SHAPES.convertValue(object, GenericKubernetesResource.class);
        if (resource.getKind() == null || resource.getMetadata() == null) {
            throw new IllegalArgumentException("the object has no kind, or no metadata");
        }
        return new Applicant(
                resource.getKind(),
                Optional.ofNullable(resource.getApiVersion()).orElse(""),
                resource.getMetadata(),
                template(resource));
    }

    private static Optional<PodTemplateSpec> template(GenericKubernetesResource resource) {
        Object found = switch (resource.getKind()) {
            case POD ->
                Map.of("spec", Optional.ofNullable(resource.<Object>get("spec")).orElse(Map.of()));
            case "CronJob" -> resource.get("spec", "jobTemplate", "spec", "template");
            default -> resource.get("spec", "template");
        };
        if (!(found instanceof Map<?, ?> map) || !map.containsKey("spec")) {
            return Optional.empty();
        }
        PodTemplateSpec template = SHAPES.convertValue(map, PodTemplateSpec.class);
        if (POD.equals(resource.getKind())) {
            template.setMetadata(resource.getMetadata());
        }
        return Optional.of(template);
    }

    /** What created it and looks after it. */
    Optional<OwnerReference> controller() {
        return Stream.ofNullable(metadata.getOwnerReferences())
                .flatMap(List::stream)
                .filter(owner -> Boolean.TRUE.equals(owner.getController()))
                .findFirst();
    }

    /** The labels that its pods carry. */
    Map<String, String> labels() {
        return template.map(PodTemplateSpec::getMetadata)
                .map(ObjectMeta::getLabels)
                .orElse(Map.of());
    }

    /** Its own annotation with this key, or that of its pods; blank ones say nothing. */
    Optional<String> annotation(String key) {
        return Stream.of(Optional.of(metadata), template.map(PodTemplateSpec::getMetadata))
                .flatMap(Optional::stream)
                .flatMap(each -> Stream.ofNullable(each.getAnnotations()))
                .flatMap(annotations -> Stream.ofNullable(annotations.get(key)))
                .map(String::strip)
                .filter(value -> !value.isEmpty())
                .findFirst();
    }

    /** Whether it is of this kind, and not of one that only has the same name in another API group. */
    boolean is(Runner.Kind wanted) {
        return sameKind(wanted, kind, apiVersion);
    }

    static boolean sameKind(Runner.Kind wanted, @Nullable String kind, @Nullable String apiVersion) {
        return wanted.label().equals(kind) && apiVersion != null && apiVersion.startsWith(group(wanted) + "/");
    }

    private static String group(Runner.Kind kind) {
        return switch (kind) {
            case DEPLOYMENT, STATEFUL_SET, DAEMON_SET, REPLICA_SET -> "apps";
            case CRON_JOB, JOB -> "batch";
            case ROLLOUT -> "argoproj.io";
        };
    }

    /** What is said of its code before it runs, as the gate reads it. */
    List<Evidence> evidence(EvidenceSpec spec, Instant at) {
        return template.map(pod -> {
                    List<String> failures = new ArrayList<>();
                    List<Evidence> evidence = new ArrayList<>(
                            new PodReading(spec, Set.of(), at).described(pod.getMetadata(), pod.getSpec(), failures));
                    ephemeral(pod, spec, at).forEach(evidence::add);
                    return List.copyOf(evidence);
                })
                .orElseGet(List::of);
    }

    /** G7: a container for debugging counts when it brings the application's own image, in whatever version. */
    private static Stream<Evidence> ephemeral(PodTemplateSpec pod, EvidenceSpec spec, Instant at) {
        if (!(SelectedContainer.of(pod.getSpec(), spec) instanceof SelectedContainer.One(var _, String image))) {
            return Stream.empty();
        }
        return Stream.ofNullable(pod.getSpec().getEphemeralContainers())
                .flatMap(List::stream)
                .map(EphemeralContainer::getImage)
                .flatMap(Stream::ofNullable)
                .filter(other -> repository(other).equals(repository(image)))
                .flatMap(other -> Stream.concat(
                        ImageTag.of(other).map(tag -> new Evidence(Evidence.Source.IMAGE_TAG, tag, at)).stream(),
                        ImageDigest.of(other)
                                .map(digest -> new Evidence(Evidence.Source.IMAGE_DIGEST, digest, at))
                                .stream()));
    }

    private static String repository(String image) {
        int digest = image.indexOf('@');
        String named = digest < 0 ? image : image.substring(0, digest);
        int colon = named.indexOf(':', named.lastIndexOf('/') + 1);
        return colon < 0 ? named : named.substring(0, colon);
    }
}
