package dev.lockstep.target;

import dev.lockstep.change.LockMode;
import dev.lockstep.change.TableLock;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/** Looks who is in the way, without queueing for anything (P4). */
final class LockHolders {
    /**
     * Which prepared transactions a server process waits for: {@code pg_blocking_pids} gives 0 for all of them, so they are
     * found by what both have to do with. Columns waiter, gid, owner, prepared.
     */
    static final String PREPARED = """
            SELECT w.pid AS waiter, x.gid, x.owner, x.prepared
            FROM pg_locks w
            JOIN pg_locks l ON l.pid IS NULL AND l.granted AND l.locktype = w.locktype
              AND (l.database, l.relation, l.page, l.tuple, l.virtualxid, l.transactionid, l.classid, l.objid, l.objsubid)
                IS NOT DISTINCT FROM
                (w.database, w.relation, w.page, w.tuple, w.virtualxid, w.transactionid, w.classid, w.objid, w.objsubid)
            JOIN pg_locks t ON t.pid IS NULL AND t.locktype = 'transactionid'
              AND t.virtualtransaction = l.virtualtransaction
            JOIN pg_prepared_xacts x ON x.transaction = t.transactionid
            WHERE NOT w.granted
            """;

    private LockHolders() {}

    /**
     * Everybody who has, or is queued for, a lock that conflicts with one of these on the table or anything below it.
     * A walsender is among them only when it really has such a lock, for the first copy of a subscription.
     */
    static List<LockHolder> of(Connection connection, List<TableLock> locks) throws SQLException {
        if (locks.isEmpty()) {
            return List.of();
        }
        String[] schemas = new String[locks.size()];
        String[] tables = new String[locks.size()];
        String[] modes = new String[locks.size()];
        for (int i = 0; i < schemas.length; i++) {
            TableLock lock = locks.get(i);
            schemas[i] = lock.table().schema().value();
            tables[i] = lock.table().name().value();
            modes[i] = lock.mode().conflicts().stream()
                    .map(LockMode::catalogueName)
                    .collect(Collectors.joining(","));
        }
        return new Query(connection, """
                        WITH RECURSIVE tree AS (
                          SELECT c.oid, w.modes
                          FROM unnest(?::text[], ?::text[], ?::text[]) AS w (schema_name, table_name, modes)
                          JOIN pg_namespace n ON n.nspname = w.schema_name
                          JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.table_name
                          UNION
                          SELECT i.inhrelid, t.modes FROM tree t JOIN pg_inherits i ON i.inhparent = t.oid)
                        SELECT DISTINCT ON (l.virtualtransaction) l.virtualtransaction,
                               l.granted, format('%s on %s', l.mode, l.relation::regclass) AS what,
                        """ + LockHolder.COLUMNS + """
                        FROM tree t
                        JOIN pg_locks l ON l.relation = t.oid AND l.mode = ANY (string_to_array(t.modes, ','))
                        LEFT JOIN pg_stat_activity a ON a.pid = l.pid
                        LEFT JOIN pg_locks x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                          AND x.virtualtransaction = l.virtualtransaction
                        LEFT JOIN pg_prepared_xacts p ON p.transaction = x.transactionid
                        WHERE l.locktype = 'relation' AND l.pid IS DISTINCT FROM pg_backend_pid()
                          AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                        ORDER BY l.virtualtransaction, l.granted DESC""")
                .list(
                        row -> LockHolder.read(
                                row,
                                row.getString("virtualtransaction"),
                                row.getBoolean("granted")
                                        ? row.getString("what")
                                        : "a place before us: it is queued for " + row.getString("what"),
                                row.getBoolean("granted")),
                        connection.createArrayOf("text", schemas),
                        connection.createArrayOf("text", tables),
                        connection.createArrayOf("text", modes));
    }

    /** Whom this server process waits for right now. */
    static List<LockHolder> blocking(Connection connection, int pid) throws SQLException {
        return new Query(connection, "SELECT " + LockHolder.COLUMNS + """
                        FROM (SELECT DISTINCT unnest(pg_blocking_pids(?)) AS pid) AS b
                        LEFT JOIN pg_stat_activity a ON a.pid = b.pid
                        LEFT JOIN (SELECT DISTINCT gid, owner, prepared FROM (""" + PREPARED + """
                          ) r WHERE r.waiter = ?) p ON b.pid = 0
                        ORDER BY 1""")
                .list(row -> LockHolder.read(row, "a lock or transaction that the step waits for"), pid, pid);
    }
}
