package dev.lockstep.demo;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;

/** What a pod's object says. */
final class Pods {
    private Pods() {}

    static boolean isReady(Pod pod) {
        return pod.getStatus() != null
                && pod.getStatus().getConditions().stream()
                        .anyMatch(condition -> condition.getType().equals("Ready")
                                && condition.getStatus().equals("True"));
    }

    /** The image of its first container. */
    static String image(Pod pod) {
        return pod.getSpec().getContainers().getFirst().getImage();
    }

    /** The tag of that image, which in the demo is the version of the code that it holds. */
    static String version(Pod pod) {
        String image = image(pod);
        int colon = image.lastIndexOf(':');
        return colon < 0 ? "latest" : image.substring(colon + 1);
    }

    /** The status of one whose process runs. */
    static PodStatus running(Pod pod, String address, Instant startedAt, boolean ready) {
        String container = pod.getSpec().getContainers().getFirst().getName();
        String started = startedAt.toString();
        return new PodStatusBuilder()
                .withPhase("Running")
                .withPodIP(address)
                .addNewPodIP(address)
                .withHostIP("127.0.0.1")
                .withStartTime(started)
                .addNewCondition()
                .withType("Ready")
                .withStatus(ready ? "True" : "False")
                .endCondition()
                .addNewContainerStatus()
                .withName(container)
                .withImage(image(pod))
                .withImageID("docker.io/library/" + repository(pod) + "@sha256:" + digest(image(pod)))
                .withContainerID("simulated://" + pod.getMetadata().getUid())
                .withRestartCount(0)
                .withStarted(true)
                .withReady(ready)
                .withNewState()
                .withNewRunning()
                .withStartedAt(started)
                .endRunning()
                .endState()
                .endContainerStatus()
                .build();
    }

    /** The status of one whose process did not start. */
    static PodStatus waiting(Pod pod, String why) {
        return new PodStatusBuilder()
                .withPhase("Pending")
                .addNewContainerStatus()
                .withName(pod.getSpec().getContainers().getFirst().getName())
                .withImage(image(pod))
                .withReady(false)
                .withStarted(false)
                .withNewState()
                .withNewWaiting()
                .withReason("CrashLoopBackOff")
                .withMessage(why)
                .endWaiting()
                .endState()
                .endContainerStatus()
                .build();
    }

    private static String repository(Pod pod) {
        String image = image(pod);
        int colon = image.lastIndexOf(':');
        return colon < 0 ? image : image.substring(0, colon);
    }

    /** Stands for the digest of an image that does not exist: the same for the same tag. */
    private static String digest(String image) {
        String half = UUID.nameUUIDFromBytes(image.getBytes(StandardCharsets.UTF_8))
                .toString()
                .replace("-", "");
        return half + half;
    }
}
