package dev.lockstep.traffic;

import dev.lockstep.engine.Progress;
import dev.lockstep.engine.StepMonitor;
import dev.lockstep.gate.Blocker;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Breaks an attempt of a step off. It leaves nothing in the database when it is closed.
 *
 * <p>A step's session is killed where it hurts most, when it writes to the ledger what it has done: for a transactional step
 * all of its statements have run by then and nothing is committed, for a backfill a batch has, and what refuses a
 * transaction is done and not recorded. Or it is killed wherever it is at work. Or its monitor asks it to stop.
 */
final class Breaker implements AutoCloseable {
    private final Connection connection;
    private final Thread killer;
    private volatile boolean over;

    /** How an attempt is broken off. */
    enum Way {
        NOT_AT_ALL,
        /** The session ends itself when it writes to the ledger that it has done something. */
        KILLED_AT_THE_RECORD,
        /** The session is ended by another one as soon as that sees it in a transaction. */
        KILLED_AT_WORK,
        /** The monitor asks to stop. */
        STOPPED
    }

    private Breaker(Connection connection, Thread killer) {
        this.connection = connection;
        this.killer = killer;
    }

    static Breaker arm(String url, Way way, String applicationName, String step) throws SQLException {
        Connection connection = DriverManager.getConnection(url + "&ApplicationName=breaker");
        Breaker[] made = new Breaker[1];
        Thread killer = Thread.ofPlatform().name("killer").unstarted(() -> made[0].kill(applicationName));
        made[0] = new Breaker(connection, killer);
        switch (way) {
            case NOT_AT_ALL, STOPPED -> {}
            case KILLED_AT_THE_RECORD -> made[0].mine(step);
            case KILLED_AT_WORK -> killer.start();
        }
        return made[0];
    }

    /** The monitor for the attempt. */
    static StepMonitor monitor(Way way) {
        AtomicInteger asked = new AtomicInteger();
        return new StepMonitor() {
            @Override
            public boolean stopRequested() {
                // The first time is before it has begun.
                return way == Way.STOPPED && asked.incrementAndGet() > 1;
            }

            @Override
            public void progressed(Progress progress) {}

            @Override
            public void waitingFor(List<Blocker> blockers) {}
        };
    }

    private void mine(String step) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // The very first step of a database makes the ledger; there is nothing to lay it in before.
            try (ResultSet ledger = statement.executeQuery("SELECT to_regclass('lockstep.ledger')")) {
                ledger.next();
                if (ledger.getString(1) == null) {
                    return;
                }
            }
            statement.execute("""
                    CREATE SCHEMA breaker;
                    CREATE FUNCTION breaker.kill() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN
                      PERFORM pg_terminate_backend(pg_backend_pid());
                      RETURN NEW;
                    END $$;
                    CREATE TRIGGER breaker BEFORE UPDATE ON lockstep.ledger FOR EACH ROW
                    WHEN (NEW.step = '%s' AND (NEW.state = 'Done' OR NEW.cursor <> OLD.cursor))
                    EXECUTE FUNCTION breaker.kill();
                    -- Backfills do not fire ordinary triggers.
                    ALTER TABLE lockstep.ledger ENABLE ALWAYS TRIGGER breaker;
                    """.formatted(step));
        }
    }

    private void kill(String applicationName) {
        String sql = """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE application_name = ? AND datname = current_database() AND xact_start IS NOT NULL
                  AND state IN ('active', 'idle in transaction')""";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, applicationName);
            while (!over) {
                try (ResultSet killed = statement.executeQuery()) {
                    if (killed.next()) {
                        return;
                    }
                }
                LockSupport.parkNanos(500_000);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws SQLException {
        over = true;
        try (connection) {
            killer.join();
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET client_min_messages = warning; DROP SCHEMA IF EXISTS breaker CASCADE");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
