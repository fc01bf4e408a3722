package dev.lockstep.rollout;

import dev.lockstep.gate.WorkloadObservation;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Set;

/**
 * What a namespace shows of one workload, and by what a change of an object concerns it.
 *
 * @param pods behind the observation
 * @param objects kind and name of the objects that it was read from, such as {@code Deployment/shop-web}
 * @param selectors of its pods
 */
record Sight(WorkloadObservation observation, List<Pod> pods, Set<String> objects, List<LabelSelector> selectors) {
    Sight {
        pods = List.copyOf(pods);
        objects = Set.copyOf(objects);
        selectors = List.copyOf(selectors);
    }
}
