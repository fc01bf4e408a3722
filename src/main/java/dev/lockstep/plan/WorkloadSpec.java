package dev.lockstep.plan;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One workload that runs code against the database.
 *
 * @param runner what runs it
 * @param versions which code versions have reached which milestone
 */
public record WorkloadSpec(WorkloadName name, Runner runner, Map<Milestone, Versions> versions, EvidenceSpec evidence) {
    public WorkloadSpec {
        versions = Map.copyOf(versions);
    }

    /** An object in Lockstep's own cluster. */
    public WorkloadSpec(
            WorkloadName name,
            Runner.Kind kind,
            String namespace,
            String resource,
            Map<Milestone, Versions> versions,
            EvidenceSpec evidence) {
        this(name, new Runner.Controller(kind, Runner.Place.here(namespace), resource), versions, evidence);
    }

    /** What runs it, for people: {@code Deployment shop/shop-web}. */
    public String object() {
        return runner instanceof Runner.External ? runner.object() + " " + name : runner.object();
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

    /**
     * Where evidence about a pod's code version comes from, and how much of it the contract wants (G2).
     *
     * @param container the container whose image counts (G7); needed when the pod has more than one
     * @param label the pod label, or annotation, that names the version
     * @param http where to ask the pod itself
     * @param minimumKinds how many different kinds of evidence must agree before a contract: 1 to 6
     * @param fromProcess whether one of them must come from the running process (HTTP, its own report, or its sessions)
     * @param sessions by what the database knows its sessions; empty when they are not to be told from others'
     * @param minimum how strong the strongest evidence must be; empty when any will do
     */
    public record EvidenceSpec(
            Optional<String> container,
            String label,
            Optional<HttpProbe> http,
            int minimumKinds,
            boolean fromProcess,
            Optional<SessionSpec> sessions,
            Optional<Minimum> minimum) {
        /** Without sessions, and with whatever evidence there is. */
        public EvidenceSpec(
                Optional<String> container,
                String label,
                Optional<HttpProbe> http,
                int minimumKinds,
                boolean fromProcess) {
            this(container, label, http, minimumKinds, fromProcess, Optional.empty(), Optional.empty());
        }

        /** The recommended label of the Kubernetes documentation. */
        public static final String DEFAULT_LABEL = "app.kubernetes.io/version";

        /** As many as there are different sources. */
        public static final int MOST_KINDS = 6;

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
     * @param capabilities JSON pointer to what the process can do, a list of texts or one text with blanks (G9); empty when
     *     it does not say
     */
    public record HttpProbe(
            int port, String path, String pointer, int timeoutMilliseconds, Optional<String> capabilities) {
        /** What a plan that names no timeout gets. */
        public static final int DEFAULT_TIMEOUT_MILLISECONDS = 1_000;

        /** For a process that says only its version. */
        public HttpProbe(int port, String path, String pointer, int timeoutMilliseconds) {
            this(port, path, pointer, timeoutMilliseconds, Optional.empty());
        }
    }

    /**
     * By what the database knows a workload's sessions: at least one of the two (G29).
     *
     * @param applicationName what {@code application_name} looks like
     * @param role what the role looks like
     */
    public record SessionSpec(Optional<SessionPattern> applicationName, Optional<SessionPattern> role) {
        /** Whether a session of this role and name is the workload's: all patterns that are given must match. */
        public boolean matches(String roleName, String name) {
            return applicationName.stream().allMatch(pattern -> pattern.matches(name))
                    && role.stream().allMatch(pattern -> pattern.matches(roleName));
        }

        /** The version that such a session says, by its name before its role. */
        public Optional<String> version(String roleName, String name) {
            return applicationName
                    .flatMap(pattern -> pattern.version(name))
                    .or(() -> role.flatMap(pattern -> pattern.version(roleName)));
        }

        /** Whether a session of it says a version at all. */
        public boolean namesVersion() {
            return Stream.of(applicationName, role).flatMap(Optional::stream).anyMatch(SessionPattern::namesVersion);
        }
    }

    /** How strong the strongest evidence that agrees must be, at gates before deploys and at those before contracts (G2). */
    public record Minimum(EvidenceRank deploy, EvidenceRank contract) {}
}
