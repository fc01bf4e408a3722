package dev.lockstep.target;

import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How much larger the table is than when this attempt began. Space that is in use once is not given back by a vacuum, so the
 * size alone is no reason to go slower: it counts while the table still grows.
 */
final class HeapGrowth implements Signal {
    private static final Duration WINDOW = Duration.ofSeconds(10);

    private final TableName table;
    private final int limitPercent;
    private final Window lately = new Window(WINDOW);
    private Optional<Long> begin = Optional.empty();

    HeapGrowth(TableName table, int limitPercent) {
        this.table = table;
        this.limitPercent = limitPercent;
    }

    @Override
    public String name() {
        return "heap-growth";
    }

    @Override
    public String remedy() {
        return "See whether an old transaction or replication slot keeps dead rows from being removed; otherwise a vacuum"
                + " that catches up lets the table grow no more.";
    }

    @Override
    public List<Reading> look(Connection connection) throws SQLException {
        long size = new Query(connection, "SELECT coalesce(pg_relation_size(to_regclass(?)), 0)")
                .one(row -> row.getLong(1), table.sql());
        long first = begin.orElse(size);
        begin = Optional.of(first);
        boolean growing = lately.grown(size) > 0;
        double percent = first == 0 ? 0 : 100.0 * (size - first) / first;
        return List.of(new Reading.Felt(
                name(),
                false,
                growing ? percent / limitPercent : 0,
                "table " + table,
                "Table " + table + " is " + Math.round(percent) + " % larger than at the begin and "
                        + (growing ? "still grows" : "does not grow now") + " (limit " + limitPercent + " %)."));
    }
}
