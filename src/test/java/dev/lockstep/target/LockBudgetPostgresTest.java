package dev.lockstep.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import dev.lockstep.change.Action;
import dev.lockstep.change.LockMode;
import dev.lockstep.change.TableLock;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.fixture.Fact;
import dev.lockstep.plan.PlanSpec.BlockerRule;
import dev.lockstep.plan.PlanSpec.LockBudget;
import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * How long others wait because of a step that wants a lock, with somebody sitting on its table: never longer than the budget
 * and a tenth; and how soon the step is done after that somebody has left. {@code -Dlockstep.reader-seconds=60} makes it the
 * measurement of the documents.
 */
class LockBudgetPostgresTest {
    private static final Duration READER = Duration.ofSeconds(Integer.getInteger("lockstep.reader-seconds", 2));
    private static final int BUDGET_MILLISECONDS = 500;

    private final Bench bench = new Bench();
    private final ExecutorService others = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong longest = new AtomicLong();
    private final AtomicLong statements = new AtomicLong();

    @AfterEach
    void close() throws Exception {
        over.set(true);
        others.close();
        bench.close();
    }

    /**
     * Says the same again and again, with a pause as a busy application would have between two requests. What is not one
     * short statement takes its own time and is not measured.
     */
    private CompletableFuture<Void> says(String sql) {
        boolean measured = !sql.contains("pg_sleep");
        return CompletableFuture.runAsync(
                () -> {
                    try (Connection connection = bench.connect()) {
                        while (!over.get()) {
                            long begun = System.nanoTime();
                            Bench.run(connection, sql);
                            if (measured) {
                                longest.accumulateAndGet(System.nanoTime() - begun, Math::max);
                                statements.incrementAndGet();
                            }
                            Thread.sleep(2);
                        }
                    } catch (SQLException | InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                },
                others);
    }

    private void measured(String what, Action.Transactional action, List<String> traffic, String sits)
            throws Exception {
        bench.locks = new LockBudget(BUDGET_MILLISECONDS, 900, new BlockerRule.Wait());
        List<CompletableFuture<Void>> running = new ArrayList<>();
        traffic.forEach(sql -> running.add(says(sql)));
        await().until(() -> statements.get() > 500);
        long idle = longest.getAndSet(0);
        try (Connection reader = bench.connect()) {
            reader.setAutoCommit(false);
            Bench.run(reader, "SET application_name = 'reader'; " + sits);
            CompletableFuture<StepOutcome> step = bench.begin("add", action);
            await().during(READER)
                    .atMost(READER.plusSeconds(30))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> !step.isDone());
            long left = System.nanoTime();
            reader.commit();
            StepOutcome outcome = step.join();
            Duration after = Duration.ofNanos(System.nanoTime() - left);
            over.set(true);
            running.forEach(CompletableFuture::join);
            System.out.printf(
                    "%s: reader %d s, budget %d ms, %d statements of others, longest %d ms (%d ms without the step);"
                            + " done %d ms after the reader%n",
                    what,
                    READER.toSeconds(),
                    BUDGET_MILLISECONDS,
                    statements.get(),
                    longest.get() / 1_000_000,
                    idle / 1_000_000,
                    after.toMillis());
            assertThat(outcome).isInstanceOf(StepOutcome.Completed.class);
            assertThat(after).isLessThan(Duration.ofSeconds(5));
            assertThat(Duration.ofNanos(longest.get())).isLessThan(Duration.ofMillis(BUDGET_MILLISECONDS * 11 / 10));
            assertThat(bench.delays)
                    .filteredOn(delay -> delay.by().application().equals("reader"))
                    .singleElement()
                    .satisfies(delay -> assertThat(delay.milliseconds()).isGreaterThan(READER.toMillis() - 1000));
        }
    }

    @Test
    void othersWaitNoLongerThanTheBudgetWhileSomebodySitsOnTheTable() throws Exception {
        bench.sql("CREATE TABLE users (id int PRIMARY KEY, name text);"
                + " INSERT INTO users SELECT n, 'x' FROM generate_series(1, 2000) AS n");
        measured(
                "one table",
                new Action.Transactional(
                        List.of("ALTER TABLE public.users ADD COLUMN full_name text"),
                        List.of(new TableLock(Bench.USERS, LockMode.ACCESS_EXCLUSIVE)),
                        false),
                List.of(
                        "SELECT count(*) FROM users",
                        "SELECT name FROM users WHERE id = 7",
                        "UPDATE users SET name = 'y' WHERE id = 8",
                        "BEGIN; UPDATE users SET name = 'z' WHERE id = 9; SELECT pg_sleep(0.02); COMMIT"),
                "SELECT count(*) FROM users");
    }

    /** P3: lock_timeout counts for each partition anew. */
    @Test
    @Fact("P3")
    void othersWaitNoLongerThanTheBudgetForAllPartitionsTogether() throws Exception {
        bench.sql("CREATE TABLE events (id int, note text) PARTITION BY RANGE (id)");
        for (int at = 0; at < 20; at++) {
            bench.sql("CREATE TABLE events_" + at + " PARTITION OF events FOR VALUES FROM (" + at * 100 + ") TO ("
                    + (at * 100 + 100) + ")");
        }
        bench.sql("INSERT INTO events SELECT n, 'x' FROM generate_series(0, 1999) AS n");
        List<TableLock> locks = new ArrayList<>();
        locks.add(new TableLock(TableName.parse("events_7"), LockMode.SHARE_ROW_EXCLUSIVE));
        locks.add(new TableLock(TableName.parse("events"), LockMode.SHARE_ROW_EXCLUSIVE));
        locks.add(new TableLock(TableName.parse("events"), LockMode.ACCESS_EXCLUSIVE));
        measured(
                "a table of 20 partitions",
                new Action.Transactional(
                        List.of("ALTER TABLE public.events ADD COLUMN extra text"), List.copyOf(locks), false),
                List.of(
                        "SELECT count(*) FROM events",
                        "SELECT count(*) FROM events_3",
                        "BEGIN; SELECT count(*) FROM events_5; SELECT pg_sleep(0.3); COMMIT",
                        "BEGIN; SELECT count(*) FROM events_12; SELECT pg_sleep(0.3); COMMIT",
                        "BEGIN; SELECT count(*) FROM events_19; SELECT pg_sleep(0.3); COMMIT",
                        "INSERT INTO events VALUES (1234, 'y')"),
                "SELECT count(*) FROM events_19");
    }

    @Test
    void takesEachTableOnceAsStronglyAsItIsNeededAndParentsFirst() throws Exception {
        bench.sql("CREATE TABLE events (id int) PARTITION BY RANGE (id);"
                + " CREATE TABLE \"Events 1\" PARTITION OF events FOR VALUES FROM (0) TO (10);"
                + " CREATE TABLE users (id int)");
        TableName parent = TableName.parse("events");
        TableName child = new TableName(parent.schema(), new dev.lockstep.schema.Identifier("Events 1"));
        List<TableLock> once = LockOrder.withoutEscalation(List.of(
                new TableLock(child, LockMode.SHARE),
                new TableLock(Bench.USERS, LockMode.ROW_EXCLUSIVE),
                new TableLock(parent, LockMode.SHARE_ROW_EXCLUSIVE),
                new TableLock(child, LockMode.SHARE_UPDATE_EXCLUSIVE),
                new TableLock(Bench.USERS, LockMode.ACCESS_EXCLUSIVE)));
        assertThat(once)
                .containsExactly(
                        new TableLock(child, LockMode.SHARE_ROW_EXCLUSIVE),
                        new TableLock(Bench.USERS, LockMode.ACCESS_EXCLUSIVE),
                        new TableLock(parent, LockMode.SHARE_ROW_EXCLUSIVE));
        try (Connection connection = bench.connect()) {
            assertThat(LockOrder.parentsFirst(connection, once))
                    .extracting(TableLock::table)
                    .containsExactly(Bench.USERS, parent, child);
        }
    }

    /** P2: it never yields, so it is waited for, by its name, and nobody is made to queue meanwhile. */
    @Test
    @Fact("P2")
    void waitsForAVacuumThatPreventsWraparoundAndDoesNotDisturbIt() throws Exception {
        bench.sql("ALTER SYSTEM SET autovacuum_naptime = '1s'");
        bench.sql("SELECT pg_reload_conf()");
        try {
            bench.sql("CREATE TABLE old (id int, filler text) WITH (autovacuum_freeze_max_age = 100000,"
                    + " autovacuum_freeze_min_age = 0, autovacuum_vacuum_cost_delay = 20,"
                    + " autovacuum_vacuum_cost_limit = 1)");
            bench.sql("INSERT INTO old SELECT n, repeat('x', 700) FROM generate_series(1, 400) AS n");
            // Each subtransaction that writes takes a transaction id.
            bench.sql("CREATE TEMP TABLE t (i int); DO $$BEGIN FOR i IN 1..101000 LOOP BEGIN INSERT INTO t VALUES (i);"
                    + " EXCEPTION WHEN division_by_zero THEN NULL; END; END LOOP; END$$");
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> bench.value("SELECT count(*) FROM pg_stat_activity WHERE backend_type ="
                                    + " 'autovacuum worker' AND query LIKE '%public.old (to prevent wraparound)%'")
                            .equals("1"));
            bench.locks = new LockBudget(200, 60, new BlockerRule.Stop(true, 1, 300));
            StepOutcome outcome = bench.does(
                    "add",
                    new Action.Transactional(
                            List.of("ALTER TABLE public.old ADD COLUMN note text"),
                            List.of(new TableLock(TableName.parse("old"), LockMode.ACCESS_EXCLUSIVE)),
                            false));
            assertThat(bench.waits)
                    .anySatisfy(blockers -> assertThat(blockers).singleElement().satisfies(blocker -> {
                        assertThat(blocker.message())
                                .contains("protects the database from transaction id wraparound")
                                .contains("Lockstep does not stop it: the database needs it.");
                        assertThat(blocker.remedy()).contains("never cancel it");
                    }));
            assertThat(outcome)
                    .asInstanceOf(type(StepOutcome.Completed.class))
                    .satisfies(done -> assertThat(done.summary().longestLockWaitMilliseconds())
                            .isLessThan(220));
            assertThat(bench.stopped).isEmpty();
            assertThat(bench.value("SELECT age(relfrozenxid) < 100000 FROM pg_class WHERE oid = 'old'::regclass"))
                    .as("it was left to end its work")
                    .isEqualTo("t");
        } finally {
            bench.sql("ALTER SYSTEM RESET autovacuum_naptime");
            bench.sql("SELECT pg_reload_conf()");
        }
    }
}
