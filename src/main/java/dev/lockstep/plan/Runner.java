package dev.lockstep.plan;

import java.util.Optional;
import java.util.stream.Stream;

/** What runs a workload's code. */
public sealed interface Runner {
    /** For people: {@code Deployment shop/shop-web}. What Kubernetes does not run has no name of its own. */
    String object();

    /** Where in Kubernetes it lives; empty for what Kubernetes does not run. */
    Optional<Place> place();

    /**
     * An object of Kubernetes that starts pods from a template.
     *
     * @param resource the object's name
     */
    record Controller(Kind kind, Place where, String resource) implements Runner {
        @Override
        public String object() {
            return kind.label() + " " + where + "/" + resource;
        }

        @Override
        public Optional<Place> place() {
            return Optional.of(where);
        }
    }

    /** Pods that nothing known starts, or a kind of object that Lockstep does not know (G25): whatever the selector finds. */
    record Pods(Place where, PodSelector selector) implements Runner {
        @Override
        public String object() {
            return "pods " + where + "/" + selector;
        }

        @Override
        public Optional<Place> place() {
            return Optional.of(where);
        }
    }

    /**
     * Something that no cluster shows: a report, a worker on a machine of its own, a queue with old messages (G24, G30).
     * Somebody has to attest what it runs.
     */
    record External() implements Runner {
        /** The spelling in plans. */
        public static final String LABEL = "External";

        @Override
        public String object() {
            return "external consumer";
        }

        @Override
        public Optional<Place> place() {
            return Optional.empty();
        }
    }

    /**
     * Where something lives.
     *
     * @param cluster empty for the cluster that Lockstep itself uses (G39)
     */
    record Place(Optional<ClusterName> cluster, String namespace) {
        /** In Lockstep's own cluster. */
        public static Place here(String namespace) {
            return new Place(Optional.empty(), namespace);
        }

        @Override
        public String toString() {
            return cluster.map(name -> name + ":" + namespace).orElse(namespace);
        }
    }

    /** Kinds of object that Lockstep knows how to read. */
    enum Kind {
        DEPLOYMENT("Deployment"),
        STATEFUL_SET("StatefulSet"),
        DAEMON_SET("DaemonSet"),
        REPLICA_SET("ReplicaSet"),
        CRON_JOB("CronJob"),
        JOB("Job"),
        /** Of Argo Rollouts. */
        ROLLOUT("Rollout");

        /** The spelling in plans of what is no object, but a selector of pods. */
        public static final String POD_LABEL = "Pod";

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        /** The spelling in plans. */
        public String label() {
            return label;
        }

        /** The kind with this spelling, if there is one. */
        public static Optional<Kind> labelled(String label) {
            return Stream.of(values()).filter(kind -> kind.label.equals(label)).findFirst();
        }

        /** Whether its pods end by themselves, so that there may be none to ask at any given moment. */
        public boolean runsToCompletion() {
            return switch (this) {
                case CRON_JOB, JOB -> true;
                case DEPLOYMENT, STATEFUL_SET, DAEMON_SET, REPLICA_SET, ROLLOUT -> false;
            };
        }

        /** All spellings that a plan may use for what runs a workload. */
        static Stream<String> spellings() {
            return Stream.concat(Stream.of(values()).map(Kind::label), Stream.of(POD_LABEL, External.LABEL));
        }
    }
}
