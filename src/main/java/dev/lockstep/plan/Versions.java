package dev.lockstep.plan;

import java.util.List;

/** Which code versions have reached a milestone, as the plan writes it. The gate gives it its meaning. */
public sealed interface Versions {
    /** A semantic version range, for example {@code >=1.5.0}. */
    record Range(String text) implements Versions {}

    /** An exact set, for versions that have no order, such as commit hashes (G8). */
    record AnyOf(List<String> versions) implements Versions {
        public AnyOf {
            versions = List.copyOf(versions);
        }
    }
}
