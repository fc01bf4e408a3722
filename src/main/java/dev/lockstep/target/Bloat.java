package dev.lockstep.target;

import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A VACUUM between two batches, each time the table has grown by the share that the plan allows: the room of dead rows can
 * then be used again, and the table need not grow on. It runs on a connection of its own, as gently as autovacuum does, and
 * never waits long for a lock. The file is not made shorter: that would need a lock that stops everybody.
 *
 * <p>While an older snapshot may still see the dead rows, a vacuum would read everything and remove nothing: it is left out,
 * and the step says who holds it up. The worker that finds the ceiling reached waits for the vacuum; others go on. Safe for
 * any number of threads.
 */
final class Bloat {
    private static final Duration LOOK_EVERY = Duration.ofMillis(250);

    private final Attempt attempt;
    private final TableName table;
    private final int ceilingPercent;
    private final ReentrantLock looking = new ReentrantLock();
    private final Stopwatch since = Stopwatch.started();
    private Duration next = Duration.ZERO;
    private long base;
    private String begun = "";
    private int vacuums;

    Bloat(Attempt attempt, TableName table) {
        this.attempt = attempt;
        this.table = table;
        this.ceilingPercent = attempt.order().pace().rows().bloatCeilingPercent();
    }

    /** To be called between two batches, on the worker's own connection. */
    void look(Connection connection) throws SQLException {
        if (ceilingPercent == 0 || !looking.tryLock()) {
            return;
        }
        try {
            if (since.elapsed().compareTo(next) >= 0) {
                next = since.elapsed().plus(LOOK_EVERY);
                measure(connection);
            }
        } finally {
            looking.unlock();
        }
    }

    private void measure(Connection connection) throws SQLException {
        long size = size(connection);
        if (base == 0) {
            begin(connection, size);
        } else if (size - base > base * (ceilingPercent / 100.0)) {
            Optional<String> holder = holder(connection);
            if (holder.isPresent()) {
                attempt.note("No VACUUM of " + table + " although it has grown by more than " + ceilingPercent + " %: "
                        + holder.get() + " may still see its dead rows, so it would remove none.");
            } else {
                vacuum();
                begin(connection, size(connection));
            }
        }
    }

    private void begin(Connection connection, long size) throws SQLException {
        // A small table grows by its first pages many times over.
        base = Math.max(size, 1L << 20);
        begun = new Query(connection, "SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
                .one(row -> row.getString(1));
    }

    private long size(Connection connection) throws SQLException {
        return new Query(connection, "SELECT coalesce(pg_relation_size(to_regclass(?)), 0)")
                .one(row -> row.getLong(1), table.sql());
    }

    /** Who keeps a snapshot from before the rows were written that a vacuum is to remove. */
    private Optional<String> holder(Connection connection) throws SQLException {
        return new Query(connection, """
                        WITH now AS (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::numeric - ?::numeric AS since)
                        SELECT holder FROM (
                          SELECT 'session ' || pid || coalesce(' (' || nullif(application_name, '') || ')', '') AS holder,
                                 age(backend_xmin) AS behind
                          FROM pg_stat_activity WHERE backend_xmin IS NOT NULL AND pid <> pg_backend_pid()
                            AND (datname = current_database() OR datname IS NULL)
                          UNION ALL SELECT 'prepared transaction ' || gid, age(transaction)
                          FROM pg_prepared_xacts WHERE database = current_database()
                          UNION ALL SELECT 'replication slot ' || slot_name, age(xmin)
                          FROM pg_replication_slots WHERE xmin IS NOT NULL) AS held, now
                        WHERE behind >= since ORDER BY behind DESC LIMIT 1""").first(row -> row.getString(1), begun);
    }

    private void vacuum() throws SQLException {
        Stopwatch vacuuming = Stopwatch.started();
        try (Connection own = attempt.open();
                Statement statement = Query.plain(own)) {
            // As autovacuum does by default; it may be slow, and it must not be felt.
            statement.execute("SET vacuum_cost_delay = '2ms'; SET statement_timeout = 0; SET lock_timeout = "
                    + attempt.order().locks().budgetMilliseconds());
            StatementWatch.run(
                    attempt,
                    Optional.empty(),
                    statement,
                    () -> statement.execute("VACUUM (INDEX_CLEANUP AUTO, TRUNCATE false) " + table.sql()));
            vacuums++;
            attempt.waitingFor(List.of());
            // One note that grows would be many notes: only the first one tells how long it took.
            attempt.note(
                    vacuums == 1
                            ? "A VACUUM between two batches, as the table had grown by more than " + ceilingPercent
                                    + " %; it took " + vacuuming.elapsed().toMillis() + " ms."
                            : "There was more than one VACUUM.");
        } catch (SQLException e) {
            if (SqlFailure.of(e) == SqlFailure.UNREACHABLE) {
                throw e;
            }
            attempt.note("A VACUUM of " + table + " was not possible: "
                    + attempt.connector().safe(SqlFailure.words(e)) + ".");
        }
    }
}
