package dev.lockstep.traffic;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * What the database has acknowledged, and so must have: kept by the clients, in memory. Each row has one writer, so its last
 * write is the one that counts; rows that all count in have a sum. Safe for any number of clients.
 */
final class Acknowledged {
    private final ConcurrentMap<String, ConcurrentMap<Long, Row>> rows = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, ConcurrentMap<Long, AtomicLong>> counts = new ConcurrentHashMap<>();

    /**
     * A row as it must be.
     *
     * @param facts those that are known; empty is NULL
     * @param operation the one that wrote it last
     */
    record Row(Map<String, Optional<String>> facts, long operation) {
        Row {
            facts = Map.copyOf(facts);
        }
    }

    /** The rows of an entity by their keys. */
    Map<Long, Row> rows(String entity) {
        return rows.computeIfAbsent(entity, _ -> new ConcurrentHashMap<>());
    }

    /** How far the shared rows have been counted up. */
    Map<Long, AtomicLong> counts(String entity) {
        return counts.computeIfAbsent(entity, _ -> new ConcurrentHashMap<>());
    }

    Row row(String entity, long key) {
        return rows(entity).getOrDefault(key, new Row(Map.of(), 0));
    }

    void wrote(String entity, long key, Map<String, Optional<String>> facts, long operation) {
        Map<String, Optional<String>> merged = new HashMap<>(row(entity, key).facts());
        merged.putAll(facts);
        rows(entity).put(key, new Row(merged, operation));
    }

    void deleted(String entity, long key) {
        rows(entity).remove(key);
    }

    void counted(String entity, long key) {
        counts(entity).computeIfAbsent(key, _ -> new AtomicLong()).incrementAndGet();
    }

    /** Forgets what this code does not know: a rollback has taken it away, and says so beforehand. */
    void keepOnly(Code code) {
        Map<String, Set<String>> known = code.tables().stream()
                .collect(Collectors.toMap(
                        TableUse::entity,
                        use -> use.fields().stream().map(Field::fact).collect(Collectors.toSet())));
        rows.keySet().retainAll(known.keySet());
        counts.keySet().retainAll(known.keySet());
        rows.forEach((entity, byKey) -> byKey.replaceAll((_, row) -> {
            Map<String, Optional<String>> kept = new HashMap<>(row.facts());
            kept.keySet().retainAll(known.getOrDefault(entity, Set.of()));
            return new Row(kept, row.operation());
        }));
    }
}
