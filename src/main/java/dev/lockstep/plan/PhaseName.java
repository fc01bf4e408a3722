package dev.lockstep.plan;

/** A phase, by its name in its plan. */
public record PhaseName(String value) {
    public PhaseName {
        Names.requireDnsLabel("phase name", value);
    }

    @Override
    public String toString() {
        return value;
    }
}
