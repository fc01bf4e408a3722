package dev.lockstep.plan;

/** A workload, by the name it has in its plan. */
public record WorkloadName(String value) {
    public WorkloadName {
        Names.requireDnsLabel("workload name", value);
    }

    @Override
    public String toString() {
        return value;
    }
}
