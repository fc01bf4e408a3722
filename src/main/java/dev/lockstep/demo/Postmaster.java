package dev.lockstep.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A running PostgreSQL server, as the {@code postmaster.pid} in its data directory describes it.
 *
 * @param port on loopback
 */
record Postmaster(ProcessHandle process, int port, Path dataDirectory) {
    /** The server that runs on this data directory, unless the file is absent or its process is gone. */
    static Optional<Postmaster> runningOn(Path dataDirectory) {
        Path file = dataDirectory.resolve("postmaster.pid");
        try {
            List<String> lines = Files.readAllLines(file);
            // Line 1 is the process, line 2 the data directory, line 4 the port; a file that is being written is
            // shorter.
            if (lines.size() < 4 || !sameDirectory(dataDirectory, Path.of(lines.get(1)))) {
                return Optional.empty();
            }
            int port = Integer.parseInt(lines.get(3).strip());
            return ProcessHandle.of(Long.parseLong(lines.get(0).strip()))
                    .filter(ProcessHandle::isAlive)
                    .filter(Postmaster::isPostgres)
                    .map(process -> new Postmaster(process, port, dataDirectory));
        } catch (IOException | NumberFormatException _) {
            return Optional.empty();
        }
    }

    /** Whether it takes connections and says itself that it runs on our data directory. */
    boolean answers() {
        String url =
                "jdbc:postgresql://127.0.0.1:%d/postgres?user=postgres&connectTimeout=2&socketTimeout=5&loginTimeout=5"
                        .formatted(port);
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SHOW data_directory")) {
            return row.next() && sameDirectory(dataDirectory, Path.of(row.getString(1)));
        } catch (SQLException _) {
            return false;
        }
    }

    /**
     * Stops it: sessions are cut, what was committed is on disk.
     *
     * @throws IllegalStateException when it does not end in time
     */
    void stop(Duration limit) {
        try {
            // SIGINT is PostgreSQL's fast shutdown. SIGTERM, which ProcessHandle.destroy sends, waits for every
            // session.
            int sent = new ProcessBuilder("kill", "-INT", Long.toString(process.pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            if (sent == 0) {
                process.onExit().get(limit.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (IOException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException(
                    "PostgreSQL (process %d) on %s did not stop within %d s. Look at its log in %s and stop it by hand with: kill -INT %d"
                            .formatted(
                                    process.pid(),
                                    dataDirectory,
                                    limit.toSeconds(),
                                    dataDirectory.resolve("log"),
                                    process.pid()),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A process id is soon another's after a reboot; only a PostgreSQL is ours to signal. */
    private static boolean isPostgres(ProcessHandle process) {
        return process.info()
                .command()
                .map(command -> command.contains("postgres"))
                .orElse(false);
    }

    private static boolean sameDirectory(Path some, Path other) {
        try {
            return Files.isSameFile(some, other);
        } catch (IOException _) {
            return false;
        }
    }
}
