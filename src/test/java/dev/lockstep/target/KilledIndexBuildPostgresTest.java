package dev.lockstep.target;

import static dev.lockstep.target.Bench.USERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import dev.lockstep.change.Action;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.fixture.Fact;
import dev.lockstep.fixture.Postgres;
import dev.lockstep.fixture.TcpProxy;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.schema.Identifier;
import java.sql.Connection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Whoever builds an index may die at any moment, and whoever takes over as well (P10).
 *
 * <p>While a transaction that has written to the table is open, the debris of a killed build cannot be built anew at once:
 * DROP INDEX CONCURRENTLY waits for that transaction just as the build did, and shows in no progress view meanwhile.
 */
class KilledIndexBuildPostgresTest {
    private static final Action BUILD = new Action.BuildIndex(
            USERS, new Identifier("users_name"), "CREATE INDEX CONCURRENTLY users_name ON public.users (name)");
    private static final String WORKERS =
            " FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'lockstep/%/index'";

    private final Bench bench = new Bench();

    @BeforeEach
    void table() {
        bench.sql("CREATE TABLE users (id int, name text); INSERT INTO users SELECT n, 'n' || n % 500"
                + " FROM generate_series(1, 1000) AS n");
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    private Connection openWriter() {
        Connection old = bench.connect();
        Bench.run(old, "SET application_name = 'old'; BEGIN; UPDATE users SET name = name WHERE id = 1");
        return old;
    }

    /** Until the worker's own statement waits for somebody's transaction. */
    private void awaitWaiting(String statement) {
        await().until(() -> !bench.value("SELECT pid" + WORKERS + " AND state = 'active' AND wait_event_type = 'Lock'"
                        + " AND query LIKE '" + statement + "%'")
                .isEmpty());
    }

    private void awaitNamingTheWriter() {
        await().until(() -> bench.waits.stream()
                .flatMap(List::stream)
                .anyMatch(who -> who.message().contains("application old")
                        && who.message().contains("idle in a transaction")));
    }

    private void kill() {
        bench.value("SELECT count(pg_terminate_backend(pid))" + WORKERS);
    }

    private String validity() {
        return bench.value("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('users_name')");
    }

    private void completes(CompletableFuture<StepOutcome> attempt, String... words) {
        assertThat(attempt.join())
                .asInstanceOf(type(StepOutcome.Completed.class))
                .satisfies(done ->
                        assertThat(String.join(" ", done.summary().notes())).contains(words));
        assertThat(validity()).isEqualTo("t");
        assertThat(bench.value("SELECT count(*) FROM pg_index WHERE indrelid = 'users'::regclass"))
                .isEqualTo("1");
    }

    @Test
    @Fact({"P10", "G41"})
    void isBuiltInTheEndHoweverOftenItsWorkersAreKilled() throws Exception {
        try (Connection old = openWriter()) {
            CompletableFuture<StepOutcome> first = bench.begin("index", BUILD);
            awaitWaiting("CREATE INDEX");
            kill();
            assertThat(first.join()).isInstanceOf(StepOutcome.Blocked.class);
            assertThat(validity()).isEqualTo("f");
            for (int again = 0; again < 2; again++) {
                bench.waits.clear();
                CompletableFuture<StepOutcome> next = bench.begin("index", BUILD);
                awaitWaiting("DROP INDEX");
                awaitNamingTheWriter();
                kill();
                assertThat(next.join()).isInstanceOf(StepOutcome.Blocked.class);
            }
            bench.waits.clear();
            CompletableFuture<StepOutcome> last = bench.begin("index", BUILD);
            awaitNamingTheWriter();
            Bench.run(old, "COMMIT");
            completes(last, "unfinished index users_name");
        }
    }

    @Test
    void isBuiltInTheEndWhenTheRebuildIsKilledToo() throws Exception {
        try (Connection old = openWriter()) {
            CompletableFuture<StepOutcome> first = bench.begin("index", BUILD);
            awaitWaiting("CREATE INDEX");
            kill();
            first.join();
            Bench.run(old, "COMMIT");
        }
        try (Connection old = bench.connect()) {
            // A snapshot is no lock on the table: the debris goes at once, and the rebuild waits in its last phase.
            Bench.run(old, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM pg_class LIMIT 1");
            CompletableFuture<StepOutcome> second = bench.begin("index", BUILD);
            awaitWaiting("CREATE INDEX");
            kill();
            second.join();
            assertThat(validity()).isEqualTo("f");
            CompletableFuture<StepOutcome> third = bench.begin("index", BUILD);
            awaitWaiting("CREATE INDEX");
            Bench.run(old, "COMMIT");
            completes(third, "unfinished index users_name");
        }
    }

    @Test
    void theServersWorkForADeadClientIsWaitedForAndKept() throws Exception {
        try (TcpProxy network = new TcpProxy(Postgres.port());
                Connection old = openWriter();
                Bench dead =
                        new Bench(bench.url.replace(":" + Postgres.port() + "/", ":" + network.port() + "/"), "")) {
            CompletableFuture<StepOutcome> lost = dead.begin(
                    b -> b.targets.execute(bench.order(Bench.step("index", BUILD), Direction.FORWARD, 1), b));
            awaitWaiting("CREATE INDEX");
            network.silence();
            // What keeps no statement running is ended by the server once the client's host no longer answers.
            bench.value("SELECT count(pg_terminate_backend(pid))" + WORKERS + " AND state = 'idle'");
            CompletableFuture<StepOutcome> next = bench.begin("index", BUILD);
            await().until(() -> bench.waits.stream()
                    .flatMap(List::stream)
                    .anyMatch(who -> who.message().contains("earlier attempt of this step")));
            Bench.run(old, "COMMIT");
            completes(next, "");
            assertThat(next.join().toString()).doesNotContain("unfinished index");
            network.mend();
            lost.join();
        }
    }

    @Test
    void theServerFindsOutWhetherTheHostOfAnIdleSessionIsStillThere() throws Exception {
        try (Connection session = new Connector(new TargetConnection(bench.url, "", () -> "")).open("lockstep/test")) {
            String settings = new Query(session, """
                            SELECT concat_ws(' ', current_setting('tcp_keepalives_idle'),
                              current_setting('tcp_keepalives_interval'), current_setting('tcp_keepalives_count'))""").one(row -> row.getString(1));
            assertThat(settings).isEqualTo("10 5 3");
        }
    }
}
