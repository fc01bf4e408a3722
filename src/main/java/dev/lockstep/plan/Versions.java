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

    /** Whole numbers, such as a build's: {@code >=42}, {@code >=42 <100} or {@code 42}. */
    record Ordinal(String text) implements Versions {}

    /** Digests of images, each {@code sha256:} and 64 hexadecimal digits (G6). */
    record Digests(List<String> digests) implements Versions {
        public Digests {
            digests = List.copyOf(digests);
        }
    }

    /**
     * What the process must say that it can do, all of it (G9, G10): for hotfix branches, where a version says less than it
     * seems to, and for flags that make other code of the same image.
     */
    record Capabilities(List<String> names) implements Versions {
        public Capabilities {
            names = List.copyOf(names);
        }
    }

    /**
     * All of these, each of another kind: one for versions at most, one for digests, one for capabilities.
     *
     * @param parts two or three
     */
    record All(List<Versions> parts) implements Versions {
        public All {
            parts = List.copyOf(parts);
        }
    }
}
