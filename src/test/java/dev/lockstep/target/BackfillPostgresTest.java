package dev.lockstep.target;

import static dev.lockstep.target.Bench.USERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import dev.lockstep.change.Action;
import dev.lockstep.change.LockMode;
import dev.lockstep.change.TableLock;
import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.Progress;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.fixture.Fact;
import dev.lockstep.lifecycle.Event.StepSummary;
import dev.lockstep.plan.PlanSpec.BackfillPace;
import dev.lockstep.plan.PlanSpec.BatchCommit;
import dev.lockstep.plan.PlanSpec.BlockerRule;
import dev.lockstep.plan.PlanSpec.LockBudget;
import dev.lockstep.plan.PlanSpec.UserTriggers;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BackfillPostgresTest {
    private static final String SYNC = """
            CREATE FUNCTION sync() RETURNS trigger LANGUAGE plpgsql AS
              $$BEGIN NEW.full_name := NEW.name; RETURN NEW; END$$;
            CREATE TRIGGER zz_sync BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION sync();
            ALTER TABLE users ENABLE ALWAYS TRIGGER zz_sync;
            """;

    private final Bench bench = new Bench();
    private final Action.Backfill fill = fill(UserTriggers.SKIP);

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    private static Action.Backfill fill(UserTriggers triggers) {
        return new Action.Backfill(
                USERS,
                new Action.Fill(new Identifier("full_name"), "name", "full_name IS DISTINCT FROM name"),
                triggers);
    }

    private void users(int count) {
        bench.sql("CREATE TABLE users (id int PRIMARY KEY, name text, full_name text)");
        bench.sql("INSERT INTO users SELECT n, 'user ' || n FROM generate_series(1, " + count + ") AS n");
    }

    private String pending() {
        return bench.value("SELECT count(*) FROM users WHERE full_name IS DISTINCT FROM name");
    }

    @Test
    void aPartitionThatWasDroppedMeanwhileStopsNothing() {
        bench.sql("CREATE TABLE events (id int, name text, full_name text) PARTITION BY LIST (id)");
        bench.sql("CREATE TABLE users PARTITION OF events FOR VALUES IN (1); DROP TABLE users");
        StepSummary filled = summary(bench.forward(Bench.step("fill", fill)));
        assertThat(filled.notes()).anyMatch(note -> note.contains("users is not there any more"));
        Action alter = new Action.Transactional(
                List.of("ALTER TABLE events ADD COLUMN more int"),
                List.of(
                        new TableLock(TableName.parse("events"), LockMode.ACCESS_EXCLUSIVE),
                        new TableLock(USERS, LockMode.ACCESS_EXCLUSIVE)),
                false);
        summary(bench.forward(Bench.step("alter", alter)));
    }

    private static StepSummary summary(StepOutcome outcome) {
        return assertThat(outcome)
                .asInstanceOf(type(StepOutcome.Completed.class))
                .actual()
                .summary();
    }

    @Test
    void fillsEveryRowOnceAndReportsHowFarItIs() {
        users(30_000);
        StepSummary done = summary(bench.does("fill", fill));
        assertThat(done.rows()).isEqualTo(30_000);
        assertThat(pending()).isEqualTo("0");
        assertThat(bench.progress).isNotEmpty();
        assertThat(bench.progress)
                .extracting(Progress::fraction)
                .isSorted()
                .last()
                .isEqualTo(1.0);
        assertThat(bench.progress.getLast().rowsDone()).isEqualTo(30_000);
    }

    @Test
    void resumesBehindTheLastCommittedBatch() {
        users(60_000);
        bench.pace = new BackfillPace(2, 50, UserTriggers.SKIP, 10, BatchCommit.ASYNCHRONOUS);
        CompletableFuture<StepOutcome> first = bench.begin("fill", fill);
        await().until(() ->
                !bench.progress.isEmpty() && bench.progress.getLast().rowsDone() > 2_000);
        bench.stop = true;
        assertThat(first.join()).isInstanceOf(StepOutcome.Interrupted.class);
        long before = Long.parseLong(bench.value("SELECT rows FROM lockstep.ledger"));
        assertThat(before).isBetween(2_000L, 59_999L);
        assertThat(Long.parseLong(bench.value("SELECT count(*) FROM users WHERE full_name = name")))
                .as("the cursor commits with the batch")
                .isEqualTo(before);
        // What is behind the cursor is not looked at again before the proof at the end, which then finds it.
        bench.sql("UPDATE users SET full_name = NULL WHERE id = 1");
        bench.stop = false;
        bench.pace = new BackfillPace(40, 0, UserTriggers.SKIP, 10, BatchCommit.ASYNCHRONOUS);
        StepSummary done = summary(bench.does("fill", fill));
        assertThat(done.rows()).isEqualTo(60_001);
        assertThat(done.notes()).anySatisfy(note -> assertThat(note).contains("another pass"));
        assertThat(pending()).isEqualTo("0");
    }

    @Test
    void losesNoWriteOfAnApplicationThatWritesAllAlong() throws Exception {
        users(20_000);
        bench.sql(SYNC);
        bench.pace = new BackfillPace(5, 20, UserTriggers.SKIP, 10, BatchCommit.ASYNCHRONOUS);
        try (Connection application = bench.connect()) {
            CompletableFuture<StepOutcome> backfill = bench.begin("fill", fill);
            int writes = 0;
            while (!backfill.isDone()) {
                writes++;
                // Longer names move rows to other blocks.
                Bench.run(
                        application,
                        "UPDATE users SET name = repeat('x', 200) || " + writes + " WHERE id = "
                                + (1 + writes * 7919 % 20_000));
                Bench.run(application, "INSERT INTO users (id, name) VALUES (" + (100_000 + writes) + ", 'new')");
            }
            assertThat(writes).isGreaterThan(10);
            assertThat(backfill.join()).isInstanceOf(StepOutcome.Completed.class);
        }
        assertThat(pending()).isEqualTo("0");
    }

    @Test
    @Fact("P30")
    void waitsBrieflyForALockedRowAndComesBackToIt() throws Exception {
        users(2_000);
        try (Connection application = bench.connect()) {
            application.setAutoCommit(false);
            Bench.run(application, "UPDATE users SET name = 'theirs' WHERE id = 1");
            CompletableFuture<StepOutcome> backfill = bench.begin("fill", fill);
            await().atMost(Duration.ofSeconds(15))
                    .until(() -> bench.waits.stream()
                            .flatMap(java.util.List::stream)
                            .anyMatch(blocker -> blocker.message().contains("hold locks")));
            await().atMost(Duration.ofSeconds(15))
                    .until(() -> bench.value("SELECT count(*) FROM users WHERE full_name = name")
                                    .equals("1999")
                            || Integer.parseInt(bench.value("SELECT count(*) FROM users WHERE full_name = name"))
                                    > 1500);
            application.commit();
            assertThat(backfill.join()).isInstanceOf(StepOutcome.Completed.class);
        }
        assertThat(pending()).isEqualTo("0");
    }

    @Test
    void isNeverTheReasonForADeadlockInTheApplication() throws Exception {
        users(200);
        bench.locks = new LockBudget(10_000, 20, new BlockerRule.Wait());
        try (Connection application = bench.connect()) {
            application.setAutoCommit(false);
            // Holds the last row of the batch, then asks for its first while the batch waits for the last.
            Bench.run(application, "SELECT FROM users WHERE id = 150 FOR UPDATE");
            CompletableFuture<StepOutcome> backfill = bench.begin("fill", fill);
            await().until(() -> !bench.value("SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                            + " AND datname = current_database() AND query LIKE 'UPDATE%'")
                    .isEmpty());
            Bench.run(application, "UPDATE users SET name = 'theirs' WHERE id = 1");
            application.commit();
            assertThat(backfill.join()).isInstanceOf(StepOutcome.Completed.class);
        }
        assertThat(pending()).isEqualTo("0");
    }

    @Test
    @Fact("P28")
    void refusesATableWhoseRowsAPolicyHides() throws Exception {
        users(10);
        bench.sql("""
                DROP ROLE IF EXISTS lockstep_owner; CREATE ROLE lockstep_owner LOGIN;
                ALTER TABLE users OWNER TO lockstep_owner;
                ALTER TABLE users ENABLE ROW LEVEL SECURITY; ALTER TABLE users FORCE ROW LEVEL SECURITY;
                CREATE POLICY half ON users USING (id <= 5);
                """);
        bench.sql(
                "DO $$BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO lockstep_owner', current_database()); END$$");
        try (Bench owner = bench.as("lockstep_owner")) {
            StepOutcome outcome = owner.does("fill", fill(UserTriggers.FIRE));
            assertThat(outcome)
                    .asInstanceOf(type(StepOutcome.Failed.class))
                    .satisfies(failed -> assertThat(failed.code()).isEqualTo(ErrorCode.ROWS_HIDDEN))
                    .satisfies(failed -> assertThat(failed.remedy()).contains("BYPASSRLS"));
        }
        assertThat(pending()).isEqualTo("10");
    }

    @Test
    void saysWhatToDoWhereTheRoleMayNotSkipTriggers() throws Exception {
        users(10);
        bench.sql("DROP ROLE IF EXISTS lockstep_plain; CREATE ROLE lockstep_plain LOGIN;"
                + " GRANT ALL ON users TO lockstep_plain");
        bench.sql(
                "DO $$BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO lockstep_plain', current_database()); END$$");
        try (Bench plain = bench.as("lockstep_plain")) {
            assertThat(plain.does("fill", fill))
                    .asInstanceOf(type(StepOutcome.Failed.class))
                    .satisfies(failed -> assertThat(failed.remedy()).contains("userTriggers: Fire", "GRANT SET ON"));
            assertThat(plain.does("fill-firing", fill(UserTriggers.FIRE))).isInstanceOf(StepOutcome.Completed.class);
        }
        assertThat(pending()).isEqualTo("0");
    }

    @Test
    @Fact("P27")
    void leavesGeneratedIdentitiesAlone() {
        bench.sql("CREATE TABLE users (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text, full_name text)");
        bench.sql("INSERT INTO users (name) SELECT 'x' FROM generate_series(1, 100)");
        assertThat(summary(bench.does("fill", fill)).rows()).isEqualTo(100);
    }

    @Test
    @Fact("P29")
    void keepsTheTablesOwnTriggersFromSeeingItUnlessThePlanWantsThemTo() {
        users(10);
        bench.sql("""
                CREATE TABLE audit (id int);
                CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS
                  $$BEGIN INSERT INTO audit VALUES (NEW.id); RETURN NEW; END$$;
                CREATE TRIGGER audit AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION audit();
                """);
        summary(bench.does("silent", fill));
        assertThat(bench.value("SELECT count(*) FROM audit")).isEqualTo("0");
        bench.sql("ALTER TABLE users DISABLE TRIGGER audit; UPDATE users SET full_name = NULL;"
                + " ALTER TABLE users ENABLE TRIGGER audit");
        summary(bench.does("heard", fill(UserTriggers.FIRE)));
        assertThat(bench.value("SELECT count(*) FROM audit")).isEqualTo("10");
    }

    @Test
    void copesWithATableWithoutRowsAndWithoutAKey() {
        bench.sql("CREATE TABLE users (name text, full_name text)");
        assertThat(summary(bench.does("empty", fill)).rows()).isZero();
        bench.sql("INSERT INTO users VALUES ('a'), ('a'), ('b')");
        assertThat(summary(bench.does("fill", fill)).rows()).isEqualTo(3);
    }

    @Test
    void namesTheRowThatAnExpressionFailsOn() {
        users(5_000);
        bench.sql("UPDATE users SET name = '0' WHERE id = 4321");
        StepOutcome outcome = bench.does(
                "fill",
                new Action.Backfill(
                        USERS,
                        new Action.Fill(
                                new Identifier("full_name"),
                                "(1 / length(trim(leading '0' FROM name)))::text",
                                "full_name IS NULL"),
                        UserTriggers.SKIP));
        assertThat(outcome)
                .asInstanceOf(type(StepOutcome.Failed.class))
                .satisfies(failed -> assertThat(failed.message()).contains("division by zero", "id 4321"));
    }

    @Test
    @Fact("P30")
    void failsWhenTheNewValueStillCountsAsUnfilled() {
        users(10);
        StepOutcome outcome = bench.does(
                "fill",
                new Action.Backfill(
                        USERS,
                        new Action.Fill(new Identifier("full_name"), "NULL", "full_name IS NULL"),
                        UserTriggers.SKIP));
        assertThat(outcome)
                .asInstanceOf(type(StepOutcome.Failed.class))
                .satisfies(failed -> assertThat(failed.code()).isEqualTo(ErrorCode.VERIFICATION_FAILED))
                .satisfies(failed -> assertThat(failed.message()).contains("for example id "));
    }

    @Test
    void stopsAtOnceWhenANewerHolderHasTakenOver() {
        users(20_000);
        bench.pace = new BackfillPace(1, 80, UserTriggers.SKIP, 10, BatchCommit.ASYNCHRONOUS);
        CompletableFuture<StepOutcome> stale = bench.begin("fill", fill);
        await().until(() -> !bench.progress.isEmpty());
        bench.sql("UPDATE lockstep.fence SET token = 99");
        assertThat(stale.join()).isInstanceOf(StepOutcome.FencedOut.class);
    }
}
