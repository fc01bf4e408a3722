package dev.lockstep.target;

import dev.lockstep.engine.DeclaredDatabases.Credentials;
import dev.lockstep.engine.LockstepException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import org.postgresql.PGConnection;

/** Opens dedicated connections to one target; nothing is pooled. Safe for any number of threads. */
final class Connector {
    /** For everything that a server answers at once; statements that may take long are watched instead. */
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

    private static final int APPLICATION_NAME_BYTES = 63;

    /** As the server calls it when nobody is who they say: it may go by itself, once somebody has put it right. */
    private static final String NO_CREDENTIALS = "28000";

    private final TargetConnection target;

    Connector(TargetConnection target) {
        this.target = target;
    }

    /**
     * Opens a connection in autocommit mode whose session settings are ours, whatever the role's own are.
     *
     * @throws SQLException also with state 08* or 28* where there is no connection
     */
    Connection open(String applicationName) throws SQLException {
        return open(applicationName, 10, ANSWER_TIMEOUT.toSeconds());
    }

    /** The same for somebody who looks at a page, and would rather hear soon that nobody answers. */
    Connection glance(String applicationName) throws SQLException {
        return open(applicationName, 3, 5);
    }

    private Connection open(String applicationName, int connectSeconds, long answerSeconds) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("ApplicationName", cut(applicationName));
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("connectTimeout", String.valueOf(connectSeconds));
        properties.setProperty("loginTimeout", String.valueOf(2 * connectSeconds));
        properties.setProperty("socketTimeout", String.valueOf(answerSeconds));
        Credentials credentials = credentials();
        if (!credentials.user().isEmpty()) {
            properties.setProperty("user", credentials.user());
        }
        if (!credentials.password().isEmpty()) {
            properties.setProperty("password", credentials.password());
        }
        Connection connection = DriverManager.getConnection(target.url(), properties);
        try {
            settle(connection);
            return connection;
        } catch (SQLException e) {
            close(connection);
            throw e;
        }
    }

    private Credentials credentials() throws SQLException {
        try {
            return target.credentials().get();
        } catch (LockstepException e) {
            throw new SQLException(e.getMessage(), NO_CREDENTIALS, e);
        }
    }

    private static void settle(Connection connection) throws SQLException {
        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        // A role may have timeouts of its own, which a VALIDATE would not survive (P13). And if this process stands
        // still in the middle of a transaction, its locks would keep the application and whoever takes over waiting:
        // nothing here rests inside a transaction, so the server may end one that does soon. What it held is done
        // again. The idle session of a Guard is in no transaction: when its host is lost, the server would go on
        // holding its lock for the two hours of the system's own keepalive, so it asks sooner.
        new Query(connection, """
            SELECT set_config(s.name, wanted.value, false)
            FROM (VALUES ('statement_timeout', '0'), ('lock_timeout', '0'), ('idle_session_timeout', '0'),
                         ('transaction_timeout', '0'), ('default_transaction_read_only', 'off'),
                 ('tcp_keepalives_idle', '10'), ('tcp_keepalives_interval', '5'), ('tcp_keepalives_count', '3'),
                         ('idle_in_transaction_session_timeout', '3s')) AS wanted (name, value)
            JOIN pg_settings s ON s.name = wanted.name\
            """).list(row -> row.getString(1));
        try (Statement statement = connection.createStatement()) {
            // The server looks whether this process is still there while it works or waits for it (14 and later).
            statement.execute("SET client_connection_check_interval = '1s'");
        } catch (SQLException e) {
            if (SqlFailure.of(e) == SqlFailure.UNREACHABLE) {
                throw e;
            }
        }
    }

    /** Lets a statement take as long as it takes; the caller watches it. */
    static void patient(Connection connection) throws SQLException {
        connection.setNetworkTimeout(Runnable::run, 0);
    }

    /** Every answer is due at once again. */
    static void prompt(Connection connection) throws SQLException {
        connection.setNetworkTimeout(Runnable::run, (int) ANSWER_TIMEOUT.toMillis());
    }

    /**
     * Whether a pool in transaction mode stands between us and the server: there, session settings and session locks do not
     * hold (P8). A pool makes up the process id of the connection; if it did, and the server process behind it is shared
     * with a second connection, or changes, sessions are not ours.
     */
    boolean behindTransactionPool(Connection connection) throws SQLException {
        int announced = connection.unwrap(PGConnection.class).getBackendPID();
        if (announced == backend(connection)) {
            return false;
        }
        for (int look = 0; look < 3; look++) {
            int mine = backend(connection);
            try (Connection other = open("lockstep/pool-check")) {
                other.setAutoCommit(false);
                boolean shared = backend(other) == mine;
                boolean moved = backend(connection) != mine;
                other.rollback();
                if (shared || moved) {
                    return true;
                }
            }
        }
        return false;
    }

    private static int backend(Connection connection) throws SQLException {
        return new Query(connection, "SELECT pg_backend_pid()").one(row -> row.getInt(1));
    }

    /** What the driver or server said, without the password, should it ever be in there. */
    String safe(String message) {
        String safe = message.replace(target.url(), target.shownUrl());
        try {
            String password = target.credentials().get().password();
            return password.isEmpty() ? safe : safe.replace(password, "***");
        } catch (LockstepException _) {
            // Whoever has no password has none to give away.
            return safe;
        }
    }

    String address() {
        return target.shownUrl();
    }

    /** Closing what is broken already is no news. */
    static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException _) {
            // The server ends the session by itself.
        }
    }

    private static String cut(String name) {
        String ascii = name.replaceAll("[^\\x20-\\x7e]", "?");
        byte[] bytes = ascii.getBytes(StandardCharsets.US_ASCII);
        return bytes.length <= APPLICATION_NAME_BYTES ? ascii : ascii.substring(0, APPLICATION_NAME_BYTES);
    }
}
