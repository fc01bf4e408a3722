package dev.lockstep.store;

import dev.lockstep.engine.StoredRun;
import dev.lockstep.lifecycle.Script;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

/** A run as it was begun, with the state of its journal at that moment; {@link RunHead} has the newest. */
@Entity
@Table(name = "run")
class RunRow {
    @Id
    UUID id;

    String namespace;
    String name;
    int revision;
    String database;

    @JdbcTypeCode(SqlTypes.JSON)
    String script;

    @Column(name = "created_at")
    Instant createdAt;

    boolean active;
    long sequence;
    String hash;

    @SuppressWarnings("NullAway.Init")
    protected RunRow() {}

    RunRow(StoredRun run) {
        this.id = run.id().value();
        this.namespace = run.document().key().namespace();
        this.name = run.document().key().name();
        this.revision = run.revision();
        this.database = run.document().spec().database().value();
        this.script = StoreJson.write(Script.class, run.script());
        this.createdAt = HashChain.kept(run.createdAt());
        this.active = true;
        this.hash = HashChain.START;
    }

    /** Moves the head to the end of these first entries. */
    RunRow endingWith(List<JournalRow> journal) {
        if (!journal.isEmpty()) {
            sequence = journal.getLast().id.sequence();
            hash = journal.getLast().hash;
        }
        return this;
    }

    RevisionRow.Id revisionId() {
        return new RevisionRow.Id(namespace, name, revision);
    }

    Script script() {
        return StoreJson.read(Script.class, script);
    }
}
