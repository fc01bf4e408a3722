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
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Gets a step its table locks without making the application wait longer than the budget.
 *
 * <p>Whoever queues for a strong lock makes every later reader queue behind it (P4). So it looks first, from outside, and
 * does not queue while somebody is in the way whose transaction is already older than the budget: that one is waited for
 * outside any transaction. Younger transactions are normal on a busy table and end by themselves; for those it queues, at
 * most for the budget. After the deadline it gives up; it never queues untimed (P6).
 *
 * <p>Two exceptions. An autovacuum yields only to somebody who has queued for {@code deadlock_timeout} (P1): where the role
 * may lower that setting it does, and stays in the budget; where it may not, one attempt in half a minute is as long as
 * {@code deadlock_timeout} and a margin, because the alternative is to wait for the whole vacuum. And where the plan allows
 * it, whoever stands in the way for too long is stopped, from the queue and within the budget (P7).
 */
final class LockWait {
    private static final Duration LOOK_EVERY = Duration.ofMillis(40);
    private static final Duration LOOK_AT_LEAST_EVERY = Duration.ofSeconds(1);
    private static final Duration LONGEST_REST = Duration.ofSeconds(2);
    private static final Duration RETRY_AFTER_DEADLINE = Duration.ofSeconds(30);
    private static final Duration AUTOVACUUM_MARGIN = Duration.ofMillis(300);
    private static final Duration BETWEEN_LONG_ATTEMPTS = Duration.ofSeconds(30);

    private final Attempt attempt;
    private final List<TableLock> locks;
    private final LockBudget budget;
    private final Stopper stopper;
    private final Stopwatch since = Stopwatch.started();
    /** When we first saw a transaction: its age where the server does not let us see it. */
    private final Map<String, Stopwatch> seen = new HashMap<>();

    /** How much of the budget, in percent, may be spent in the queue. */
    private int share = 79;

    private Duration longAttemptAt = Duration.ofDays(-1);
    private int refusals;
    private List<Blocker> lastBlockers = List.of();

    LockWait(Attempt attempt, List<TableLock> locks) {
        this.attempt = attempt;
        this.locks = LockOrder.withoutEscalation(locks);
        this.budget = attempt.order().locks();
        this.stopper = new Stopper(attempt, budget.blockers());
    }

    /** Whether to queue now. */
    sealed interface Clearance {
        /**
         * Queue now, all locks together for no longer than this.
         *
         * @param provokesAutovacuum whether {@code deadlock_timeout} is to be lowered for this transaction
         * @param toStop who is to be stopped from the queue, if still in the way
         */
        record Clear(Duration patience, boolean provokesAutovacuum, List<LockHolder> toStop) implements Clearance {}

        /** The monitor asked to stop. */
        record Stopped() implements Clearance {}

        record GaveUp(List<Blocker> blockers, Duration retryAfter) implements Clearance {}
    }

    /** Waits until nobody stands in the way. The connection must not be in a transaction. */
    Clearance untilClear(Connection connection) throws SQLException {
        share = Math.clamp(80 - LockOrder.tables(connection, locks), 50, 79);
        while (true) {
            if (attempt.stopRequested()) {
                return new Clearance.Stopped();
            }
            List<LockHolder> inTheWay = LockHolders.of(connection, locks).stream()
                    .filter(this::standing)
                    .toList();
            attempt.heldUpBy(inTheWay);
            if (inTheWay.isEmpty()) {
                attempt.waitingFor(List.of());
                return clear();
            }
            stopper.judge(connection, inTheWay);
            Optional<Clearance> anyway = anyway(connection, inTheWay);
            if (anyway.isPresent()) {
                return anyway.get();
            }
            lastBlockers = inTheWay.stream().map(stopper::blocker).toList();
            attempt.waitingFor(lastBlockers);
            if (overdue()) {
                return new Clearance.GaveUp(lastBlockers, RETRY_AFTER_DEADLINE);
            }
            attempt.rest(jittered(lookEvery()));
        }
    }

    private Clearance.Clear clear() {
        return new Clearance.Clear(budgetLeft(), false, List.of());
    }

    /** Whether to queue although somebody stands in the way, because that is what makes them go. */
    private Optional<Clearance> anyway(Connection connection, List<LockHolder> inTheWay) throws SQLException {
        List<LockHolder> toStop = stopper.due(inTheWay, since.elapsed());
        if (!toStop.isEmpty()) {
            return Optional.of(new Clearance.Clear(budgetLeft(), false, toStop));
        }
        if (!inTheWay.stream().allMatch(LockHolder::yields)) {
            return Optional.empty();
        }
        if (mayLowerDeadlockTimeout(connection)) {
            return Optional.of(new Clearance.Clear(budgetLeft(), true, List.of()));
        }
        if (since.elapsed().minus(longAttemptAt).compareTo(BETWEEN_LONG_ATTEMPTS) > 0) {
            longAttemptAt = since.elapsed();
            return Optional.of(
                    new Clearance.Clear(deadlockTimeout(connection).plus(AUTOVACUUM_MARGIN), false, List.of()));
        }
        return Optional.empty();
    }

    /** Often at first, because most go soon; less often the longer it lasts, because looking costs the server something. */
    private Duration lookEvery() {
        Duration relaxed = since.elapsed().dividedBy(50);
        return relaxed.compareTo(LOOK_EVERY) < 0
                ? LOOK_EVERY
                : relaxed.compareTo(LOOK_AT_LEAST_EVERY) > 0 ? LOOK_AT_LEAST_EVERY : relaxed;
    }

    /**
     * Less than the budget, so that the statements behind the lock fit in as well; with many partitions those take longer,
     * and the first of them is locked all the while.
     */
    private Duration budgetLeft() {
        return Duration.ofMillis(Math.max(1, (long) budget.budgetMilliseconds() * share / 100));
    }

    private boolean standing(LockHolder holder) {
        Duration known = seen.computeIfAbsent(holder.transaction(), _ -> Stopwatch.started())
                .elapsed();
        Duration age = holder.age().compareTo(known) > 0 ? holder.age() : known;
        return switch (holder.kind()) {
            case SESSION, LOCKSTEP -> age.toMillis() >= budget.budgetMilliseconds();
            case AUTOVACUUM, WRAPAROUND_VACUUM, HIDDEN_WORKER, WALSENDER, PREPARED -> true;
        };
    }

    /**
     * Takes the locks, in one order, inside the caller's transaction.
     *
     * @return how long a lock that the statements take on their own account may still be waited for
     * @throws SQLException of class {@link SqlFailure#CONTENDED} or {@link SqlFailure#CANCELLED} when time ran out
     */
    Duration lock(Connection connection, Clearance.Clear clear) throws SQLException {
        Stopwatch waiting = Stopwatch.started();
        List<TableLock> ordered = LockOrder.parentsFirst(connection, locks);
        try (Statement statement = connection.createStatement()) {
            if (clear.provokesAutovacuum()) {
                statement.execute("SET LOCAL deadlock_timeout = '10ms'");
            }
            queued(connection, clear, () -> {
                for (TableLock lock : ordered) {
                    if (gone(connection, lock.table())) {
                        continue;
                    }
                    long left = Math.max(
                            1, clear.patience().minus(waiting.elapsed()).toMillis());
                    // lock_timeout counts for each partition anew; the statement's own limit bounds their sum (P3).
                    statement.execute(
                            "SET LOCAL lock_timeout = " + left + "; SET LOCAL statement_timeout = " + (left + 5));
                    statement.execute("LOCK TABLE " + lock.table().sql() + " IN "
                            + lock.mode().sql() + " MODE");
                }
            });
            if (clear.provokesAutovacuum()) {
                statement.execute("SET LOCAL deadlock_timeout TO DEFAULT");
            }
        } finally {
            attempt.waitedForLock(waiting.elapsed());
        }
        Duration left = clear.patience().minus(waiting.elapsed());
        Duration least = Duration.ofMillis(Math.max(1, budget.budgetMilliseconds() / 10));
        return left.compareTo(least) > 0 ? left : least;
    }

    /** Does what queues; meanwhile sees who is before us, and stops whom this clearance says. */
    void queued(Connection connection, Clearance.Clear clear, StatementWatch.Work work) throws SQLException {
        new QueueWatch(attempt, stopper, clear).during(connection, work);
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
     * made to wait; but never so long that the table could be free for seconds without our noticing.
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
        return attempt.rest(jittered(Duration.ofMillis(Math.clamp(rest, 20, LONGEST_REST.toMillis()))))
                ? clear()
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
