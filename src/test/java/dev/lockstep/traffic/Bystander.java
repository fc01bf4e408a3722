package dev.lockstep.traffic;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A client of another database on the same server, which no plan touches. What its statements take is what any statement
 * takes on this machine at this time, so a stall that it has as well does not come from a lock of ours.
 */
final class Bystander implements AutoCloseable {
    private static final long GAP = TimeUnit.MILLISECONDS.toNanos(5);

    private final Connection connection;
    private final Thread thread;
    private final AtomicReference<Duration> longest = new AtomicReference<>(Duration.ZERO);
    private volatile boolean stop;

    private Bystander(Connection connection) {
        this.connection = connection;
        this.thread = Thread.ofPlatform().name("bystander").unstarted(this::work);
    }

    /** @param url of a database of its own */
    static Bystander start(String url) throws SQLException {
        Connection connection = DriverManager.getConnection(url);
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE bystander AS SELECT n AS id, 0 AS seen FROM generate_series(1, 50) AS n");
        }
        Bystander bystander = new Bystander(connection);
        bystander.thread.start();
        return bystander;
    }

    private void work() {
        try (PreparedStatement update =
                connection.prepareStatement("UPDATE bystander SET seen = seen + 1 WHERE id = ?")) {
            for (int n = 0; !stop; n++) {
                update.setInt(1, 1 + n % 50);
                long from = System.nanoTime();
                update.executeUpdate();
                Duration took = Duration.ofNanos(System.nanoTime() - from);
                longest.accumulateAndGet(took, (one, other) -> one.compareTo(other) >= 0 ? one : other);
                LockSupport.parkNanos(GAP);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** From now on. */
    void begin() {
        longest.set(Duration.ZERO);
    }

    Duration longest() {
        return longest.get();
    }

    @Override
    public void close() throws SQLException {
        stop = true;
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        connection.close();
    }
}
