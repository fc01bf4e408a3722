package dev.lockstep.plan;

/** A plan as it was declared: what it is called and what it asks for. */
public record PlanDocument(PlanKey key, PlanSpec spec) {
    /** The only version there is. */
    public static final String API_VERSION = "lockstep.dev/v1alpha1";

    public static final String KIND = "MigrationPlan";

    /** The digest that approvals bind to. */
    public Digest digest() {
        return Digest.of(spec);
    }
}
