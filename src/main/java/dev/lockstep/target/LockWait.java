package dev.lockstep.target;

import dev.lockstep.change.TableLock;
import dev.lockstep.gate.Blocker;
import dev.lockstep.plan.PlanSpec.LockBudget;
import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/**
 * Gets a step its table locks without making the application wait longer than the budget.
 *
 * <p>Whoever queues for a strong lock makes every later reader queue behind it (P4). So it looks first, from outside, and
 * does not queue while somebody is in the way whose transaction is already older than the budget: that one is waited for
 * outside any transaction. Younger transactions are normal on a busy table and end by themselves; for those it queues, at
 * most for the budget. After the deadline it gives up; it never queues untimed (P6).
 *
 * <p>One exception: an autovacuum yields only to somebody who has queued for {@code deadlock_timeout} (P1). Where the role
 * may lower that setting it does, and stays in the budget; where it may not, one attempt in half a minute is as long as
 * {@code deadlock_timeout} and a margin, because the alternative is to wait for the whole vacuum.
 */
final class LockWait {
    private static final Duration LOOK_EVERY = Duration.ofMillis(40);
    private static final Duration RETRY_AFTER_DEADLINE = Duration.ofSeconds(30);
    private static final Duration AUTOVACUUM_MARGIN = Duration.ofMillis(300);
    private static final Duration BETWEEN_LONG_ATTEMPTS = Duration.ofSeconds(30);

    private final Attempt attempt;
    private final List<TableLock> locks;
    private final LockBudget budget;
    private final Stopwatch since = Stopwatch.started();
    /** When we first saw a transaction: its age where the server does not let us see it. */
    private final Map<String, Stopwatch> seen = new HashMap<>();

    private Duration longAttemptAt = Duration.ofDays(-1);
    private int refusals;
    private List<Blocker> lastBlockers = List.of();

    LockWait(Attempt attempt, List<TableLock> locks) {
        this.attempt = attempt;
        this.locks = locks;
        this.budget = attempt.order().locks();
    }

    /** Whether to queue now. */
    sealed interface Clearance {
        /**
         * Queue now, all locks together for no longer than this.
         *
         * @param provokesAutovacuum whether {@code deadlock_timeout} is to be lowered for this transaction
         */
        record Clear(Duration patience, boolean provokesAutovacuum) implements Clearance {}

        /** The monitor asked to stop. */
        record Stopped() implements Clearance {}

        record GaveUp(List<Blocker> blockers, Duration retryAfter) implements Clearance {}
    }

    /** Waits until nobody stands in the way. The connection must not be in a transaction. */
    Clearance untilClear(Connection connection) throws SQLException {
        while (true) {
            if (attempt.stopRequested()) {
                return new Clearance.Stopped();
            }
            List<LockHolder> inTheWay = LockHolders.of(connection, locks).stream()
                    .filter(this::standing)
                    .toList();
            if (inTheWay.isEmpty()) {
                attempt.waitingFor(List.of());
                // A little less than the budget, so that the statements behind the lock fit in as well.
                return new Clearance.Clear(budgetLeft(), false);
            }
            if (inTheWay.stream().allMatch(LockHolder::yields)) {
                boolean mayProvoke = mayLowerDeadlockTimeout(connection);
                if (mayProvoke) {
                    return new Clearance.Clear(budgetLeft(), true);
                }
                if (since.elapsed().minus(longAttemptAt).compareTo(BETWEEN_LONG_ATTEMPTS) > 0) {
                    longAttemptAt = since.elapsed();
                    return new Clearance.Clear(deadlockTimeout(connection).plus(AUTOVACUUM_MARGIN), false);
                }
            }
            lastBlockers = inTheWay.stream()
                    .map(holder -> holder.blocker(Blocker.Code.LOCK_NOT_ACQUIRED))
                    .toList();
            attempt.waitingFor(lastBlockers);
            attempt.note(
                    "Waited for " + inTheWay.stream().map(LockHolder::brief).collect(Collectors.joining("; ")) + ".");
            if (overdue()) {
                return new Clearance.GaveUp(lastBlockers, RETRY_AFTER_DEADLINE);
            }
            attempt.rest(jittered(LOOK_EVERY));
        }
    }

    private Duration budgetLeft() {
        return Duration.ofMillis(Math.max(1, budget.budgetMilliseconds() * 8L / 10));
    }

    private boolean standing(LockHolder holder) {
        Duration known = seen.computeIfAbsent(holder.transaction(), _ -> Stopwatch.started())
                .elapsed();
        Duration age = holder.age().compareTo(known) > 0 ? holder.age() : known;
        return holder.kind() != LockHolder.Kind.SESSION || age.toMillis() >= budget.budgetMilliseconds();
    }

    /**
     * Takes the locks, in order, inside the caller's transaction.
     *
     * @throws SQLException of class {@link SqlFailure#CONTENDED} or {@link SqlFailure#CANCELLED} when time ran out
     */
    void lock(Connection connection, Clearance.Clear clear) throws SQLException {
        Stopwatch waiting = Stopwatch.started();
        try (Statement statement = connection.createStatement()) {
            if (clear.provokesAutovacuum()) {
                statement.execute("SET LOCAL deadlock_timeout = '10ms'");
            }
            for (TableLock lock : locks) {
                if (gone(connection, lock.table())) {
                    continue;
                }
                long left =
                        Math.max(1, clear.patience().minus(waiting.elapsed()).toMillis());
                // lock_timeout counts for each partition anew; the statement's own limit bounds their sum (P3).
                statement.execute("SET LOCAL lock_timeout = " + left + "; SET LOCAL statement_timeout = " + (left + 5));
                statement.execute("LOCK TABLE " + lock.table().sql() + " IN "
                        + lock.mode().sql() + " MODE");
            }
            if (clear.provokesAutovacuum()) {
                statement.execute("SET LOCAL deadlock_timeout TO DEFAULT");
            }
        } finally {
            attempt.waitedForLock(waiting.elapsed());
        }
    }

    /**
     * A partition may be dropped while a plan that names it runs, for its age as a rule; that must stop neither the plan nor
     * its way back. Where the table itself is gone the statement behind the lock says so.
     */
    private static boolean gone(Connection connection, TableName table) throws SQLException {
        return new Query(connection, "SELECT to_regclass(?) IS NULL").one(row -> row.getBoolean(1), table.sql());
    }

    /**
     * An attempt met somebody after all, and was rolled back. Rests, longer each time, because the application has just been
     * made to wait.
     */
    Clearance refused(String what) {
        refusals++;
        if (lastBlockers.isEmpty()) {
            lastBlockers = List.of(contention(what));
        }
        if (overdue()) {
            return new Clearance.GaveUp(lastBlockers, RETRY_AFTER_DEADLINE);
        }
        long rest = (long) budget.budgetMilliseconds() * Math.min(refusals, 4) / 2;
        return attempt.rest(jittered(Duration.ofMillis(Math.max(20, rest))))
                ? new Clearance.Clear(budgetLeft(), false)
                : new Clearance.Stopped();
    }

    static Blocker contention(String what) {
        return new Blocker(
                Blocker.Code.LOCK_NOT_ACQUIRED,
                "locks of other sessions",
                "the application",
                "The lock was not free for long enough: " + what + ".",
                "The step tries again by itself. If it never gets through, give it a larger lock budget or run it when there"
                        + " is less traffic.");
    }

    private boolean overdue() {
        return since.elapsed().toSeconds() >= budget.deadlineSeconds();
    }

    private static Duration jittered(Duration base) {
        return Duration.ofMillis(
                ThreadLocalRandom.current().nextLong(base.toMillis() / 2, base.toMillis() * 3 / 2 + 1));
    }

    private static boolean mayLowerDeadlockTimeout(Connection connection) throws SQLException {
        return new Query(
                        connection,
                        "SELECT current_setting('is_superuser') = 'on' OR "
                                + (connection.getMetaData().getDatabaseMajorVersion() >= 15
                                        ? "has_parameter_privilege('deadlock_timeout', 'SET')"
                                        : "false"))
                .one(row -> row.getBoolean(1));
    }

    static Duration deadlockTimeout(Connection connection) throws SQLException {
        return new Query(connection, "SELECT setting::bigint FROM pg_settings WHERE name = 'deadlock_timeout'")
                .one(row -> Duration.ofMillis(row.getLong(1)));
    }
}
