package dev.lockstep.target;

import dev.lockstep.engine.StepOutcome;
import dev.lockstep.gate.Blocker;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Waits until every transaction of this database that was open when the step first ran has ended (P25).
 *
 * <p>The sync trigger was committed before. Measured on PostgreSQL 15 and 16: a transaction that is older than the trigger,
 * REPEATABLE READ included, fires it all the same when it comes to write, for the server looks triggers up as of now and not
 * as of the snapshot. So no write is lost to such a transaction; but its snapshot is older than what the backfill writes,
 * and under REPEATABLE READ its own updates of those rows would fail. And where the application itself writes both shapes
 * there is no trigger. So it waits for all of them, also for those that have only read so far, and for prepared ones.
 *
 * <p>The moment is kept in the ledger, so that a restart does not move the goal.
 */
final class DrainStep {
    private static final String MOMENT = "moment_microseconds";
    private static final String TRANSACTION = "transaction";
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);
    private static final Duration RETRY_AFTER_DEADLINE = Duration.ofSeconds(30);

    private final Attempt attempt;

    DrainStep(Attempt attempt) {
        this.attempt = attempt;
    }

    StepOutcome run(Connection connection) throws SQLException {
        ShortTransaction ledger = new ShortTransaction(connection, attempt);
        Ledger.Entry entry = ledger.enter();
        Optional<StepOutcome> ended = attempt.ended(entry);
        if (ended.isPresent()) {
            return ended.get();
        }
        Map<String, Long> goal = entry instanceof Ledger.Entry.Open(var kept, var _) ? kept.numbers() : Map.of();
        if (goal.isEmpty()) {
            goal = now(connection);
            if (!ledger.advance(Cursor.of(goal), 0)) {
                return new StepOutcome.FencedOut();
            }
        }
        return await(connection, ledger, goal);
    }

    private StepOutcome await(Connection connection, ShortTransaction ledger, Map<String, Long> goal)
            throws SQLException {
        Stopwatch waiting = Stopwatch.started();
        Set<String> ageless =
                ageless(connection).stream().map(LockHolder::transaction).collect(Collectors.toSet());
        while (true) {
            List<LockHolder> open = new ArrayList<>(older(connection, goal));
            if (!ageless.isEmpty()) {
                ageless(connection).stream()
                        .filter(holder -> ageless.contains(holder.transaction()))
                        .forEach(open::add);
            }
            if (open.isEmpty()) {
                attempt.heldUpBy(List.of());
                attempt.waitingFor(List.of());
                return ledger.finish(0);
            }
            List<Blocker> blockers = attempt.heldUpBy(open, Blocker.Code.TRANSACTION_STILL_OPEN);
            if (waiting.elapsed().toSeconds() >= attempt.order().locks().deadlineSeconds()) {
                return new StepOutcome.Blocked(blockers, RETRY_AFTER_DEADLINE);
            }
            if (!attempt.rest(LOOK_EVERY)) {
                return new StepOutcome.Interrupted();
            }
        }
    }

    /** The server's clock, and a transaction id that everything prepared from now on is younger than. */
    private static Map<String, Long> now(Connection connection) throws SQLException {
        return new Query(connection, """
                        SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS moment,
                               pg_current_xact_id()::text::bigint AS transaction""")
                .one(row -> Map.of(MOMENT, row.getLong("moment"), TRANSACTION, row.getLong("transaction")));
    }

    /**
     * Who is left of then. A prepared transaction shows when it was prepared, not when it began, so it goes by its id: the
     * smaller id has the greater age. Vacuums, walsenders and parallel workers write no rows of their own.
     */
    private static List<LockHolder> older(Connection connection, Map<String, Long> goal) throws SQLException {
        return new Query(connection, "SELECT " + LockHolder.COLUMNS + """
                        FROM (
                          SELECT pid, NULL::text AS prepared FROM pg_stat_activity
                          WHERE datname = current_database() AND pid <> pg_backend_pid()
                            AND (extract(epoch FROM xact_start) * 1000000)::bigint <= ?
                            AND backend_type NOT IN ('autovacuum worker', 'walsender', 'parallel worker')
                          UNION ALL
                          SELECT NULL, gid FROM pg_prepared_xacts
                          WHERE database = current_database()
                            AND age(transaction) > age((?::bigint::text::xid8)::xid)) AS o
                        LEFT JOIN pg_stat_activity a ON a.pid = o.pid
                        LEFT JOIN pg_prepared_xacts p ON p.gid = o.prepared
                        ORDER BY 1""")
                .list(
                        row -> LockHolder.read(row, "a transaction open since before the new shape was complete"),
                        goal.getOrDefault(MOMENT, 0L),
                        goal.getOrDefault(TRANSACTION, 0L));
    }

    /**
     * Whose transactions have no age that we may see: without pg_read_all_stats those of all other roles. Each that is open
     * when we first look counts as old; that it is open is seen by the lock that every transaction has on itself.
     */
    private static List<LockHolder> ageless(Connection connection) throws SQLException {
        return new Query(connection, "SELECT l.virtualtransaction, " + LockHolder.COLUMNS + """
                        FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
                        LEFT JOIN pg_prepared_xacts p ON false
                        WHERE l.locktype = 'virtualxid' AND l.granted AND a.datname = current_database()
                          AND a.backend_type IS NULL AND a.usesysid IS NOT NULL
                          AND a.pid NOT IN (SELECT w.pid FROM pg_stat_get_wal_senders() w)
                        ORDER BY 1""")
                .list(row -> LockHolder.read(
                        row,
                        row.getString("virtualtransaction"),
                        "a transaction whose age Lockstep's role may not see (GRANT pg_read_all_stats shows it) open",
                        true));
    }
}
