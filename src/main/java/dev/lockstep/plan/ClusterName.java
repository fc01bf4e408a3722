package dev.lockstep.plan;

/** A Kubernetes cluster beside Lockstep's own, as {@code lockstep.clusters."name"} configures it. */
public record ClusterName(String value) {
    public ClusterName {
        Names.requireDnsLabel("cluster name", value);
    }

    @Override
    public String toString() {
        return value;
    }
}
