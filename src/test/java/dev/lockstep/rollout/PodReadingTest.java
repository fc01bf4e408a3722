package dev.lockstep.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fixture.Fact;
import dev.lockstep.gate.Evidence;
import dev.lockstep.gate.Evidence.Source;
import dev.lockstep.gate.PodObservation;
import dev.lockstep.gate.PodObservation.Condition;
import dev.lockstep.plan.WorkloadSpec.EvidenceSpec;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodReadingTest {

    private static final Instant AT = Instant.parse("2026-03-01T03:10:00Z");
    private static final ContainerStatus RUNNING = new ContainerStatusBuilder()
            .withName("app")
            .withNewState()
            .withNewRunning()
            .withStartedAt("2026-03-01T03:00:00Z")
            .endRunning()
            .endState()
            .build();
    private static final ContainerStatus EXITED = new ContainerStatusBuilder()
            .withName("app")
            .withNewState()
            .withNewTerminated()
            .withFinishedAt("2026-03-01T03:05:00Z")
            .endTerminated()
            .endState()
            .build();
    private static final ContainerStatus CRASHED = new ContainerStatusBuilder()
            .withName("app")
            .withNewState()
            .withNewWaiting()
            .withReason("CrashLoopBackOff")
            .endWaiting()
            .endState()
            .withNewLastState()
            .withNewTerminated()
            .withFinishedAt("2026-03-01T03:04:00Z")
            .endTerminated()
            .endLastState()
            .build();

    @Test
    void runningPodIsRunningSinceItBecameReady() {
        PodObservation pod = observe(pod().build());

        assertThat(pod.condition()).isEqualTo(Condition.RUNNING);
        assertThat(pod.since()).isEqualTo(Instant.parse("2026-03-01T03:00:05Z"));
        assertThat(pod.processStartedAt()).isEqualTo(Instant.parse("2026-03-01T03:00:00Z"));
        assertThat(pod.evidence())
                .containsExactly(new Evidence(Source.LABEL, "1.4.0", AT), new Evidence(Source.IMAGE_TAG, "1.4.0", AT));
        assertThat(pod.failures()).isEmpty();
    }

    /** G12: it was asked to end at 03:04:30, with thirty seconds to do so, and counts for as long as a container runs. */
    @Test
    @Fact("G12")
    void terminatingPodCountsUntilItsContainersHaveExited() {
        PodObservation ending = observe(deleted(RUNNING));

        assertThat(ending.condition()).isEqualTo(Condition.TERMINATING);
        assertThat(ending.since()).isEqualTo(Instant.parse("2026-03-01T03:04:30Z"));
        assertThat(observe(deleted(EXITED)).condition()).isEqualTo(Condition.GONE);
        assertThat(observe(deleted(CRASHED)).condition()).isEqualTo(Condition.TERMINATING);
        assertThat(observe(deleted(EXITED, RUNNING)).condition()).isEqualTo(Condition.TERMINATING);
        assertThat(observe(deleted()).condition()).isEqualTo(Condition.TERMINATING);
    }

    /** G6: runtimes write it differently, and what is pinned may be the index of what runs. */
    @ParameterizedTest
    @CsvSource(textBlock = """
            registry.example/web:1.5.0,           registry.example/web@sha256:R,               sha256:R
            registry.example/web:1.5.0,           docker-pullable://registry.example/web@sha256:R, sha256:R
            registry.example/web:1.5.0,           docker://sha256:R,                           sha256:R
            registry.example/web:1.5.0,           sha256:R,                                    sha256:R
            registry.example:5000/web@sha256:P,   registry.example:5000/web@sha256:R,          sha256:P sha256:R
            registry.example/web:1.5.0@sha256:R,  registry.example/web@sha256:R,               sha256:R
            registry.example/web@sha256:P,        '',                                          sha256:P
            registry.example/web:1.5.0,           registry.example/web:1.5.0,                  ''
            registry.example/web:1.5.0,           registry.example/web@sha512:R,               ''
            """)
    @Fact("G6")
    void digestIsOfTheImageThatRunsAndOfTheOneThatWasAskedFor(String image, String imageId, String digests) {
        Pod pod = pod().editSpec()
                .editFirstContainer()
                .withImage(written(image))
                .endContainer()
                .endSpec()
                .editStatus()
                .withContainerStatuses(new ContainerStatusBuilder(RUNNING)
                        .withImageID(written(imageId))
                        .build())
                .endStatus()
                .build();

        assertThat(observe(pod).evidence())
                .filteredOn(each -> each.source() == Source.IMAGE_DIGEST)
                .extracting(Evidence::reported)
                .isEqualTo(digests.isEmpty() ? List.of() : List.of(written(digests)));
    }

    private static String written(String text) {
        return text.replace("R", "a".repeat(64)).replace("P", "b".repeat(64));
    }

    /** G7, G12: a sidecar among the init containers may still use the database. */
    @Test
    @Fact({"G7", "G12"})
    void terminatingPodCountsWhileASidecarRuns() {
        Pod pod = new PodBuilder(deleted(EXITED))
                .editStatus()
                .withInitContainerStatuses(RUNNING)
                .endStatus()
                .build();

        assertThat(observe(pod).condition()).isEqualTo(Condition.TERMINATING);
    }

    /** G12: the phase alone is no proof. */
    @ParameterizedTest
    @CsvSource({"Succeeded", "Failed"})
    @Fact("G12")
    void podThatEndedIsOutOnlyWhenNoContainerRuns(String phase) {
        assertThat(observe(phase(phase, EXITED)).condition()).isEqualTo(Condition.GONE);
        assertThat(observe(phase(phase, RUNNING)).condition()).isNotEqualTo(Condition.GONE);
    }

    /** G16. */
    @Test
    @Fact("G16")
    void podThatPendsOrCrashesOrIsNotReadyCounts() {
        assertThat(observe(phase("Pending")).condition()).isEqualTo(Condition.PENDING);
        assertThat(observe(pod().withStatus(null).build()).condition()).isEqualTo(Condition.PENDING);
        Pod crashing = pod().editStatus()
                .editFirstCondition()
                .withStatus("False")
                .endCondition()
                .withContainerStatuses(CRASHED)
                .endStatus()
                .build();
        assertThat(observe(crashing).condition()).isEqualTo(Condition.NOT_READY);
        // G3: what was said before the crash is not about the process that is started next.
        assertThat(observe(crashing).processStartedAt()).isEqualTo(Instant.parse("2026-03-01T03:04:00Z"));
    }

    /** G13. */
    @Test
    @Fact("G13")
    void podOnALostNodeIsUnreachableEvenWhileItIsBeingDeleted() {
        PodReading lost = new PodReading(EvidenceSpec.standard(), Set.of("node-1"), AT);

        assertThat(lost.observe(pod().build()).condition()).isEqualTo(Condition.UNREACHABLE);
        assertThat(lost.observe(deleted(RUNNING)).condition()).isEqualTo(Condition.UNREACHABLE);
        assertThat(observe(phase("Unknown", RUNNING)).condition()).isEqualTo(Condition.UNREACHABLE);
        Pod nodeLost = pod().editStatus().withReason("NodeLost").endStatus().build();
        assertThat(observe(nodeLost).condition()).isEqualTo(Condition.UNREACHABLE);
    }

    /** G7. */
    @Test
    @Fact("G7")
    void imageIsNoEvidenceUntilItIsSaidWhichContainerCounts() {
        Pod two = pod().editSpec()
                .addNewContainer()
                .withName("proxy")
                .withImage("envoy:1.30.0")
                .endContainer()
                .endSpec()
                .build();

        PodObservation pod = observe(two);

        assertThat(pod.evidence()).containsExactly(new Evidence(Source.LABEL, "1.4.0", AT));
        assertThat(pod.failures())
                .containsExactly(
                        "It has 2 containers (app, proxy); say in the plan, as evidence.container, which one is the"
                                + " application.");
        assertThat(selecting("proxy").observe(two).evidence()).contains(new Evidence(Source.IMAGE_TAG, "1.30.0", AT));
        assertThat(selecting("nobody").observe(two).failures())
                .containsExactly(
                        "It has no container nobody, which the plan names as evidence.container, but app, proxy.");
    }

    @Test
    void annotationSpeaksWhereThereIsNoLabel() {
        Pod pod = pod().editMetadata()
                .removeFromLabels(EvidenceSpec.DEFAULT_LABEL)
                .addToAnnotations(EvidenceSpec.DEFAULT_LABEL, "1.4.1")
                .endMetadata()
                .build();

        assertThat(observe(pod).evidence()).contains(new Evidence(Source.LABEL, "1.4.1", AT));
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            web:1.5.0,                                  1.5.0
            registry.example:5000/shop/web:1.5.0,       1.5.0
            registry.example:5000/shop/web,             latest
            web,                                        latest
            web:1.5.0@sha256:0123,                      1.5.0
            web@sha256:0123,
            registry.example:5000/web@sha256:0123,
            """)
    void tagIsReadFromTheImagesName(String image, String tag) {
        assertThat(ImageTag.of(image)).isEqualTo(Optional.ofNullable(tag));
    }

    private static PodBuilder pod() {
        return Shop.pod("shop-web-1-a", "1.4.0");
    }

    private static Pod deleted(ContainerStatus... containers) {
        return pod().editMetadata()
                .withDeletionTimestamp("2026-03-01T03:05:00Z")
                .withDeletionGracePeriodSeconds(30L)
                .endMetadata()
                .editStatus()
                .withContainerStatuses(List.of(containers))
                .endStatus()
                .build();
    }

    private static Pod phase(String phase, ContainerStatus... containers) {
        return pod().editStatus()
                .withPhase(phase)
                .withContainerStatuses(List.of(containers))
                .endStatus()
                .build();
    }

    private static PodObservation observe(Pod pod) {
        return new PodReading(EvidenceSpec.standard(), Set.of(), AT).observe(pod);
    }

    private static PodReading selecting(String container) {
        return new PodReading(
                new EvidenceSpec(Optional.of(container), EvidenceSpec.DEFAULT_LABEL, Optional.empty(), 2, true),
                Set.of(),
                AT);
    }
}
