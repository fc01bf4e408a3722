package dev.lockstep.store;

import dev.lockstep.engine.BreakGlass;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PlanKey;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.hibernate.annotations.Immutable;

/** Somebody let code in against the interlock. Only read this way: rows are written by {@link StoredBreakGlass}. */
@Entity
@Immutable
@Table(name = "break_glass")
class BreakGlassRow {
    @Id
    long ordinal;

    String request;
    Instant at;

    @Column(name = "said_by")
    String user;

    String reason;
    String object;
    String said;

    @Column(name = "plan_namespace")
    String planNamespace;

    @Column(name = "plan_name")
    String planName;

    String phase;
    String verdict;

    @SuppressWarnings("NullAway.Init")
    protected BreakGlassRow() {}

    BreakGlass broken() {
        return new BreakGlass(
                request,
                at,
                user,
                reason,
                object,
                said,
                new PlanKey(planNamespace, planName),
                new PhaseName(phase),
                verdict);
    }
}
