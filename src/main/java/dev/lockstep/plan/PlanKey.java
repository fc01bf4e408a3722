package dev.lockstep.plan;

/** What a plan is known by. */
public record PlanKey(String namespace, String name) {
    public PlanKey {
        Names.requireDnsLabel("namespace", namespace);
        Names.requireDnsLabel("plan name", name);
    }

    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
