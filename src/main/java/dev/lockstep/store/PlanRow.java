package dev.lockstep.store;

import dev.lockstep.plan.PlanKey;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** A plan: which revision is its newest, and which run. */
@Entity
@Table(name = "plan")
class PlanRow {
    @EmbeddedId
    Id id;

    int revision;

    @Column(name = "created_at")
    Instant createdAt;

    @Column(name = "updated_at")
    Instant updatedAt;

    @Column(name = "newest_run")
    @Nullable
    UUID newestRun;

    @Column(name = "pending_start")
    @JdbcTypeCode(SqlTypes.JSON)
    @Nullable
    String pendingStart;

    @SuppressWarnings("NullAway.Init")
    protected PlanRow() {}

    PlanRow(Id id, int revision, Instant now) {
        this.id = id;
        this.revision = revision;
        this.createdAt = now;
        this.updatedAt = now;
    }

    @Embeddable
    record Id(String namespace, String name) {
        static Id of(PlanKey key) {
            return new Id(key.namespace(), key.name());
        }
    }
}
