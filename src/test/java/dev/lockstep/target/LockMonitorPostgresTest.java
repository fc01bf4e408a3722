package dev.lockstep.target;

import static dev.lockstep.target.Bench.USERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import dev.lockstep.change.LockMode;
import dev.lockstep.change.TableLock;
import dev.lockstep.engine.BlockingTree;
import dev.lockstep.engine.BlockingTree.Knot;
import dev.lockstep.engine.LockMonitor;
import dev.lockstep.engine.LockMonitor.Kind;
import dev.lockstep.engine.LockMonitor.PatientStep;
import dev.lockstep.engine.LockMonitor.Reading;
import dev.lockstep.plan.DatabaseName;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LockMonitorPostgresTest {
    private static final DatabaseName SHOP = new DatabaseName("shop");

    private final Bench bench = new Bench();

    @BeforeEach
    void table() {
        bench.sql("CREATE TABLE users (id int PRIMARY KEY, name text); INSERT INTO users VALUES (1, 'a')");
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    private Connection session(String application) {
        Connection session = bench.connect();
        Bench.run(session, "SET application_name = '" + application + "'");
        try {
            session.setAutoCommit(false);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return session;
    }

    private CompletableFuture<Void> queues(Connection session, String sql) {
        int waiting = waiting();
        CompletableFuture<Void> done =
                CompletableFuture.runAsync(() -> Bench.run(session, sql), Executors.newVirtualThreadPerTaskExecutor());
        await().until(() -> waiting() == waiting + 1);
        return done;
    }

    private int waiting() {
        return Integer.parseInt(bench.value("SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity a"
                + " USING (pid) WHERE NOT granted AND a.datname = current_database()"));
    }

    private List<Knot> look(PatientStep... patient) {
        LockMonitor monitor = new JdbcLockMonitor(Map.of(SHOP, new TargetConnection(bench.url, "", () -> "")));
        return BlockingTree.of(assertThat(monitor.look(SHOP, List.of(patient)))
                .asInstanceOf(type(Reading.Seen.class))
                .actual()
                .sessions());
    }

    @Test
    void showsWhoIsTheRootAndWhoWaitsBehindWithWhatAndForHowLong() throws Exception {
        assertThat(look()).isEmpty();
        try (Connection report = session("report");
                Connection migration = session("migration");
                Connection web = session("web")) {
            Bench.run(report, "SELECT * FROM users WHERE name = 'her secret'");
            CompletableFuture<Void> alter = queues(migration, "ALTER TABLE users ADD COLUMN note text");
            CompletableFuture<Void> read = queues(web, "SELECT * FROM users");
            Knot root = assertThat(look()).singleElement().actual();
            assertThat(root.session().application()).isEqualTo("report");
            assertThat(root.session().state()).isEqualTo("idle in transaction");
            assertThat(root.session().query()).isEqualTo("SELECT * FROM users WHERE name = ?");
            assertThat(root.session().transactionAge())
                    .get()
                    .satisfies(age -> assertThat(age).isPositive());
            assertThat(root.session().waits()).isEmpty();
            Knot second = assertThat(root.waiters()).singleElement().actual();
            assertThat(second.session().application()).isEqualTo("migration");
            assertThat(second.session().waits().orElseThrow().wants()).isEqualTo("AccessExclusiveLock on users");
            assertThat(second.has().orElseThrow().what()).isEqualTo("AccessShareLock on users");
            Knot third = assertThat(second.waiters()).singleElement().actual();
            assertThat(third.session().application()).isEqualTo("web");
            assertThat(third.has().orElseThrow().what()).isEqualTo("a place before it in the queue");
            report.rollback();
            alter.join();
            migration.commit();
            read.join();
        }
    }

    @Test
    void namesAPreparedTransactionAndTheTableWhoseRowItHas() throws Exception {
        bench.sql("BEGIN; SELECT 1; PREPARE TRANSACTION 'idle 1'");
        bench.sql("BEGIN; UPDATE users SET name = 'b'; PREPARE TRANSACTION 'order 68'");
        try (Connection web = session("web");
                Connection other = session("other")) {
            CompletableFuture<Void> update = queues(web, "UPDATE users SET name = 'c'");
            CompletableFuture<Void> next = queues(other, "UPDATE users SET name = 'd'");
            Knot root = assertThat(look()).singleElement().actual();
            assertThat(root.session().kind()).isEqualTo(Kind.PREPARED);
            assertThat(root.session().application()).isEqualTo("order 68");
            assertThat(root.waiters().getFirst().session().waits().orElseThrow().wants())
                    .isEqualTo("a row of users that the other transaction has changed");
            assertThat(root.behind()).isEqualTo(2);
            bench.sql("ROLLBACK PREPARED 'order 68'");
            update.join();
            web.rollback();
            next.join();
        } finally {
            bench.sql("ROLLBACK PREPARED 'idle 1'");
        }
    }

    @Test
    void showsAStepThatWaitsOutsideTheQueueUnderWhoIsInItsWay() throws Exception {
        PatientStep step = new PatientStep(
                bench.run, "add", List.of(new TableLock(USERS, LockMode.ACCESS_EXCLUSIVE)), Duration.ofMillis(100));
        try (Connection report = session("report")) {
            Bench.run(report, "SELECT * FROM users");
            await().untilAsserted(() -> {
                Knot root = assertThat(look(step)).singleElement().actual();
                assertThat(root.session().application()).isEqualTo("report");
                Knot waiter = assertThat(root.waiters()).singleElement().actual();
                assertThat(waiter.session().kind()).isEqualTo(Kind.PATIENT_STEP);
                assertThat(waiter.session().application()).isEqualTo(step.applicationName());
                assertThat(waiter.session().waits().orElseThrow().wants()).isEqualTo("AccessExclusiveLock on users");
            });
        }
        await().untilAsserted(() -> assertThat(look(step)).isEmpty());
    }

    @Test
    void aDatabaseThatDoesNotAnswerIsNoHang() throws Exception {
        try (ServerSocket deaf = new ServerSocket(0)) {
            String url = "jdbc:postgresql://127.0.0.1:" + deaf.getLocalPort() + "/shop?user=x&password=hidden";
            long begun = System.nanoTime();
            Reading reading = new JdbcLockMonitor(Map.of(SHOP, new TargetConnection(url, "", () -> "hidden")))
                    .look(SHOP, List.of());
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(9));
            assertThat(reading)
                    .asInstanceOf(type(Reading.Unreachable.class))
                    .satisfies(said ->
                            assertThat(said.reason()).contains("database shop").doesNotContain("hidden"));
        }
        assertThat(new JdbcLockMonitor(Map.of()).look(SHOP, List.of())).isEqualTo(new Reading.Unknown(List.of()));
    }
}
