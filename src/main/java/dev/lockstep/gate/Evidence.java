package dev.lockstep.gate;

import java.time.Instant;

/**
 * An observed fact about the code that a pod runs.
 *
 * @param reported the version as it was read, unaltered
 * @param observedAt when it was read, not when it became true
 */
public record Evidence(Source source, String reported, Instant observedAt) {
    /** Where a version was read, weakest first (G2). */
    public enum Source {
        /** The pod's label or annotation. */
        LABEL("label"),
        /** The tag of the container's image. */
        IMAGE_TAG("image tag"),
        /** The answer of the pod over HTTP. */
        HTTP("HTTP"),
        /** What the process itself reported, signed in. */
        REPORT("own report");

        private final String label;

        Source(String label) {
            this.label = label;
        }

        /** For people. */
        public String label() {
            return label;
        }

        /** Whether the running process itself said so, and not only the pod's description. */
        public boolean fromProcess() {
            return switch (this) {
                case LABEL, IMAGE_TAG -> false;
                case HTTP, REPORT -> true;
            };
        }
    }
}
