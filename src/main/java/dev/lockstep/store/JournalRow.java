package dev.lockstep.store;

import dev.lockstep.engine.JournalEntry;
import dev.lockstep.engine.RunId;
import dev.lockstep.lifecycle.Event;
import io.smallrye.mutiny.Uni;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.reactive.mutiny.Mutiny;
import org.hibernate.type.SqlTypes;

/** One journal entry, linked to the one before it. */
@Entity
@Immutable
@Table(name = "journal")
class JournalRow {
    @EmbeddedId
    Id id;

    Instant at;

    @JdbcTypeCode(SqlTypes.JSON)
    String event;

    @Column(name = "previous_hash")
    String previousHash;

    String hash;

    @SuppressWarnings("NullAway.Init")
    protected JournalRow() {}

    /** @param now as {@link HashChain#kept} */
    JournalRow(RunId run, long sequence, String previousHash, Event event, Instant now) {
        this.id = new Id(run.value(), sequence);
        this.at = now;
        this.event = StoreJson.write(Event.class, event);
        this.previousHash = previousHash;
        this.hash = link();
    }

    /** The rows for these events, each linked to the one before it, the first to this hash. */
    static List<JournalRow> behind(RunId run, long sequence, String hash, List<Event> events, Instant now) {
        List<JournalRow> rows = new ArrayList<>(events.size());
        String previous = hash;
        for (Event event : events) {
            JournalRow row = new JournalRow(run, sequence + rows.size() + 1, previous, event, now);
            previous = row.hash;
            rows.add(row);
        }
        return rows;
    }

    static Uni<List<JournalRow>> after(Mutiny.Session session, RunId run, long sequence) {
        return session.createSelectionQuery(
                        "from JournalRow j where j.id.run = :run and j.id.sequence > :sequence order by j.id.sequence",
                        JournalRow.class)
                .setParameter("run", run.value())
                .setParameter("sequence", sequence)
                .getResultList();
    }

    /** What this entry's hash must be, given its content. */
    final String link() {
        return HashChain.link(previousHash, new RunId(id.run()), id.sequence(), at, event);
    }

    JournalEntry entry() {
        return new JournalEntry(id.sequence(), at, StoreJson.read(Event.class, event));
    }

    @Embeddable
    record Id(UUID run, long sequence) {}
}
