package dev.lockstep.it;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;

/**
 * Holds a transaction of Lockstep at an exact statement: a trigger waits for an advisory lock that the test has, when a row
 * is written that satisfies a condition. What the snare needs in a database is in schema {@code snare}.
 */
final class Snare implements AutoCloseable {
    private static final int LOCK = 4711;

    private final Connection connection;

    private Snare(Connection connection) {
        this.connection = connection;
    }

    /** Lays it for rows of these tables; a table that is not there yet is watched as soon as it is created. */
    static Snare lay(String url, List<String> tables) throws SQLException {
        Connection connection = DriverManager.getConnection(url);
        try (Statement statement = connection.createStatement()) {
            statement.execute("""
                    CREATE SCHEMA snare;
                    CREATE TABLE snare.wanted (at_table text NOT NULL, condition text NOT NULL);
                    CREATE FUNCTION snare.hold(at_table text, written jsonb) RETURNS void LANGUAGE plpgsql AS $$
                    DECLARE
                      wanted text;
                      caught boolean;
                    BEGIN
                      FOR wanted IN SELECT w.condition FROM snare.wanted w WHERE w.at_table = hold.at_table LOOP
                        EXECUTE 'SELECT ' || wanted || ' FROM (SELECT $1 AS r) AS written' INTO caught USING written;
                        IF caught THEN
                          PERFORM set_config('lock_timeout', '0', true);
                          PERFORM pg_advisory_xact_lock_shared(4711);
                        END IF;
                      END LOOP;
                    END $$;
                    CREATE FUNCTION snare.on_row() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN
                      PERFORM snare.hold(TG_RELID::regclass::text, to_jsonb(NEW));
                      RETURN NEW;
                    END $$;
                    CREATE FUNCTION snare.watch(at_table text) RETURNS void LANGUAGE plpgsql AS $$
                    BEGIN
                      EXECUTE format('CREATE TRIGGER snare BEFORE INSERT OR UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION snare.on_row()', at_table);
                      -- Also in transactions that do not fire the tables' own triggers.
                      EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER snare', at_table);
                    END $$;
                    CREATE FUNCTION snare.on_creation() RETURNS event_trigger LANGUAGE plpgsql AS $$
                    DECLARE
                      created text;
                    BEGIN
                      FOR created IN SELECT object_identity FROM pg_event_trigger_ddl_commands()
                                      WHERE object_identity IN (SELECT w.at_table FROM snare.expected w) LOOP
                        PERFORM snare.watch(created);
                        PERFORM snare.hold('CREATE TABLE ' || created, '{}');
                      END LOOP;
                    END $$;
                    CREATE TABLE snare.expected (at_table text NOT NULL);
                    CREATE EVENT TRIGGER snare ON ddl_command_end WHEN TAG IN ('CREATE TABLE')
                      EXECUTE FUNCTION snare.on_creation();
                    """);
            statement.execute("SELECT pg_advisory_lock(" + LOCK + ")");
        }
        for (String table : tables) {
            boolean there = RenameWorld.ask(connection, "SELECT to_regclass('" + table + "') IS NOT NULL")
                    .equals(List.of("t"));
            String sql = there ? "SELECT snare.watch(?)" : "INSERT INTO snare.expected VALUES (?)";
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setString(1, table);
                statement.execute();
            }
        }
        return new Snare(connection);
    }

    /** From now on it holds whoever writes a row {@code r} (as jsonb) of this table that satisfies the condition. */
    void arm(String table, String condition) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("INSERT INTO snare.wanted VALUES (?, ?)")) {
            statement.setString(1, table);
            statement.setString(2, condition);
            statement.execute();
        }
    }

    /** Waits until somebody is held, and says what they are at. */
    String awaitCaught(String what, LockstepProcess lockstep, Duration limit) {
        Awaitility.await(what + "; the log is " + lockstep.log())
                .atMost(limit)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> {
                    lockstep.mustBeAlive();
                    return caught().isPresent();
                });
        return caught().orElse("nothing any more");
    }

    private Optional<String> caught() {
        try {
            return RenameWorld.ask(connection, """
                            SELECT 'backend ' || a.pid || ' in ' || left(regexp_replace(a.query, '\\s+', ' ', 'g'), 40)
                            FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                            WHERE l.locktype = 'advisory' AND l.objid = 4711 AND NOT l.granted
                              AND a.datname = current_database()""").stream().findFirst();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Ends the held transaction, as the server does by itself for a client that is gone: at once between two statements, and
     * after a second within one. And disarms.
     */
    void endCaught() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("""
                    SELECT pg_terminate_backend(pid, 10000) FROM pg_locks
                    WHERE locktype = 'advisory' AND objid = 4711 AND NOT granted
                      AND database = (SELECT oid FROM pg_database WHERE datname = current_database());
                    DELETE FROM snare.wanted""");
        }
    }

    /** Takes everything of it away. */
    @Override
    public void close() throws SQLException {
        try (connection;
                Statement statement = connection.createStatement()) {
            statement.execute("DROP EVENT TRIGGER IF EXISTS snare; DROP SCHEMA IF EXISTS snare CASCADE");
        }
    }
}
