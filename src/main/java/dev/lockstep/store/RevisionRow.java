package dev.lockstep.store;

import dev.lockstep.plan.Digest;
import dev.lockstep.plan.PlanDocument;
import dev.lockstep.plan.PlanKey;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

/** One accepted spec of a plan. */
@Entity
@Immutable
@Table(name = "plan_revision")
class RevisionRow {
    @EmbeddedId
    Id id;

    @JdbcTypeCode(SqlTypes.JSON)
    String document;

    String digest;
    String author;

    @Column(name = "accepted_at")
    Instant acceptedAt;

    @SuppressWarnings("NullAway.Init")
    protected RevisionRow() {}

    /** @param document as JSON */
    RevisionRow(Id id, String document, Digest digest, String author, Instant now) {
        this.id = id;
        this.document = document;
        this.digest = digest.value();
        this.author = author;
        this.acceptedAt = now;
    }

    PlanDocument document() {
        return StoreJson.read(PlanDocument.class, document);
    }

    @Embeddable
    record Id(String namespace, String name, int revision) {
        static Id of(PlanKey key, int revision) {
            return new Id(key.namespace(), key.name(), revision);
        }
    }
}
