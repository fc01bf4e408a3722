package dev.lockstep.target;

import dev.lockstep.change.LockMode;
import dev.lockstep.change.TableLock;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/** Looks who is in the way, without queueing for anything (P4). */
final class LockHolders {
    private LockHolders() {}

    /**
     * Everybody who has, or is queued for, a lock that conflicts with one of these on the table or anything below it.
     * Walsenders are left out: their locks are the server's business.
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
                               CASE WHEN l.granted THEN '' ELSE 'queued for ' END
                                 || format('%s on %s', l.mode, l.relation::regclass) AS what,
                        """ + LockHolder.COLUMNS + """
                        FROM tree t
                        JOIN pg_locks l ON l.relation = t.oid AND l.mode = ANY (string_to_array(t.modes, ','))
                        LEFT JOIN pg_stat_activity a ON a.pid = l.pid
                        LEFT JOIN pg_locks x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
                          AND x.virtualtransaction = l.virtualtransaction
                        LEFT JOIN pg_prepared_xacts p ON p.transaction = x.transactionid
                        WHERE l.locktype = 'relation' AND l.pid IS DISTINCT FROM pg_backend_pid()
                          AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                          AND coalesce(a.backend_type, '') <> 'walsender'
                        ORDER BY l.virtualtransaction, l.granted DESC""")
                .list(
                        row -> LockHolder.read(
                                row,
                                row.getString("virtualtransaction"),
                                row.getString("what").startsWith("queued")
                                        ? "a place before us: it is " + row.getString("what")
                                        : row.getString("what")),
                        connection.createArrayOf("text", schemas),
                        connection.createArrayOf("text", tables),
                        connection.createArrayOf("text", modes));
    }

    /** Whom this server process waits for right now. */
    static List<LockHolder> blocking(Connection connection, int pid) throws SQLException {
        return new Query(connection, "SELECT " + LockHolder.COLUMNS + """
                        FROM (SELECT DISTINCT unnest(pg_blocking_pids(?)) AS pid) AS b
                        LEFT JOIN pg_stat_activity a ON a.pid = b.pid
                        LEFT JOIN pg_prepared_xacts p ON b.pid = 0 AND p.database = current_database()
                        ORDER BY 1""")
                .list(row -> LockHolder.read(row, "a lock or transaction that the step waits for"), pid);
    }
}
