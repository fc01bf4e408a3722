package dev.lockstep.rollout;

import dev.lockstep.plan.WorkloadSpec.EvidenceSpec;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.util.List;
import java.util.stream.Collectors;

/** Which container's image speaks for a pod (G7). */
sealed interface SelectedContainer {
    record One(String name, String image) implements SelectedContainer {}

    /** @param reason as a sentence, with what to do */
    record None(String reason) implements SelectedContainer {}

    static SelectedContainer of(PodSpec spec, EvidenceSpec evidence) {
        List<Container> containers = spec.getContainers();
        if (evidence.container().isEmpty()) {
            return containers.size() == 1
                    ? one(containers.getFirst())
                    : new None("It has " + containers.size() + " containers (" + names(containers)
                            + "); say in the plan, as evidence.container, which one is the application.");
        }
        String wanted = evidence.container().get();
        return containers.stream()
                .filter(container -> wanted.equals(container.getName()))
                .findFirst()
                .map(SelectedContainer::one)
                .orElseGet(() -> new None("It has no container " + wanted
                        + ", which the plan names as evidence.container," + " but " + names(containers) + "."));
    }

    private static SelectedContainer one(Container container) {
        String image = container.getImage();
        return image == null || image.isBlank()
                ? new None("Its container " + container.getName() + " names no image.")
                : new One(container.getName(), image);
    }

    private static String names(List<Container> containers) {
        return containers.stream().map(Container::getName).collect(Collectors.joining(", "));
    }
}
