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

    private JournalRow(RunId run, long sequence, String previousHash, Text event, Instant now) {
        this.id = new Id(run.value(), sequence);
        this.at = now;
        this.event = event.json();
        this.previousHash = previousHash;
        this.hash = HashChain.link(previousHash, run, sequence, now, event.canonical());
    }

    /**
     * The rows for these events, each linked to the one before it, the first to this hash.
     *
     * @param now as {@link HashChain#kept}
     */
    static List<JournalRow> behind(RunId run, long sequence, String hash, List<Text> events, Instant now) {
        List<JournalRow> rows = new ArrayList<>(events.size());
        String previous = hash;
        for (Text event : events) {
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
    String link() {
        return HashChain.link(previousHash, new RunId(id.run()), id.sequence(), at, StoreJson.canonical(event));
    }

    JournalEntry entry() {
        return new JournalEntry(id.sequence(), at, StoreJson.read(Event.class, event));
    }

    /** An event as it is written, and as it is hashed; made before the transaction, on the caller's thread. */
    record Text(String json, String canonical) {
        static List<Text> of(List<Event> events) {
            return events.stream()
                    .map(event -> StoreJson.write(Event.class, event))
                    .map(json -> new Text(json, StoreJson.canonical(json)))
                    .toList();
        }
    }

    @Embeddable
    record Id(UUID run, long sequence) {}
}
