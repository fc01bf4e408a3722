package dev.lockstep.target;

import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Dead rows of the table while a vacuum works on it, so that the vacuum can come to its end. */
final class DeadRows implements Signal {
    private final TableName table;
    private final int limitPercent;

    DeadRows(TableName table, int limitPercent) {
        this.table = table;
        this.limitPercent = limitPercent;
    }

    private record Seen(double percent, boolean vacuum) {}

    @Override
    public String name() {
        return "dead-rows";
    }

    @Override
    public String remedy() {
        return "Nothing has to be done: the vacuum that works on the table comes to its end sooner this way.";
    }

    @Override
    public List<Reading> look(Connection connection) throws SQLException {
        return new Query(connection, """
                        SELECT 100.0 * n_dead_tup / greatest(n_live_tup, 1) AS percent,
                               EXISTS (SELECT FROM pg_stat_progress_vacuum v WHERE v.relid = t.relid) AS vacuum
                        FROM pg_stat_all_tables t WHERE relid = to_regclass(?)""")
                .first(row -> new Seen(row.getDouble("percent"), row.getBoolean("vacuum")), table.sql())
                .<List<Reading>>map(seen -> List.of(new Reading.Felt(
                        name(),
                        false,
                        seen.vacuum() ? seen.percent() / limitPercent : 0,
                        "table " + table,
                        "Table " + table + " has " + Math.round(seen.percent()) + " % dead rows, and "
                                + (seen.vacuum() ? "a" : "no") + " vacuum works on it (limit " + limitPercent
                                + " %).")))
                .orElseGet(List::of);
    }
}
