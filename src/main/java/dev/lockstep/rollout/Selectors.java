package dev.lockstep.rollout;

import dev.lockstep.plan.PodSelector;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirementBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What label selectors of Kubernetes find. */
final class Selectors {
    private Selectors() {}

    /** A plan's selector in the shape of the API. */
    static LabelSelector of(PodSelector selector) {
        return new LabelSelectorBuilder()
                .withMatchLabels(selector.matchLabels())
                .withMatchExpressions(selector.matchExpressions().stream()
                        .map(each -> new LabelSelectorRequirementBuilder()
                                .withKey(each.key())
                                .withOperator(each.operator().label())
                                .withValues(each.values())
                                .build())
                        .toList())
                .build();
    }

    /** An empty selector matches everything in Kubernetes; a workload cannot have one. */
    static boolean matches(HasMetadata object, LabelSelector selector) {
        return matches(Traits.labels(object), selector);
    }

    static boolean matches(Map<String, String> labels, LabelSelector selector) {
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
