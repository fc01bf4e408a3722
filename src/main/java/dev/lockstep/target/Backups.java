package dev.lockstep.target;

import dev.lockstep.engine.RunId;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/**
 * The values that contracts have kept, each in a table of schema {@code lockstep}, with an entry in {@code lockstep.backup}.
 * All methods but {@link #dropExpired} work in the caller's transaction.
 */
final class Backups {
    private static final Identifier SCHEMA = new Identifier("lockstep");

    private Backups() {}

    /** The table for these values of this run. */
    static TableName table(String label, RunId run) {
        return new TableName(SCHEMA, Identifier.derived("backup_", label.replace('.', '_'), run.value() + " " + label));
    }

    static void prepare(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_advisory_xact_lock(" + Ledger.CREATION_LOCK + ")");
            statement.execute("""
                    CREATE TABLE IF NOT EXISTS lockstep.backup (
                      table_name text PRIMARY KEY,
                      source text NOT NULL,
                      run uuid NOT NULL,
                      rows bigint,
                      made_at timestamptz,
                      keep_until timestamptz);
                    REVOKE ALL ON lockstep.backup FROM PUBLIC;
                    COMMENT ON TABLE lockstep.backup IS
                      'Values that plans have dropped, each in the table of this schema that is named here. Lockstep drops it after keep_until; move that to keep it for longer.';
                    """);
        }
    }

    static void enter(Connection connection, TableName table, String source, RunId run) throws SQLException {
        new Query(connection, """
                        INSERT INTO lockstep.backup (table_name, source, run) VALUES (?, ?, ?)
                        ON CONFLICT DO NOTHING""").update(table.name().value(), source, run.value());
    }

    /** From here on it is whole, and its time runs. */
    static void complete(Connection connection, TableName table, long rows, int keepSeconds) throws SQLException {
        new Query(connection, """
                        UPDATE lockstep.backup SET rows = ?, made_at = clock_timestamp(),
                          keep_until = clock_timestamp() + make_interval(secs => ?)
                        WHERE table_name = ?""").update(rows, keepSeconds, table.name().value());
    }

    static void drop(Connection connection, TableName table) throws SQLException {
        try (Statement statement = Query.plain(connection)) {
            statement.execute("DROP TABLE IF EXISTS " + table.sql());
        }
        if (exists(connection)) {
            new Query(connection, "DELETE FROM lockstep.backup WHERE table_name = ?")
                    .update(table.name().value());
        }
    }

    /**
     * Drops one whose time is over, in a transaction of its own, waiting half a second at most for a reader of it. Several
     * replicas may do so at once: each passes over what another has in hand.
     *
     * @return what it held, unless there was none
     */
    static Optional<String> dropExpired(Connection connection) throws SQLException {
        if (!exists(connection)) {
            return Optional.empty();
        }
        record Expired(TableName table, String source) {}
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL lock_timeout = '500ms'");
            Optional<Expired> expired = new Query(connection, """
                            SELECT table_name, source FROM lockstep.backup WHERE keep_until < clock_timestamp()
                            ORDER BY keep_until LIMIT 1 FOR UPDATE SKIP LOCKED""")
                    .first(row ->
                            new Expired(new TableName(SCHEMA, new Identifier(row.getString(1))), row.getString(2)));
            if (expired.isPresent()) {
                drop(connection, expired.get().table());
            }
            connection.commit();
            return expired.map(each -> each.source() + " in " + each.table());
        } finally {
            ShortTransaction.end(connection);
        }
    }

    private static boolean exists(Connection connection) throws SQLException {
        return new Query(connection, "SELECT to_regclass('lockstep.backup') IS NOT NULL").one(row -> row.getBoolean(1));
    }
}
