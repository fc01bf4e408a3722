package dev.lockstep.traffic;

import dev.lockstep.traffic.Acknowledged.Row;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Compares what was acknowledged with what is there, row by row, in each shape that can be read now. */
final class Verification {
    private static final int REMEMBERED = 20;

    private final Connection connection;
    private final Acknowledged acknowledged;
    private final List<String> faults = new ArrayList<>();
    private long lost;
    private long diverged;

    Verification(Connection connection, Acknowledged acknowledged) {
        this.connection = connection;
        this.acknowledged = acknowledged;
    }

    /** Learns all rows as they are, before the first client starts. */
    void learn(Code code) throws SQLException {
        for (TableUse use : code.tables()) {
            read(use).forEach((key, facts) -> acknowledged.wrote(use.entity(), key, facts, 0));
            use.counter().ifPresent(_ -> acknowledged.counts(use.entity()));
            for (Map.Entry<Long, Long> count : counts(use).entrySet()) {
                acknowledged.counts(use.entity()).put(count.getKey(), new AtomicLong(count.getValue()));
            }
        }
    }

    /** Every acknowledged write is there as this code reads it: a difference is a lost write. */
    void proveKept(Code code, String when) throws SQLException {
        for (TableUse use : code.tables()) {
            lost += compare(use, 0, code.version() + " " + when + ", lost");
        }
    }

    /**
     * The same as other code reads it: a difference is a divergence of the two shapes.
     *
     * @param since only rows that were written after this operation
     */
    void proveEqual(Code code, long since, String when) throws SQLException {
        for (TableUse use : code.tables()) {
            diverged += compare(use, since, code.version() + " " + when + ", diverged");
        }
    }

    /** Every value that was acknowledged for this fact, by code that still knew it, is in the backup. */
    void proveBackedUp(TableUse use, String fact) throws SQLException {
        TableUse backup = use.only(fact);
        Map<Long, Map<String, Optional<String>>> found = read(backup);
        acknowledged.rows(use.entity()).forEach((key, row) -> {
            Optional<String> must = row.facts().get(fact);
            if (must != null && !must.equals(found.getOrDefault(key, Map.of()).get(fact))) {
                lost++;
                remember("in the backup, lost: " + use.table() + " " + key + " has " + found.get(key) + " where " + must
                        + " was acknowledged");
            }
        });
    }

    /** A query that names what must not be. */
    void proveNone(String query, String when) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                diverged++;
                remember(when + ", diverged: " + rows.getString(1) + " by " + query);
            }
        }
    }

    private long compare(TableUse use, long since, String where) throws SQLException {
        Map<Long, Map<String, Optional<String>>> found = read(use);
        Map<Long, Row> must = acknowledged.rows(use.entity());
        long differences = Stream.concat(found.keySet().stream(), must.keySet().stream())
                .distinct()
                .filter(key -> differs(use, key, Optional.ofNullable(must.get(key)), found.get(key), since, where))
                .count();
        if (since == 0 && use.counter().isPresent()) {
            Map<Long, Long> counted = acknowledged.counts(use.entity()).entrySet().stream()
                    .collect(Collectors.toMap(
                            Map.Entry::getKey, count -> count.getValue().get()));
            Map<Long, Long> there = counts(use);
            if (!counted.equals(there)) {
                differences++;
                remember(where + ": " + use.table() + "." + use.counter().get() + " has " + there + " where " + counted
                        + " was acknowledged");
            }
        }
        return differences;
    }

    private boolean differs(
            TableUse use,
            long key,
            Optional<Row> must,
            @org.jspecify.annotations.Nullable Map<String, Optional<String>> found,
            long since,
            String where) {
        if (since > 0 && must.isPresent() && must.get().operation() <= since) {
            return false;
        }
        if (must.isEmpty() || found == null) {
            remember(where + ": " + use.table() + " " + key
                    + (found == null ? " is not there" : " is there, and was deleted or never written"));
            return true;
        }
        Map<String, Optional<String>> wrong = new HashMap<>();
        found.forEach((fact, value) -> {
            if (must.get().facts().containsKey(fact)
                    && !value.equals(must.get().facts().get(fact))) {
                wrong.put(fact, value);
            }
        });
        if (!wrong.isEmpty()) {
            remember(where + ": " + use.table() + " " + key + " has " + wrong + " where operation "
                    + must.get().operation() + " wrote " + must.get().facts());
        }
        return !wrong.isEmpty();
    }

    private void remember(String fault) {
        if (faults.size() < REMEMBERED) {
            faults.add(fault);
        }
    }

    private Map<Long, Map<String, Optional<String>>> read(TableUse use) throws SQLException {
        Map<Long, Map<String, Optional<String>>> rows = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT * FROM " + use.table())) {
            while (row.next()) {
                rows.put(row.getLong(use.key()), Pod.facts(use, row));
            }
        }
        return rows;
    }

    private Map<Long, Long> counts(TableUse use) throws SQLException {
        Map<Long, Long> counts = new HashMap<>();
        if (use.counter().isPresent()) {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(
                            "SELECT " + use.key() + ", " + use.counter().get() + " FROM " + use.table() + " WHERE "
                                    + use.key() + " < " + Client.FIRST_OWNED)) {
                while (row.next()) {
                    counts.put(row.getLong(1), row.getLong(2));
                }
            }
        }
        return counts;
    }

    long lost() {
        return lost;
    }

    long diverged() {
        return diverged;
    }

    List<String> faults() {
        return List.copyOf(faults);
    }
}
