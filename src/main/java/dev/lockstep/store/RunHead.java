package dev.lockstep.store;

import dev.lockstep.plan.PlanKey;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;

/** A run without its script: what lists need, and where its journal ends, which every append locks and moves on. */
@Entity
@Table(name = "run")
class RunHead {
    @Id
    UUID id;

    @Column(updatable = false)
    String namespace;

    @Column(updatable = false)
    String name;

    @Column(name = "created_at", updatable = false)
    Instant createdAt;

    boolean active;
    long sequence;
    String hash;

    @SuppressWarnings("NullAway.Init")
    protected RunHead() {}

    PlanKey plan() {
        return new PlanKey(namespace, name);
    }
}
