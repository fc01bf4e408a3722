package dev.lockstep.plan;

/** A target database, as {@code lockstep.databases."name"} configures it. */
public record DatabaseName(String value) {
    public DatabaseName {
        Names.requireDnsLabel("database name", value);
    }

    @Override
    public String toString() {
        return value;
    }
}
