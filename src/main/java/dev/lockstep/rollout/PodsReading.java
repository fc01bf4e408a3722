package dev.lockstep.rollout;

import dev.lockstep.plan.PodSelector;
import io.fabric8.kubernetes.api.model.LabelSelector;
import java.util.List;
import java.util.Set;

/** What a namespace shows of pods that a plan's selector finds (G25). What starts them is not known, nor from what. */
record PodsReading(Family family, PodSelector selector) {
    Sight read() {
        LabelSelector wanted = Selectors.of(selector);
        var pods = family.view().pods().found(wanted).toList();
        return family.seen(
                Set.of(),
                "",
                new Family.Standing(0, 0, false, pods.size()),
                List.of(),
                pods,
                List.of("Lockstep does not know what starts these pods; it looks at each of them."),
                List.of(wanted));
    }
}
