package dev.lockstep.target;

import dev.lockstep.change.LockMode;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.plan.PlanSpec.BlockerRule;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Stops who stands in the way, as far as the plan allows it (P7): only whom the server itself names as blocking us, only for
 * a lock that it has on the very table, and never innocents, for nothing, or anything that would cost more than the wait.
 *
 * <p>PostgreSQL shows nobody how much a transaction of another session has written. What is looked at instead is what can be
 * seen: how long it has been open (the plan's own bound), to how many tables it writes, whether it copies in bulk, and
 * whether it changes or maintains a table.
 */
final class Stopper {
    private static final int MOST_TABLES = 20;
    private static final int TRIES = 3;

    /** What writers hold, and whatever is not for readers and writers at all. */
    private static final List<LockMode> WRITING = Stream.of(LockMode.values())
            .filter(mode -> mode != LockMode.ACCESS_SHARE && mode != LockMode.ROW_SHARE)
            .toList();

    private final Attempt attempt;
    private final BlockerRule rule;
    /** Why not, by transaction; whoever is not in here was not looked at. */
    private final Map<String, Optional<String>> verdicts = new HashMap<>();
    /** How often, by transaction. */
    private final Map<String, Integer> tries = new ConcurrentHashMap<>();

    Stopper(Attempt attempt, BlockerRule rule) {
        this.attempt = attempt;
        this.rule = rule;
    }

    /** Looks at who is in the way now. */
    void judge(Connection connection, List<LockHolder> inTheWay) throws SQLException {
        if (rule instanceof BlockerRule.Stop stop) {
            verdicts.clear();
            for (LockHolder holder : inTheWay) {
                verdicts.put(holder.transaction(), spared(connection, holder, stop));
            }
        }
    }

    /** The blocker in words, with what Lockstep is going to do about it, or why not. */
    Blocker blocker(LockHolder holder) {
        Blocker plain = holder.blocker(Blocker.Code.LOCK_NOT_ACQUIRED);
        return switch (rule) {
            case BlockerRule.Wait _ -> plain;
            case BlockerRule.Stop stop -> {
                Optional<String> why = verdicts.getOrDefault(holder.transaction(), Optional.empty());
                String word = why.map(reason -> " Lockstep does not stop it: " + reason + ".")
                        .orElseGet(() -> " Lockstep " + (stop.connection() ? "ends it" : "cancels its statement")
                                + " when the step has waited for " + stop.afterSeconds()
                                + " s, if nobody else is in the way who may not be stopped.");
                yield new Blocker(plain.code(), plain.object(), plain.owner(), plain.message() + word, plain.remedy());
            }
        };
    }

    /** Who is to be stopped now, written down already; nobody as long as one of them would stay, for then it helps nothing. */
    List<LockHolder> due(List<LockHolder> inTheWay, Duration waited) {
        if (!(rule instanceof BlockerRule.Stop stop) || waited.toSeconds() < stop.afterSeconds()) {
            return List.of();
        }
        // Who is only queued goes on by itself once the others are gone.
        List<LockHolder> holders = inTheWay.stream()
                .filter(holder -> holder.granted() && !holder.yields())
                .toList();
        boolean helps = holders.stream()
                .allMatch(holder -> verdicts.getOrDefault(holder.transaction(), Optional.of("unseen"))
                        .isEmpty());
        return helps ? holders.stream().filter(this::writtenDown).toList() : List.of();
    }

    private boolean writtenDown(LockHolder holder) {
        tries.merge(holder.transaction(), 1, Integer::sum);
        return attempt.mayStop(holder, act());
    }

    private Event.Stop act() {
        return rule instanceof BlockerRule.Stop(boolean connection, var _, var _) && !connection
                ? Event.Stop.CANCEL
                : Event.Stop.TERMINATE;
    }

    /**
     * Stops it, if it is still in the same transaction, still has a lock on the table that our process waits for, and the
     * server says that we wait for it. Looked at and done in one statement, so that nobody else is hit.
     */
    void stop(Connection eye, LockHolder holder, int ours) throws SQLException {
        if (tries.getOrDefault(holder.transaction(), 0) > TRIES) {
            return;
        }
        String signal = act() == Event.Stop.CANCEL ? "pg_cancel_backend" : "pg_terminate_backend";
        boolean stopped = new Query(eye, "SELECT " + signal + """
                        (b.pid) FROM (SELECT DISTINCT unnest(pg_blocking_pids(?)) AS pid) b
                        WHERE b.pid = ? AND EXISTS (
                          SELECT FROM pg_locks w JOIN pg_locks l ON l.relation = w.relation AND l.database = w.database
                          WHERE w.pid = ? AND NOT w.granted AND w.locktype = 'relation'
                            AND l.pid = b.pid AND l.granted AND l.virtualtransaction = ?)""")
                .first(row -> row.getBoolean(1), ours, holder.pid(), ours, holder.transaction())
                .orElse(false);
        if (stopped) {
            // Not again: it goes as soon as its process takes notice.
            tries.put(holder.transaction(), TRIES + 1);
        }
    }

    private Optional<String> spared(Connection connection, LockHolder holder, BlockerRule.Stop stop)
            throws SQLException {
        return switch (holder.kind()) {
            case LOCKSTEP -> Optional.of("it is a step of Lockstep's own");
            case AUTOVACUUM -> Optional.of("it yields by itself");
            case WRAPAROUND_VACUUM -> Optional.of("the database needs it");
            case HIDDEN_WORKER -> Optional.of("it may be a vacuum that the database needs");
            case WALSENDER -> Optional.of("it is part of a replication");
            case PREPARED -> Optional.of("no session holds it, so there is none to stop");
            case SESSION -> sparedSession(connection, holder, stop);
        };
    }

    private Optional<String> sparedSession(Connection connection, LockHolder holder, BlockerRule.Stop stop)
            throws SQLException {
        if (!holder.granted()) {
            return Optional.of("it only waits, as the step does");
        }
        if (tries.getOrDefault(holder.transaction(), 0) >= TRIES) {
            return Optional.of("it has been told to end already, and goes once its process takes notice");
        }
        if (!stop.connection() && !holder.state().equals("active")) {
            return Optional.of(
                    "it is idle in its transaction, so there is no statement to cancel; with act: Terminate in"
                            + " the plan's lock.blockers it would be ended");
        }
        if (holder.age().toSeconds() >= stop.maxTransactionSeconds()) {
            return Optional.of("its transaction is older than the plan's maxTransactionSeconds ("
                    + stop.maxTransactionSeconds() + "), so too much work would be lost");
        }
        return facts(connection, holder.pid()).map(Stopper::tooMuch).orElseGet(() -> Optional.of("it is about to end"));
    }

    /** What is known of a session beside its locks. */
    private record Facts(
            String role,
            boolean superuser,
            boolean signalled,
            boolean seen,
            int tables,
            boolean maintains,
            boolean copies) {
        static Facts read(ResultSet row) throws SQLException {
            return new Facts(
                    row.getString("role"),
                    row.getBoolean("superuser"),
                    row.getBoolean("signalled"),
                    row.getBoolean("seen"),
                    row.getInt("tables"),
                    row.getBoolean("maintains"),
                    row.getBoolean("copies"));
        }
    }

    private static Optional<String> tooMuch(Facts facts) {
        if (facts.superuser()) {
            return Optional.of("it is a superuser's");
        }
        if (!facts.signalled()) {
            return Optional.of("Lockstep's role may not; GRANT pg_signal_backend TO " + facts.role() + " allows it");
        }
        if (!facts.seen()) {
            return Optional.of("its age cannot be seen; GRANT pg_read_all_stats TO " + facts.role() + " shows it");
        }
        if (facts.copies()) {
            return Optional.of("it is copying rows in bulk");
        }
        if (facts.maintains()) {
            return Optional.of("it changes or maintains a table, and half of that can be worse than none");
        }
        return facts.tables() > MOST_TABLES
                ? Optional.of("its transaction writes to more than " + MOST_TABLES
                        + " tables, so too much work would be" + " lost")
                : Optional.empty();
    }

    private static Optional<Facts> facts(Connection connection, int pid) throws SQLException {
        String writing = WRITING.stream().map(LockMode::catalogueName).collect(Collectors.joining("','", "'", "'"));
        return new Query(connection, """
                        SELECT quote_ident(current_user) AS role, coalesce(r.rolsuper, true) AS superuser,
                               a.xact_start IS NOT NULL AS seen,
                               current_setting('is_superuser') = 'on' OR pg_has_role('pg_signal_backend', 'USAGE')
                                 OR pg_has_role(a.usesysid, 'USAGE') AS signalled,
                               l.tables, l.maintains,
                               EXISTS (SELECT FROM pg_stat_progress_copy c WHERE c.pid = a.pid) AS copies
                        FROM pg_stat_activity a
                        LEFT JOIN pg_roles r ON r.oid = a.usesysid
                        CROSS JOIN LATERAL (
                          SELECT count(DISTINCT k.relation) AS tables,
                                 coalesce(bool_or(k.mode <> 'RowExclusiveLock'), false) AS maintains
                          FROM pg_locks k JOIN pg_class c ON c.oid = k.relation AND c.relkind IN ('r', 'p')
                          WHERE k.pid = a.pid AND k.granted AND k.locktype = 'relation'
                            AND k.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                            AND k.mode IN (""" + writing + """
                        )) l
                        WHERE a.pid = ?""").first(Facts::read, pid);
    }
}
