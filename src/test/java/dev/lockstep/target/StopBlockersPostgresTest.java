package dev.lockstep.target;

import static dev.lockstep.target.Bench.USERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import dev.lockstep.change.Action;
import dev.lockstep.change.LockMode;
import dev.lockstep.change.TableLock;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.fixture.Fact;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.plan.PlanSpec.BlockerRule;
import dev.lockstep.plan.PlanSpec.LockBudget;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** P7: who is stopped for a step, and who is not. */
class StopBlockersPostgresTest {
    private static final Action.Transactional ADD = new Action.Transactional(
            List.of("ALTER TABLE public.users ADD COLUMN full_name text"),
            List.of(new TableLock(USERS, LockMode.ACCESS_EXCLUSIVE)),
            false);

    private static final BlockerRule TERMINATE = new BlockerRule.Stop(true, 1, 300);
    private static final BlockerRule CANCEL = new BlockerRule.Stop(false, 1, 300);

    private final Bench bench = new Bench();

    @BeforeEach
    void table() {
        bench.sql("""
                DO $$BEGIN CREATE ROLE shopper LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END$$;
                DO $$BEGIN CREATE ROLE meek LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END$$;
                CREATE TABLE users (id int PRIMARY KEY, name text);
                INSERT INTO users VALUES (1, 'a');
                ALTER TABLE users OWNER TO meek;
                GRANT meek TO shopper;
                GRANT CREATE ON DATABASE "%s" TO meek;
                GRANT ALL ON SCHEMA public TO meek, shopper
                """.formatted(bench.value("SELECT current_database()")));
        bench.locks = new LockBudget(200, 20, TERMINATE);
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    private Connection shopper(String application) throws SQLException {
        Connection connection = DriverManager.getConnection(
                bench.url.replace("user=postgres", "user=shopper") + "&ApplicationName=" + application);
        connection.setAutoCommit(false);
        return connection;
    }

    private Connection reader(String application) throws SQLException {
        Connection reader = shopper(application);
        Bench.run(reader, "SELECT * FROM users WHERE name = 'her secret'");
        return reader;
    }

    private void olderThanTheBudget(String application) {
        await().until(() -> bench.value("SELECT count(*) FROM pg_stat_activity WHERE application_name = '" + application
                        + "' AND clock_timestamp() - xact_start > '300ms'")
                .equals("1"));
    }

    private boolean alive(String application) {
        return !bench.value("SELECT count(*) FROM pg_stat_activity WHERE application_name = '" + application + "'")
                .equals("0");
    }

    @Test
    @Fact("P7")
    void endsWhoHasTheLockAndNobodyWhoOnlyWaitsForIt() throws Exception {
        try (Connection culprit = reader("culprit");
                Connection innocent = shopper("innocent")) {
            CompletableFuture<Void> waiting =
                    CompletableFuture.runAsync(() -> Bench.run(innocent, "LOCK TABLE users IN ACCESS EXCLUSIVE MODE"));
            await().until(() -> bench.value("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid ="
                            + " (SELECT pid FROM pg_stat_activity WHERE application_name = 'innocent')")
                    .equals("1"));
            CompletableFuture<StepOutcome> step = bench.begin("add", ADD);
            waiting.join();
            innocent.commit();
            assertThat(step.join()).isInstanceOf(StepOutcome.Completed.class);
            assertThatThrownBy(() -> culprit.createStatement().execute("SELECT 1"))
                    .isInstanceOf(SQLException.class);
            Bench.run(innocent, "SELECT 1");
        }
        assertThat(bench.stopped).singleElement().satisfies(stopped -> {
            assertThat(stopped.stop()).isEqualTo(Event.Stop.TERMINATE);
            assertThat(stopped.blocker().application()).isEqualTo("culprit");
            assertThat(stopped.blocker().user()).isEqualTo("shopper");
            assertThat(stopped.blocker().query()).isEqualTo("SELECT * FROM users WHERE name = ?");
            assertThat(stopped.blocker().what()).isEqualTo("AccessShareLock on users");
            assertThat(stopped.transactionMilliseconds()).isGreaterThan(900);
        });
        assertThat(bench.delays)
                .anySatisfy(delay ->
                        assertThat(delay.by().application() + delay.stopped()).isEqualTo("culprittrue"));
    }

    @Test
    void cancelsTheStatementAndLeavesTheConnection() throws Exception {
        bench.locks = new LockBudget(200, 20, CANCEL);
        try (Connection culprit = shopper("culprit")) {
            CompletableFuture<Void> report =
                    CompletableFuture.runAsync(() -> Bench.run(culprit, "SELECT pg_sleep(60) FROM users"));
            olderThanTheBudget("culprit");
            assertThat(bench.does("add", ADD)).isInstanceOf(StepOutcome.Completed.class);
            assertThatThrownBy(report::join).hasRootCauseMessage("ERROR: canceling statement due to user request");
            culprit.rollback();
            Bench.run(culprit, "SELECT full_name FROM users");
        }
    }

    @Test
    void stopsNobodyBeforeTheTimeNorWithoutATrace() throws Exception {
        bench.locks = new LockBudget(200, 2, TERMINATE);
        bench.mayStop = false;
        try (Connection culprit = reader("culprit")) {
            assertThat(bench.does("add", ADD)).isInstanceOf(StepOutcome.Blocked.class);
            assertThat(bench.stopped).hasSizeLessThanOrEqualTo(3);
            Bench.run(culprit, "SELECT 1");
        }
        bench.mayStop = true;
        bench.stopped.clear();
        bench.locks = new LockBudget(200, 1, new BlockerRule.Stop(true, 2, 300));
        try (Connection culprit = reader("culprit")) {
            assertThat(bench.does("add", ADD))
                    .asInstanceOf(type(StepOutcome.Blocked.class))
                    .satisfies(
                            blocked -> assertThat(blocked.blockers().getFirst().message())
                                    .contains("Lockstep ends it when the step has waited for 2 s"));
            Bench.run(culprit, "SELECT 1");
        }
        assertThat(bench.stopped).isEmpty();
    }

    @Test
    @Fact("P7")
    void whoeverMayNotBeStoppedIsNamedWithTheReasonAndProtectsTheOthers() throws Exception {
        bench.locks = new LockBudget(200, 2, TERMINATE);
        bench.sql(IntStream.range(0, 21)
                .mapToObj(i -> "CREATE TABLE t" + i + " (id int); ALTER TABLE t" + i + " OWNER TO meek")
                .collect(Collectors.joining(";")));
        bench.sql("CREATE TABLE untidy (id int); ALTER TABLE untidy OWNER TO meek");
        bench.sql("BEGIN; SELECT * FROM users; PREPARE TRANSACTION 'order 67'");
        try (Connection stoppable = reader("stoppable");
                Connection superuser = bench.connect();
                Connection busy = reader("busy");
                Connection tidy = reader("tidy")) {
            superuser.setAutoCommit(false);
            Bench.run(superuser, "SELECT * FROM users");
            Bench.run(
                    busy,
                    IntStream.range(0, 21)
                            .mapToObj(i -> "INSERT INTO t" + i + " VALUES (1)")
                            .collect(Collectors.joining(";")));
            Bench.run(tidy, "CREATE INDEX ON untidy (id)");
            List<String> said = said(bench.does("add", ADD));
            assertThat(said)
                    .anySatisfy(word -> assertThat(word).contains("application stoppable", "Lockstep ends it when"))
                    .anySatisfy(word -> assertThat(word).contains("role postgres", "it is a superuser's"))
                    .anySatisfy(word -> assertThat(word).contains("application busy", "writes to more than 20 tables"))
                    .anySatisfy(word -> assertThat(word).contains("application tidy", "changes or maintains a table"))
                    .anySatisfy(word -> assertThat(word).contains("'order 67'", "no session holds it"))
                    .hasSize(5);
            assertThat(alive("stoppable")).isTrue();
            Bench.run(stoppable, "SELECT 1");
        } finally {
            bench.sql("ROLLBACK PREPARED 'order 67'");
        }
        assertThat(bench.stopped).isEmpty();
    }

    @Test
    @Fact("P7")
    void anOldTransactionAndAnIdleOneThatCouldOnlyBeCancelledAreLeftAlone() throws Exception {
        try (Connection old = reader("old")) {
            bench.locks = new LockBudget(200, 2, new BlockerRule.Stop(true, 1, 1));
            assertThat(said(bench.does("add", ADD)))
                    .singleElement()
                    .satisfies(word -> assertThat(word).contains("older than the plan's maxTransactionSeconds (1)"));
            Bench.run(old, "SELECT 1");
        }
        try (Connection idle = reader("idle")) {
            bench.locks = new LockBudget(200, 1, CANCEL);
            assertThat(said(bench.does("add", ADD)))
                    .singleElement()
                    .satisfies(word -> assertThat(word).contains("no statement to cancel; with act: Terminate"));
            Bench.run(idle, "SELECT 1");
        }
        assertThat(bench.stopped).isEmpty();
    }

    /** The first copy of a subscription holds a lock as a reader does. */
    @Test
    @Fact("P4")
    void aWalsenderIsNamedAsOneAndNeverStopped() throws Exception {
        bench.locks = new LockBudget(200, 2, TERMINATE);
        String replication = bench.url + "&replication=database&preferQueryMode=simple&assumeMinServerVersion=14"
                + "&ApplicationName=copy_of_users";
        try (Connection walsender = DriverManager.getConnection(replication)) {
            Bench.run(walsender, "BEGIN READ ONLY ISOLATION LEVEL REPEATABLE READ");
            Bench.run(walsender, "SELECT * FROM users");
            assertThat(said(bench.does("add", ADD)))
                    .singleElement()
                    .satisfies(word ->
                            assertThat(word).contains("walsender", "copy_of_users", "it is part of a replication"));
            Bench.run(walsender, "SELECT * FROM users");
        }
        assertThat(bench.stopped).isEmpty();
    }

    @Test
    void saysWhichRightIsMissingToStopSomebody() throws Exception {
        try (Bench meek = bench.as("meek");
                Connection culprit = reader("culprit")) {
            meek.locks = new LockBudget(200, 1, TERMINATE);
            assertThat(said(meek.does("add", ADD)))
                    .singleElement()
                    .satisfies(word -> assertThat(word).contains("GRANT pg_signal_backend TO meek"));
            bench.sql("GRANT pg_signal_backend TO meek");
            meek.locks = new LockBudget(200, 1, TERMINATE);
            assertThat(said(meek.does("add", ADD)))
                    .singleElement()
                    .satisfies(word -> assertThat(word).contains("GRANT pg_read_all_stats TO meek"));
            bench.sql("GRANT pg_read_all_stats TO meek");
            meek.locks = new LockBudget(200, 20, TERMINATE);
            assertThat(meek.does("add", ADD)).isInstanceOf(StepOutcome.Completed.class);
            assertThat(meek.stopped).hasSize(1);
            assertThatThrownBy(() -> culprit.createStatement().execute("SELECT 1"))
                    .isInstanceOf(SQLException.class);
        } finally {
            bench.sql("REVOKE pg_signal_backend, pg_read_all_stats FROM meek");
        }
    }

    private static List<String> said(StepOutcome outcome) {
        return assertThat(outcome).asInstanceOf(type(StepOutcome.Blocked.class)).actual().blockers().stream()
                .map(Blocker::message)
                .toList();
    }
}
