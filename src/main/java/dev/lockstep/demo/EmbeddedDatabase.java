package dev.lockstep.demo;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * A PostgreSQL server of our own on loopback. Its data is kept, and so is its port, so that an address written down
 * yesterday works today. The superuser is {@code postgres}; loopback is trusted.
 */
final class EmbeddedDatabase implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(EmbeddedDatabase.class);

    private static final Duration STARTS_WITHIN = Duration.ofSeconds(60);
    private static final Duration STOPS_WITHIN = Duration.ofSeconds(30);

    private final Postmaster postmaster;

    /** What started the server; empty when it was already running. */
    private final Optional<EmbeddedPostgres> launcher;

    private EmbeddedDatabase(Postmaster postmaster, Optional<EmbeddedPostgres> launcher) {
        this.postmaster = postmaster;
        this.launcher = launcher;
    }

    /**
     * Starts the server, or takes over the one that a killed process left running.
     *
     * @param home the directory for data, binaries and the port; kept
     * @param wanted the port, when the person insists on one
     * @throws IllegalStateException with what to do, when it does not start
     */
    static EmbeddedDatabase start(Path home, Optional<Integer> wanted) {
        Path data = home.resolve("postgres");
        Optional<Postmaster> left = Postmaster.runningOn(data);
        if (left.isPresent()) {
            Postmaster running = left.get();
            if (running.answers() && wanted.map(port -> port == running.port()).orElse(true)) {
                LOG.infof(
                        "PostgreSQL is still running on port %d from an earlier demo: it is used as it is.",
                        running.port());
                return new EmbeddedDatabase(running, Optional.empty());
            }
            LOG.infof(
                    "A PostgreSQL of an earlier demo (process %d) does not answer or has another port: it is stopped.",
                    running.process().pid());
            running.stop(STOPS_WITHIN);
        }
        return launch(home, data, choosePort(home, wanted));
    }

    int port() {
        return postmaster.port();
    }

    /** Whether it was already running. */
    boolean adopted() {
        return launcher.isEmpty();
    }

    /** For JDBC, as this user. */
    String url(String database, String user) {
        return address(database) + "?user=" + user;
    }

    /** For JDBC, without a user. */
    String address(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port() + "/" + database;
    }

    /** Creates the database unless it is there. */
    void ensure(String database) {
        try (Connection connection = DriverManager.getConnection(url("postgres", "postgres"));
                Statement statement = connection.createStatement();
                ResultSet found =
                        statement.executeQuery("SELECT FROM pg_database WHERE datname = '" + database + "'")) {
            if (!found.next()) {
                statement.execute("CREATE DATABASE " + database);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(
                    "The database %s could not be created on port %d: %s".formatted(database, port(), e.getMessage()),
                    e);
        }
    }

    /** Stops the server. What was committed is on disk. */
    @Override
    public void close() {
        try {
            // Also gives back the library's own lock; it waits five seconds for the server and then leaves it.
            if (launcher.isPresent()) {
                launcher.get().close();
            }
        } catch (IOException e) {
            LOG.warnf("The lock in %s was not given back: %s", postmaster.dataDirectory(), e.getMessage());
        }
        if (postmaster.process().isAlive()) {
            postmaster.stop(STOPS_WITHIN);
        }
    }

    private static EmbeddedDatabase launch(Path home, Path data, int port) {
        try {
            EmbeddedPostgres launcher = EmbeddedPostgres.builder()
                    .setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .setOverrideWorkingDirectory(home.resolve("binaries").toFile())
                    .setPort(port)
                    .setPGStartupWait(STARTS_WITHIN)
                    // The library would stop the server while the service is still using it.
                    .setRegisterShutdownHook(false)
                    // The library turns both off; the demo is about not losing writes.
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("listen_addresses", "127.0.0.1")
                    .setServerConfig("max_connections", "200")
                    // So that the demo's page shows what a server can testify about a column's use.
                    .setServerConfig("shared_preload_libraries", "pg_stat_statements")
                    // The server may outlive this process, and must not write into a pipe that nobody reads.
                    .setServerConfig("logging_collector", "on")
                    .setServerConfig("log_directory", "log")
                    .setServerConfig("log_filename", "postgresql.log")
                    .setServerConfig("log_rotation_size", "0")
                    .start();
            Postmaster started =
                    Postmaster.runningOn(data).orElseThrow(() -> new IOException("it started and ended again at once"));
            return new EmbeddedDatabase(started, Optional.of(launcher));
        } catch (IOException | IllegalStateException e) {
            throw new IllegalStateException(
                    "PostgreSQL did not start on port %d with its data in %s: %s. Its own log is in %s; to begin with an empty database, delete %s."
                            .formatted(port, data, e.getMessage(), data.resolve("log"), home),
                    e);
        }
    }

    private static int choosePort(Path home, Optional<Integer> wanted) {
        if (wanted.isPresent()) {
            if (!isFree(wanted.get())) {
                throw new IllegalStateException(
                        "Port %d is taken by another program. Stop that, or choose another port for the demo's PostgreSQL."
                                .formatted(wanted.get()));
            }
            return wanted.get();
        }
        Path file = home.resolve("postgres-port");
        try {
            if (Files.exists(file)) {
                int kept = Integer.parseInt(Files.readString(file).strip());
                if (isFree(kept)) {
                    return kept;
                }
                LOG.infof(
                        "Port %d, which the demo's PostgreSQL had before, is now taken by another program: it gets a new one.",
                        kept);
            }
            int port = freePort();
            Files.createDirectories(home);
            Files.writeString(file, Integer.toString(port));
            return port;
        } catch (IOException | NumberFormatException e) {
            throw new IllegalStateException(
                    "The file %s cannot be used (%s). Delete it.".formatted(file, e.getMessage()), e);
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return socket.isBound();
        } catch (IOException _) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }
}
