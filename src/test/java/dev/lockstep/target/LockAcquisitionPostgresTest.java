package dev.lockstep.target;

import static dev.lockstep.target.Bench.USERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import dev.lockstep.change.Action;
import dev.lockstep.change.LockMode;
import dev.lockstep.change.TableLock;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.fixture.Fact;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Event.StepSummary;
import dev.lockstep.plan.PlanSpec.BlockerRule;
import dev.lockstep.plan.PlanSpec.LockBudget;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LockAcquisitionPostgresTest {
    private static final Action.Transactional ADD = new Action.Transactional(
            List.of("ALTER TABLE public.users ADD COLUMN full_name text"),
            List.of(new TableLock(USERS, LockMode.ACCESS_EXCLUSIVE)),
            false);

    private final Bench bench = new Bench();

    @BeforeEach
    void table() {
        bench.sql("CREATE TABLE users (id int PRIMARY KEY, name text); INSERT INTO users VALUES (1, 'a')");
        bench.locks = new LockBudget(200, 20, new BlockerRule.Wait());
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    /** A session of the application that reads in a transaction and keeps it open. */
    private Connection reader(String application) throws Exception {
        Connection reader = bench.connect();
        Bench.run(reader, "SET application_name = '" + application + "'");
        reader.setAutoCommit(false);
        Bench.run(reader, "SELECT * FROM users");
        return reader;
    }

    private void olderThanTheBudget() {
        await().until(() -> bench.value("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'report'"
                        + " AND clock_timestamp() - xact_start > '300ms'")
                .equals("1"));
    }

    @Test
    @Fact("P4")
    void doesNotQueueBehindALongReaderAndGoesOnSoonAfterItEnds() throws Exception {
        AtomicLong longest = new AtomicLong();
        AtomicBoolean over = new AtomicBoolean();
        try (Connection report = reader("report");
                Connection application = bench.connect()) {
            CompletableFuture<StepOutcome> step = bench.begin("add", ADD);
            CompletableFuture<Void> traffic = CompletableFuture.runAsync(() -> {
                while (!over.get()) {
                    long begun = System.nanoTime();
                    Bench.run(application, "SELECT count(*) FROM users");
                    longest.accumulateAndGet(System.nanoTime() - begun, Math::max);
                }
            });
            await().until(() -> !bench.waitingFor().isEmpty());
            assertThat(bench.waitingFor()).singleElement().satisfies(blocker -> {
                assertThat(blocker.code()).isEqualTo(Blocker.Code.LOCK_NOT_ACQUIRED);
                assertThat(blocker.message()).contains("application report", "AccessShareLock on users", "idle");
                assertThat(blocker.owner()).isEqualTo("role postgres");
                assertThat(blocker.remedy()).contains("pg_terminate_backend(");
            });
            await().during(Duration.ofMillis(1500))
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> !step.isDone());
            long released = System.nanoTime();
            report.commit();
            StepSummary done = assertThat(step.join())
                    .asInstanceOf(type(StepOutcome.Completed.class))
                    .actual()
                    .summary();
            assertThat(Duration.ofNanos(System.nanoTime() - released)).isLessThan(Duration.ofMillis(700));
            over.set(true);
            traffic.join();
            assertThat(Duration.ofNanos(longest.get())).isLessThan(Duration.ofMillis(220));
            assertThat(done.longestLockWaitMilliseconds()).isLessThan(220);
            assertThat(bench.delays).anySatisfy(delay -> {
                assertThat(delay.by().application()).isEqualTo("report");
                assertThat(delay.by().query()).isEqualTo("SELECT * FROM users");
                assertThat(delay.milliseconds()).isBetween(1400L, 5000L);
            });
            assertThat(bench.waitingFor()).isEmpty();
        }
    }

    @Test
    @Fact("P6")
    void givesUpAfterTheDeadlineAndSaysWhoIsInTheWay() throws Exception {
        bench.locks = new LockBudget(100, 1, new BlockerRule.Wait());
        try (Connection report = reader("report")) {
            olderThanTheBudget();
            StepOutcome outcome = bench.does("add", ADD);
            assertThat(outcome)
                    .asInstanceOf(type(StepOutcome.Blocked.class))
                    .satisfies(blocked -> assertThat(blocked.blockers())
                            .singleElement()
                            .satisfies(blocker -> assertThat(blocker.message()).contains("report")))
                    .satisfies(blocked -> assertThat(blocked.retryAfter()).isPositive());
            report.rollback();
        }
        assertThat(bench.value("SELECT count(*) FROM lockstep.ledger")).isEqualTo("0");
    }

    @Test
    void stopsWaitingWhenItIsAskedTo() throws Exception {
        try (Connection report = reader("report")) {
            CompletableFuture<StepOutcome> step = bench.begin("add", ADD);
            await().until(() -> !bench.waitingFor().isEmpty());
            bench.stop = true;
            assertThat(step.join()).isInstanceOf(StepOutcome.Interrupted.class);
            report.rollback();
        }
    }

    @Test
    @Fact("P4")
    void namesAPreparedTransactionThatNoSessionHolds() {
        bench.sql("BEGIN; SELECT * FROM users; PREPARE TRANSACTION 'order 66'");
        CompletableFuture<StepOutcome> step = bench.begin("add", ADD);
        await().until(() -> !bench.waitingFor().isEmpty());
        assertThat(bench.waitingFor())
                .singleElement()
                .satisfies(blocker -> assertThat(blocker.object() + blocker.remedy())
                        .contains("prepared transaction 'order 66'", "ROLLBACK PREPARED 'order 66'"));
        bench.sql("ROLLBACK PREPARED 'order 66'");
        assertThat(step.join()).isInstanceOf(StepOutcome.Completed.class);
    }

    @Test
    @Fact("P4")
    void seesAReaderOfAPartition() throws Exception {
        bench.sql("""
                CREATE TABLE events (id int) PARTITION BY RANGE (id);
                CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (10);
                """);
        try (Connection report = bench.connect()) {
            report.setAutoCommit(false);
            Bench.run(report, "SET application_name = 'report'; SELECT * FROM events_1");
            bench.locks = new LockBudget(100, 1, new BlockerRule.Wait());
            olderThanTheBudget();
            StepOutcome outcome = bench.does(
                    "add",
                    new Action.Transactional(
                            List.of("ALTER TABLE public.events ADD COLUMN note text"),
                            List.of(new TableLock(
                                    dev.lockstep.schema.TableName.parse("events"), LockMode.ACCESS_EXCLUSIVE)),
                            false));
            assertThat(outcome)
                    .asInstanceOf(type(StepOutcome.Blocked.class))
                    .satisfies(blocked ->
                            assertThat(blocked.blockers().getFirst().message()).contains("events_1"));
            report.rollback();
        }
    }

    @Test
    void doesNotMindALockThatDoesNotConflict() throws Exception {
        try (Connection report = reader("report")) {
            olderThanTheBudget();
            StepOutcome outcome = bench.does(
                    "share",
                    new Action.Transactional(
                            List.of("SELECT 1"), List.of(new TableLock(USERS, LockMode.SHARE_ROW_EXCLUSIVE)), false));
            assertThat(outcome).isInstanceOf(StepOutcome.Completed.class);
            report.rollback();
        }
    }

    @Test
    void getsThroughABusyTableWhoseTransactionsAreShort() {
        AtomicBoolean over = new AtomicBoolean();
        List<CompletableFuture<Void>> traffic = java.util.stream.IntStream.range(0, 3)
                .mapToObj(i -> CompletableFuture.runAsync(() -> {
                    try (Connection application = bench.connect()) {
                        while (!over.get()) {
                            Bench.run(application, "BEGIN; UPDATE users SET name = 'x'; SELECT pg_sleep(0.02); COMMIT");
                        }
                    } catch (java.sql.SQLException e) {
                        throw new IllegalStateException(e);
                    }
                }))
                .toList();
        try {
            assertThat(bench.does("add", ADD)).isInstanceOf(StepOutcome.Completed.class);
        } finally {
            over.set(true);
            traffic.forEach(CompletableFuture::join);
        }
    }

    @Test
    @Fact("P1")
    void makesAnAutovacuumYieldWithinTheBudget() {
        bench.sql("ALTER SYSTEM SET autovacuum_naptime = '1s'");
        bench.sql("SELECT pg_reload_conf()");
        try {
            makeAnAutovacuumYield();
        } finally {
            bench.sql("ALTER SYSTEM RESET autovacuum_naptime");
            bench.sql("SELECT pg_reload_conf()");
        }
    }

    private void makeAnAutovacuumYield() {
        bench.sql("""
                CREATE TABLE big (id int, filler text) WITH (autovacuum_vacuum_cost_delay = 100,
                  autovacuum_vacuum_cost_limit = 1, autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0);
                INSERT INTO big SELECT n, repeat('x', 500) FROM generate_series(1, 20000) AS n;
                DELETE FROM big WHERE id % 2 = 0;
                """);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> bench.value("SELECT count(*) FROM pg_stat_activity"
                                + " WHERE backend_type = 'autovacuum worker' AND query LIKE '%public.big%'")
                        .equals("1"));
        StepOutcome outcome = bench.does(
                "add",
                new Action.Transactional(
                        List.of("ALTER TABLE public.big ADD COLUMN note text"),
                        List.of(new TableLock(dev.lockstep.schema.TableName.parse("big"), LockMode.ACCESS_EXCLUSIVE)),
                        false));
        assertThat(outcome)
                .asInstanceOf(type(StepOutcome.Completed.class))
                .satisfies(done ->
                        assertThat(done.summary().longestLockWaitMilliseconds()).isLessThan(220));
    }
}
