package dev.lockstep.plan;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One workload that runs code against the database.
 *
 * @param namespace where it lives in the cluster; the plan's own namespace unless the plan says otherwise
 * @param resource the name of the Kubernetes object
 * @param versions which code versions have reached which milestone
 */
public record WorkloadSpec(
        WorkloadName name,
        Kind kind,
        String namespace,
        String resource,
        Map<Milestone, Versions> versions,
        EvidenceSpec evidence) {
    public WorkloadSpec {
        versions = Map.copyOf(versions);
    }

    /**
     * What code must be in to have reached the milestone; empty when the plan does not say. A plan that names only a later
     * milestone needs one deploy for both.
     */
    public Optional<Versions> required(Milestone milestone) {
        return Stream.of(Milestone.values())
                .filter(later -> later.compareTo(milestone) >= 0)
                .flatMap(later -> Optional.ofNullable(versions.get(later)).stream())
                .findFirst();
    }

    /** Kinds of workload that Lockstep can watch. */
    public enum Kind {
        DEPLOYMENT("Deployment");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        /** The spelling in plans. */
        public String label() {
            return label;
        }
    }

    /**
     * Where evidence about a pod's code version comes from, and how much of it the contract wants (G2).
     *
     * @param container the container whose image counts (G7); needed when the pod has more than one
     * @param label the pod label, or annotation, that names the version
     * @param http where to ask the pod itself
     * @param minimumKinds how many different kinds of evidence must agree before a contract: 1 to 4
     * @param fromProcess whether one of them must come from the running process (HTTP or its own report)
     */
    public record EvidenceSpec(
            Optional<String> container, String label, Optional<HttpProbe> http, int minimumKinds, boolean fromProcess) {
        /** The recommended label of the Kubernetes documentation. */
        public static final String DEFAULT_LABEL = "app.kubernetes.io/version";

        /** What a plan that says nothing about evidence gets. */
        public static EvidenceSpec standard() {
            return new EvidenceSpec(Optional.empty(), DEFAULT_LABEL, Optional.empty(), 2, true);
        }
    }

    /**
     * A question to the pod's own address.
     *
     * @param port 1 to 65535
     * @param path begins with a slash
     * @param pointer JSON pointer (RFC 6901) to the version in the answer; empty when the whole body is the version
     * @param timeoutMilliseconds 1 to 10,000
     */
    public record HttpProbe(int port, String path, String pointer, int timeoutMilliseconds) {
        /** What a plan that names no timeout gets. */
        public static final int DEFAULT_TIMEOUT_MILLISECONDS = 1_000;
    }
}
