package dev.lockstep.plan;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which pods belong to a workload, by their labels; all of it must hold. Never empty: that would be every pod.
 *
 * @param matchLabels labels with exactly these values
 * @param matchExpressions further conditions
 */
public record PodSelector(Map<String, String> matchLabels, List<Expression> matchExpressions) {
    public PodSelector {
        matchLabels = Map.copyOf(matchLabels);
        matchExpressions = List.copyOf(matchExpressions);
        if (matchLabels.isEmpty() && matchExpressions.isEmpty()) {
            throw new IllegalArgumentException("an empty selector finds every pod of the namespace; name a label");
        }
    }

    /** Whether a pod with these labels is found. */
    public boolean matches(Map<String, String> labels) {
        return labels.entrySet().containsAll(matchLabels.entrySet())
                && matchExpressions.stream().allMatch(each -> each.matches(labels));
    }

    /** As {@code kubectl -l} takes it. */
    @Override
    public String toString() {
        return Stream.concat(
                        new TreeMap<>(matchLabels)
                                .entrySet().stream().map(label -> label.getKey() + "=" + label.getValue()),
                        matchExpressions.stream().map(Expression::toString))
                .collect(Collectors.joining(","));
    }

    /**
     * A condition on one label.
     *
     * @param values at least one for {@code In} and {@code NotIn}, none for the others
     */
    public record Expression(String key, Operator operator, List<String> values) {
        public Expression {
            values = List.copyOf(values);
            if (operator.takesValues() == values.isEmpty()) {
                throw new IllegalArgumentException(
                        operator.label() + (values.isEmpty() ? " needs values" : " takes no values"));
            }
        }

        boolean matches(Map<String, String> labels) {
            return switch (operator) {
                case IN -> labels.containsKey(key) && values.contains(labels.get(key));
                case NOT_IN -> !labels.containsKey(key) || !values.contains(labels.get(key));
                case EXISTS -> labels.containsKey(key);
                case DOES_NOT_EXIST -> !labels.containsKey(key);
            };
        }

        @Override
        public String toString() {
            return switch (operator) {
                case IN -> key + " in (" + String.join(",", values) + ")";
                case NOT_IN -> key + " notin (" + String.join(",", values) + ")";
                case EXISTS -> key;
                case DOES_NOT_EXIST -> "!" + key;
            };
        }
    }

    /** As Kubernetes spells and understands them. */
    public enum Operator {
        IN("In"),
        NOT_IN("NotIn"),
        EXISTS("Exists"),
        DOES_NOT_EXIST("DoesNotExist");

        private final String label;

        Operator(String label) {
            this.label = label;
        }

        /** The spelling in plans. */
        public String label() {
            return label;
        }

        boolean takesValues() {
            return this == IN || this == NOT_IN;
        }
    }
}
