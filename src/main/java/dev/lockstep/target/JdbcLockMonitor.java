package dev.lockstep.target;

import dev.lockstep.engine.LockMonitor;
import dev.lockstep.plan.DatabaseName;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Who waits for whom, by {@code pg_blocking_pids} over {@code pg_stat_activity} and {@code pg_locks}. That stops the server's
 * lock manager for a moment, so that however many people look, a database is looked at once a second. Safe for any thread.
 */
public final class JdbcLockMonitor implements LockMonitor {
    private static final Duration AS_GOOD_AS_NOW = Duration.ofSeconds(1);
    private static final int LONGEST_MILLISECONDS = 4000;

    private final Map<DatabaseName, TargetConnection> connections;
    private final Map<DatabaseName, Turn> turns = new ConcurrentHashMap<>();

    public JdbcLockMonitor(Map<DatabaseName, TargetConnection> connections) {
        this.connections = Collections.unmodifiableMap(connections);
    }

    /** One look after the other, and the last one. */
    private static final class Turn {
        final ReentrantLock lock = new ReentrantLock();
        Optional<Kept> last = Optional.empty();
    }

    private record Kept(List<PatientStep> patient, Reading reading, Stopwatch age) {}

    @Override
    public Reading look(DatabaseName database, List<PatientStep> patient) {
        TargetConnection target = connections.get(database);
        if (target == null) {
            return new Reading.Unknown(connections.keySet().stream()
                    .sorted(Comparator.comparing(DatabaseName::value))
                    .toList());
        }
        Turn turn = turns.computeIfAbsent(database, _ -> new Turn());
        turn.lock.lock();
        try {
            Kept kept = turn.last
                    .filter(last -> last.age().elapsed().compareTo(AS_GOOD_AS_NOW) < 0
                            && last.patient().equals(patient))
                    .orElseGet(() -> new Kept(patient, reading(database, target, patient), Stopwatch.started()));
            turn.last = Optional.of(kept);
            return kept.reading();
        } finally {
            turn.lock.unlock();
        }
    }

    private static Reading reading(DatabaseName database, TargetConnection target, List<PatientStep> patient) {
        Connector connector = new Connector(target);
        try (Connection connection = connector.glance(Attempt.OWN_NAMES + "locks");
                Statement statement = connection.createStatement()) {
            statement.execute("SET statement_timeout = " + LONGEST_MILLISECONDS);
            return new LockLook(connection).look(patient);
        } catch (SQLException e) {
            return new Reading.Unreachable("Who waits for whom in database " + database + " at " + connector.address()
                    + " could not be seen: " + connector.safe(SqlFailure.words(e)) + ".");
        }
    }
}
