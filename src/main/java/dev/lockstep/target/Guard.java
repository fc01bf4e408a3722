package dev.lockstep.target;

import dev.lockstep.engine.StepOutcome;
import dev.lockstep.gate.Blocker;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * Keeps two workers from doing the same non-transactional step at once: a session advisory lock on a connection of its own
 * that is never in a transaction, because our own CREATE INDEX CONCURRENTLY would wait for that one for ever (P9). It also
 * waits for what is left of an earlier worker: a server process that still works under the step's name.
 */
final class Guard implements AutoCloseable {
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);
    private static final Duration RETRY = Duration.ofSeconds(5);

    private final Connection connection;

    private Guard(Connection connection) {
        this.connection = connection;
    }

    /** What became of {@link #take}. */
    sealed interface Taking {
        record Taken(Guard guard) implements Taking {}

        record NotTaken(StepOutcome outcome) implements Taking {}
    }

    /** Takes the run's guard, or says who has it after the step's deadline. */
    static Taking take(Attempt attempt, Connection worker) throws SQLException {
        Connection connection = attempt.open();
        boolean taken = false;
        try {
            Stopwatch waiting = Stopwatch.started();
            long key = attempt.order().run().value().getMostSignificantBits()
                    ^ attempt.order().run().value().getLeastSignificantBits();
            while (true) {
                boolean locked =
                        new Query(connection, "SELECT pg_try_advisory_lock(?)").one(row -> row.getBoolean(1), key);
                List<LockHolder> others = others(connection, worker, locked ? "" : " OR " + HOLDS, key);
                if (locked && others.isEmpty()) {
                    taken = true;
                    attempt.heldUpBy(List.of());
                    attempt.waitingFor(List.of());
                    return new Taking.Taken(new Guard(connection));
                }
                if (locked) {
                    new Query(connection, "SELECT pg_advisory_unlock(?)").one(row -> row.getBoolean(1), key);
                }
                List<Blocker> blockers = attempt.heldUpBy(others, Blocker.Code.LOCK_NOT_ACQUIRED);
                if (waiting.elapsed().toSeconds() >= attempt.order().locks().deadlineSeconds()) {
                    return new Taking.NotTaken(new StepOutcome.Blocked(blockers, RETRY));
                }
                if (!attempt.rest(LOOK_EVERY)) {
                    return new Taking.NotTaken(new StepOutcome.Interrupted());
                }
            }
        } finally {
            if (!taken) {
                Connector.close(connection);
            }
        }
    }

    private static final String HOLDS = """
            a.pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted
                        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                        AND (classid::bigint << 32) | objid::bigint = ?)""";

    private static List<LockHolder> others(Connection connection, Connection worker, String orHolds, long key)
            throws SQLException {
        String sql = "SELECT " + LockHolder.COLUMNS + """
                FROM pg_stat_activity a LEFT JOIN pg_prepared_xacts p ON false
                WHERE a.datname = current_database() AND a.pid NOT IN (pg_backend_pid(), ?)
                  AND (a.application_name = ? AND a.state = 'active'""" + orHolds + ") ORDER BY 1";
        int own = new Query(worker, "SELECT pg_backend_pid()").one(row -> row.getInt(1));
        String name = new Query(worker, "SHOW application_name").one(row -> row.getString(1));
        Query query = new Query(connection, sql);
        Query.RowReader<LockHolder> reader =
                row -> LockHolder.read(row, "work of an earlier attempt of this step unfinished");
        return orHolds.isEmpty() ? query.list(reader, own, name) : query.list(reader, own, name, key);
    }

    @Override
    public void close() {
        // The lock goes with its session.
        Connector.close(connection);
    }
}
