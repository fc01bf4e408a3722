package dev.lockstep.target;

import static dev.lockstep.target.Bench.USERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.change.Action;
import dev.lockstep.change.Step;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.plan.PlanSpec.BackfillPace;
import dev.lockstep.plan.PlanSpec.BatchCommit;
import dev.lockstep.plan.PlanSpec.UserTriggers;
import dev.lockstep.schema.Identifier;
import java.sql.Connection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several sessions at once, and sessions that are ended in the middle. */
class BackfillWorkersPostgresTest {
    private static final int ROWS = 4_000;
    private static final String DONE = "SELECT count(*) FROM users WHERE full_name = name";

    private final Bench bench = new Bench();
    private final Step fill = fill("name");

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    @BeforeEach
    void users() {
        // Ten rows to a block: 400 blocks, enough for three workers.
        bench.sql("CREATE TABLE users (id int PRIMARY KEY, name text, full_name text, padding text)"
                + " WITH (autovacuum_enabled = off)");
        bench.sql("INSERT INTO users SELECT n, 'user ' || n, NULL, repeat('x', 720) FROM generate_series(1, " + ROWS
                + ") AS n");
        bench.sql("""
                CREATE TABLE filled (id int);
                CREATE FUNCTION filled() RETURNS trigger LANGUAGE plpgsql AS
                  $$BEGIN INSERT INTO filled VALUES (NEW.id); RETURN NULL; END$$;
                CREATE TRIGGER filled AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION filled();
                ALTER TABLE users ENABLE ALWAYS TRIGGER filled;
                """);
        workers(3);
    }

    private void workers(int count) {
        bench.pace = new BackfillPace(
                20, 0, UserTriggers.SKIP, 0, BatchCommit.ASYNCHRONOUS, Optional.empty(), Optional.empty(), count);
    }

    private static Step fill(String value) {
        return Bench.step(
                "fill",
                new Action.Backfill(
                        USERS,
                        new Action.Fill(new Identifier("full_name"), value, "full_name IS DISTINCT FROM name"),
                        UserTriggers.SKIP));
    }

    private void eachRowWasFilledOnce() {
        assertThat(bench.value(DONE)).isEqualTo(String.valueOf(ROWS));
        assertThat(bench.value("SELECT count(*) || ' ' || count(DISTINCT id) FROM filled"))
                .isEqualTo(ROWS + " " + ROWS);
        assertThat(bench.value("SELECT rows FROM lockstep.ledger")).isEqualTo(String.valueOf(ROWS));
    }

    @Test
    void severalWorkersShareTheTableAndFillEachRowOnce() {
        assertThat(bench.forward(fill)).isInstanceOf(StepOutcome.Completed.class);
        assertThat(bench.value("SELECT cursor->>'shares' FROM lockstep.ledger")).isEqualTo("3");
        assertThat(bench.progress.getLast().rowsDone()).isEqualTo(ROWS);
        assertThat(bench.progress.getLast().fraction()).isEqualTo(1.0);
        eachRowWasFilledOnce();
    }

    @Test
    void whatSeveralWorkersHaveBegunASingleOneGoesOnWith() throws Exception {
        stoppedInTheMiddle();
        workers(1);
        assertThat(bench.forward(fill)).isInstanceOf(StepOutcome.Completed.class);
        eachRowWasFilledOnce();
    }

    /** The workers stop while each of them has rows left: the last row of each share is locked until then. */
    private void stoppedInTheMiddle() throws Exception {
        try (Connection application = bench.connect()) {
            application.setAutoCommit(false);
            Bench.run(application, "SELECT FROM users WHERE id % 100 = 0 FOR UPDATE");
            CompletableFuture<StepOutcome> first = bench.begin(it -> it.forward(fill));
            await().until(() -> !bench.waits.isEmpty()
                    && !bench.value("SELECT rows FROM lockstep.ledger WHERE rows > 0")
                            .isEmpty());
            bench.stop = true;
            assertThat(first.join()).isInstanceOf(StepOutcome.Interrupted.class);
            bench.stop = false;
            assertThat(bench.value("SELECT rows FROM lockstep.ledger"))
                    .as("rows and cursors commit together")
                    .isEqualTo(bench.value(DONE));
        }
    }

    @Test
    void oneWorkerThatCannotGoOnStopsTheOthers() {
        StepOutcome outcome =
                bench.forward(fill("CASE WHEN users.id = 3900 THEN (1 / (users.id - 3900))::text ELSE name END"));
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        StepOutcome.Failed.class,
                        failed -> assertThat(failed.message()).contains("division by zero", "id 3900"));
        assertThat(bench.value("SELECT rows FROM lockstep.ledger")).isEqualTo(bench.value(DONE));
        assertThat(bench.value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                        + " AND application_name LIKE 'lockstep/%/fill'"))
                .as("sessions of workers")
                .isEqualTo("0");
    }

    @Test
    void aNewerHolderEndsAllWorkersAndNothingOfTheirsIsKept() throws Exception {
        try (Connection application = bench.connect()) {
            application.setAutoCommit(false);
            Bench.run(application, "SELECT FROM users WHERE id % 100 = 0 FOR UPDATE");
            CompletableFuture<StepOutcome> stale = bench.begin(it -> it.forward(fill));
            await().until(() -> !bench.waits.isEmpty());
            bench.sql("UPDATE lockstep.fence SET token = 99");
            String then = bench.value("SELECT rows FROM lockstep.ledger");
            application.rollback();
            assertThat(stale.join()).isInstanceOf(StepOutcome.FencedOut.class);
            assertThat(bench.value("SELECT rows FROM lockstep.ledger")).isEqualTo(then);
            assertThat(bench.value(DONE)).isEqualTo(then);
        }
    }

    @Test
    void sessionsThatAreEndedInTheMiddleOfABatchCostThatBatchOnly() throws Exception {
        for (int workers : new int[] {1, 3}) {
            workers(workers);
            try (Connection application = bench.connect()) {
                application.setAutoCommit(false);
                Bench.run(application, "SELECT FROM users WHERE id % 1000 = 999 FOR UPDATE");
                CompletableFuture<StepOutcome> backfill = bench.begin(it -> it.forward(fill));
                // Rows of the batch are written, and it waits for one more.
                await().until(() -> !bench.value("SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                                + " AND datname = current_database() AND query LIKE '%UPDATE%'")
                        .isEmpty());
                bench.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        + " WHERE datname = current_database() AND application_name LIKE 'lockstep/%/fill'");
                assertThat(backfill.join()).isInstanceOf(StepOutcome.Blocked.class);
            }
            assertThat(bench.value("SELECT rows FROM lockstep.ledger"))
                    .as("nothing of the batch is kept")
                    .isEqualTo(bench.value(DONE));
        }
        assertThat(bench.forward(fill)).isInstanceOf(StepOutcome.Completed.class);
        eachRowWasFilledOnce();
    }

    @Test
    void aServersCrashThatLosesTheLastCommitsLosesCursorAndRowsTogether() {
        workers(1);
        String[] before = {""};
        bench.targets.execute(bench.order(fill, Direction.FORWARD, 1), new BetweenBatches(bench, batches -> {
            if (batches == 9) {
                // What a crash would leave of the next batch: nothing.
                bench.sql("CREATE TABLE ledger_then AS TABLE lockstep.ledger; CREATE TABLE users_then AS TABLE users");
                before[0] = bench.value("SELECT rows FROM lockstep.ledger");
            }
            return batches == 10;
        }));
        long lost = Long.parseLong(bench.value("SELECT rows FROM lockstep.ledger")) - Long.parseLong(before[0]);
        assertThat(lost).isPositive();
        bench.sql("""
                ALTER TABLE users DISABLE TRIGGER filled;
                UPDATE users SET full_name = t.full_name FROM users_then AS t WHERE t.id = users.id
                  AND users.full_name IS DISTINCT FROM t.full_name;
                ALTER TABLE users ENABLE ALWAYS TRIGGER filled;
                UPDATE lockstep.ledger SET cursor = t.cursor, rows = t.rows FROM ledger_then AS t;
                """);
        assertThat(bench.forward(fill)).isInstanceOf(StepOutcome.Completed.class);
        assertThat(bench.value(DONE)).isEqualTo(String.valueOf(ROWS));
        assertThat(bench.value("SELECT rows FROM lockstep.ledger")).isEqualTo(String.valueOf(ROWS));
        assertThat(bench.value("SELECT count(*) - count(DISTINCT id) FROM filled"))
                .as("rows done again")
                .isEqualTo(String.valueOf(lost));
    }
}
