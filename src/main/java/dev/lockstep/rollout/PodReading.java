package dev.lockstep.rollout;

import dev.lockstep.gate.Evidence;
import dev.lockstep.gate.Evidence.Source;
import dev.lockstep.gate.PodObservation;
import dev.lockstep.gate.PodObservation.Condition;
import dev.lockstep.plan.WorkloadSpec.EvidenceSpec;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What one pod, or pod template, says of itself in the API. Reads, and judges nothing. */
record PodReading(EvidenceSpec spec, Set<String> unreachable, Instant at) {
    /** The most telling first: a StatefulSet's and a DaemonSet's pods carry more than one. */
    private static final List<String> REVISIONS = List.of(
            "rollouts-pod-template-hash", "pod-template-hash", "pod-template-generation", "controller-revision-hash");

    PodObservation observe(Pod pod) {
        List<String> failures = new ArrayList<>();
        List<Evidence> evidence = described(pod.getMetadata(), pod.getSpec(), failures);
        runningImage(pod).ifPresent(digest -> {
            String pinned = evidence.stream()
                    .filter(each -> each.source() == Source.IMAGE_DIGEST)
                    .map(Evidence::reported)
                    .findFirst()
                    .orElse(digest);
            evidence.removeIf(each -> each.source() == Source.IMAGE_DIGEST);
            // G6: what was asked for may be the index of all platforms, what runs the image of one. Both name it.
            evidence.add(new Evidence(Source.IMAGE_DIGEST, pinned.equals(digest) ? digest : pinned + " " + digest, at));
        });
        Condition condition = condition(pod);
        return new PodObservation(
                pod.getMetadata().getName(),
                pod.getMetadata().getUid(),
                owner(pod),
                condition,
                since(pod, condition),
                processStartedAt(pod),
                evidence,
                failures,
                revision(pod),
                address(pod));
    }

    /** Which template it was made from, as its kind of workload marks its pods; empty when it does not. */
    static String revision(Pod pod) {
        Map<String, String> labels = Traits.labels(pod);
        return REVISIONS.stream()
                .filter(labels::containsKey)
                .map(labels::get)
                .findFirst()
                .orElseGet(() -> Traits.owners(pod)
                        .filter(owner -> "Job".equals(owner.getKind()))
                        .map(OwnerReference::getUid)
                        .findFirst()
                        .orElse(""));
    }

    /** What shares its node's address cannot be told by it. */
    private static String address(Pod pod) {
        return Boolean.TRUE.equals(pod.getSpec().getHostNetwork())
                ? ""
                : Optional.ofNullable(status(pod).getPodIP()).orElse("");
    }

    /** Label or annotation, image tag and the digest that the image is pinned to, as far as they are there. */
    List<Evidence> described(@Nullable ObjectMeta metadata, PodSpec podSpec, List<String> failures) {
        List<Evidence> evidence = new ArrayList<>();
        label(metadata).ifPresent(version -> evidence.add(new Evidence(Source.LABEL, version, at)));
        switch (SelectedContainer.of(podSpec, spec)) {
            case SelectedContainer.One(var _, String image) -> {
                ImageTag.of(image).ifPresent(tag -> evidence.add(new Evidence(Source.IMAGE_TAG, tag, at)));
                ImageDigest.of(image).ifPresent(pin -> evidence.add(new Evidence(Source.IMAGE_DIGEST, pin, at)));
            }
            case SelectedContainer.None(String reason) -> failures.add(reason);
        }
        return evidence;
    }

    /** G6: the image that the selected container runs, by what the runtime says. */
    private Optional<String> runningImage(Pod pod) {
        return SelectedContainer.of(pod.getSpec(), spec) instanceof SelectedContainer.One(var selected, var _)
                ? Stream.ofNullable(status(pod).getContainerStatuses())
                        .flatMap(List::stream)
                        .filter(each -> selected.equals(each.getName()))
                        .flatMap(each -> ImageDigest.of(each.getImageID()).stream())
                        .findFirst()
                : Optional.empty();
    }

    private Optional<String> label(@Nullable ObjectMeta metadata) {
        if (metadata == null) {
            return Optional.empty();
        }
        return Stream.of(metadata.getLabels(), metadata.getAnnotations())
                .flatMap(map ->
                        Optional.ofNullable(map).map(Map::entrySet).stream().flatMap(Set::stream))
                .filter(entry -> entry.getKey().equals(spec.label()))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private Condition condition(Pod pod) {
        String phase = phase(pod);
        List<ContainerStatus> containers = containers(pod);
        boolean terminal = phase.equals("Succeeded") || phase.equals("Failed");
        boolean deleted = pod.getMetadata().getDeletionTimestamp() != null;
        // G12: the phase alone is no proof. Nor does a pod that is being deleted start its containers again.
        if (terminal && containers.stream().noneMatch(PodReading::running)) {
            return Condition.GONE;
        }
        if (deleted && !containers.isEmpty() && containers.stream().allMatch(PodReading::exited)) {
            return Condition.GONE;
        }
        if (phase.equals("Unknown") || onUnreachableNode(pod)) {
            return Condition.UNREACHABLE;
        }
        if (deleted) {
            return Condition.TERMINATING;
        }
        if (!phase.equals("Running") && !terminal) {
            return Condition.PENDING;
        }
        return ready(pod).map(PodCondition::getStatus).filter("True"::equals).isPresent()
                ? Condition.RUNNING
                : Condition.NOT_READY;
    }

    private boolean onUnreachableNode(Pod pod) {
        String node = pod.getSpec().getNodeName();
        return "NodeLost".equals(status(pod).getReason()) || (node != null && unreachable.contains(node));
    }

    private static Instant since(Pod pod, Condition condition) {
        ObjectMeta metadata = pod.getMetadata();
        return switch (condition) {
            case PENDING -> created(pod);
            case TERMINATING, GONE ->
                time(metadata.getDeletionTimestamp())
                        // The timestamp is when it must have ended; it was asked to a grace period before.
                        .map(end -> end.minusSeconds(Optional.ofNullable(metadata.getDeletionGracePeriodSeconds())
                                .orElse(0L)))
                        .orElseGet(() -> created(pod));
            case RUNNING, NOT_READY, UNREACHABLE ->
                ready(pod).flatMap(each -> time(each.getLastTransitionTime())).orElseGet(() -> created(pod));
        };
    }

    /** G3. Where the container cannot be told, the youngest of all: what is older may be another process's word. */
    private Instant processStartedAt(Pod pod) {
        Optional<String> selected =
                SelectedContainer.of(pod.getSpec(), spec) instanceof SelectedContainer.One(var name, var _)
                        ? Optional.of(name)
                        : Optional.empty();
        return Stream.ofNullable(status(pod).getContainerStatuses())
                .flatMap(List::stream)
                .filter(each -> selected.isEmpty() || selected.get().equals(each.getName()))
                .flatMap(each -> startedAt(each).stream())
                .max(Comparator.naturalOrder())
                .orElseGet(() -> created(pod));
    }

    /** While a container waits to be started again, only what comes after its last end is about its next process. */
    private static Optional<Instant> startedAt(ContainerStatus container) {
        ContainerState state = container.getState();
        if (state != null && state.getRunning() != null) {
            return time(state.getRunning().getStartedAt());
        }
        return Stream.of(Optional.ofNullable(state), Optional.ofNullable(container.getLastState()))
                .flatMap(Optional::stream)
                .map(ContainerState::getTerminated)
                .flatMap(Stream::ofNullable)
                .map(ContainerStateTerminated::getFinishedAt)
                .flatMap(finished -> time(finished).stream())
                .findFirst();
    }

    private static String owner(Pod pod) {
        return Stream.ofNullable(pod.getMetadata().getOwnerReferences())
                .flatMap(List::stream)
                .filter(owner -> Boolean.TRUE.equals(owner.getController()))
                .findFirst()
                .map(PodReading::described)
                .orElse("nothing, it is a bare pod");
    }

    private static String described(OwnerReference owner) {
        return owner.getKind() + " " + owner.getName();
    }

    /** Init containers too: a sidecar among them may use the database (G7). */
    private static List<ContainerStatus> containers(Pod pod) {
        PodStatus status = status(pod);
        return Stream.of(
                        Optional.ofNullable(status.getContainerStatuses()),
                        Optional.ofNullable(status.getInitContainerStatuses()),
                        Optional.ofNullable(status.getEphemeralContainerStatuses()))
                .flatMap(Optional::stream)
                .flatMap(List::stream)
                .toList();
    }

    private static boolean running(ContainerStatus container) {
        return container.getState() != null && container.getState().getRunning() != null;
    }

    private static boolean exited(ContainerStatus container) {
        return container.getState() != null && container.getState().getTerminated() != null;
    }

    private static Optional<PodCondition> ready(Pod pod) {
        return Stream.ofNullable(status(pod).getConditions())
                .flatMap(List::stream)
                .filter(condition -> "Ready".equals(condition.getType()))
                .findFirst();
    }

    private static String phase(Pod pod) {
        return Optional.ofNullable(status(pod).getPhase()).orElse("Pending");
    }

    private static PodStatus status(Pod pod) {
        return Optional.ofNullable(pod.getStatus()).orElseGet(PodStatus::new);
    }

    private static Instant created(Pod pod) {
        return time(pod.getMetadata().getCreationTimestamp()).orElse(Instant.EPOCH);
    }

    private static Optional<Instant> time(@Nullable String text) {
        return Optional.ofNullable(text)
                .filter(given -> !given.isBlank())
                .map(OffsetDateTime::parse)
                .map(OffsetDateTime::toInstant);
    }
}
