package dev.lockstep.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.change.Action;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.fixture.Fact;
import dev.lockstep.fixture.ReplicatedPostgres;
import dev.lockstep.gate.Blocker;
import dev.lockstep.plan.PlanSpec.BackfillPace;
import dev.lockstep.plan.PlanSpec.BatchCommit;
import dev.lockstep.plan.PlanSpec.UserTriggers;
import dev.lockstep.schema.Identifier;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a step means for a standby. */
class StandbyPostgresTest {
    private static ReplicatedPostgres servers;

    @BeforeAll
    static void start() throws Exception {
        servers = ReplicatedPostgres.start();
    }

    @AfterAll
    static void stop() throws Exception {
        servers.close();
    }

    @BeforeEach
    void table() throws Exception {
        try (Bench bench = new Bench(servers.primary(), "")) {
            bench.sql("DROP TABLE IF EXISTS users");
            bench.sql("CREATE TABLE users (id int PRIMARY KEY, name text, full_name text)");
            bench.sql("INSERT INTO users SELECT i, 'name ' || i FROM generate_series(1, 12000) i");
            caughtUp();
        }
    }

    @Test
    @Fact("P42")
    void aBackfillAllButStopsWhileAStandbyIsTooFarBehindAndNamesIt() throws Exception {
        try (Bench bench = new Bench(servers.primary(), "");
                ExecutorService worker = Executors.newVirtualThreadPerTaskExecutor()) {
            bench.pace = new BackfillPace(1, 95, UserTriggers.SKIP, 1, BatchCommit.ASYNCHRONOUS);
            servers.answer(servers.standby(), "SELECT pg_wal_replay_pause()");
            Future<StepOutcome> outcome = worker.submit(() -> bench.does(
                    "fill",
                    new Action.Backfill(
                            Bench.USERS,
                            new Action.Fill(new Identifier("full_name"), "name", "full_name IS DISTINCT FROM name"),
                            UserTriggers.SKIP)));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> bench.waits.stream()
                            .flatMap(waits -> waits.stream())
                            .anyMatch(blocker -> blocker.code() == Blocker.Code.REPLICA_BEHIND
                                    && blocker.object().contains("standby-one")));
            assertThat(bench.value("SELECT count(*) > 0 FROM users WHERE full_name IS NULL"))
                    .isEqualTo("t");
            // What is replayed meanwhile may be in conflict with whatever a new session reads.
            Awaitility.await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(() -> {
                servers.answer(servers.standby(), "SELECT pg_wal_replay_resume()");
                return true;
            });
            assertThat(outcome.get()).isInstanceOf(StepOutcome.Completed.class);
            assertThat(bench.value("SELECT count(*) FROM users WHERE full_name IS NULL"))
                    .isEqualTo("0");
        }
    }

    /** Nothing on the primary can look for this, so the documents tell it. */
    @Test
    @Fact("P42")
    void aStrongLockOnThePrimaryEndsAReaderOfTheStandbyThatIsSlowerThanItsDelay() throws Exception {
        try (Bench bench = new Bench(servers.primary(), "");
                Connection reader = DriverManager.getConnection(servers.standby())) {
            reader.setAutoCommit(false);
            count(reader);
            assertThat(bench.does("add", Bench.sqlAction("ALTER TABLE users ADD COLUMN region text")))
                    .isInstanceOf(StepOutcome.Completed.class);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThatThrownBy(() -> count(reader))
                            .isInstanceOf(SQLException.class)
                            .hasMessageContaining("conflict with recovery"));
        }
    }

    private static void count(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM users")) {
            rows.next();
        }
    }

    private static void caughtUp() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> servers.answer(
                                servers.primary(),
                                "SELECT coalesce(bool_and(replay_lsn >= pg_current_wal_lsn()), false) FROM pg_stat_replication")
                        .equals("t"));
    }
}
