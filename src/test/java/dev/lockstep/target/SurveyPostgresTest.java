package dev.lockstep.target;

import static dev.lockstep.target.Bench.USERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import dev.lockstep.change.Action.Survey;
import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.Progress;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.plan.PlanSpec.BackfillPace;
import dev.lockstep.plan.PlanSpec.BatchCommit;
import dev.lockstep.plan.PlanSpec.UserTriggers;
import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SurveyPostgresTest {
    private final Bench bench = new Bench();

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    private void users(int count) {
        bench.sql("CREATE TABLE users (id int PRIMARY KEY, name text, full_name text)");
        bench.sql("INSERT INTO users SELECT n, 'user ' || n, 'user ' || n FROM generate_series(1, " + count + ") AS n");
    }

    private static Survey none() {
        return new Survey(
                USERS,
                new Survey.NoneWhere("full_name IS DISTINCT FROM name"),
                "Both names are equal in every row of users.",
                "Mend them.");
    }

    private static Survey evaluates(String expression, int atMost) {
        return new Survey(USERS, new Survey.Evaluates(expression, atMost), "It gives a value.", "Mend the values.");
    }

    private static StepOutcome.Completed completed(StepOutcome outcome) {
        return assertThat(outcome)
                .asInstanceOf(type(StepOutcome.Completed.class))
                .actual();
    }

    private void slowly() {
        bench.pace = new BackfillPace(1, 95, UserTriggers.SKIP, 10, BatchCommit.ASYNCHRONOUS);
    }

    @Test
    void looksAtEveryRowAndCountsThem() {
        users(5_000);
        assertThat(completed(bench.does("verify", none())).summary().rows()).isEqualTo(5_000);
    }

    @Test
    void oneDifferingRowHoldsTheRunUntilItIsMended() {
        users(5_000);
        bench.sql("UPDATE users SET full_name = 'other' WHERE id = 4321");
        assertThat(bench.does("verify", none()))
                .asInstanceOf(type(StepOutcome.Blocked.class))
                .satisfies(blocked -> assertThat(blocked.blockers().getFirst().message())
                        .contains("id 4321")
                        .contains("equal"));
        bench.sql("UPDATE users SET full_name = name");
        completed(bench.does("verify", none()));
    }

    @Test
    void aDifferenceThatIsGoneAMomentLaterIsNotBelieved() {
        users(2_000);
        bench.sql("UPDATE users SET full_name = 'other' WHERE id = 7");
        CompletableFuture<StepOutcome> verify = bench.begin("verify", none());
        // The look comes upon the row, and looks again half a second later.
        await().atMost(Duration.ofSeconds(20))
                .until(() -> bench.value(
                                "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'lockstep/%'"
                                        + " AND state = 'idle' AND query LIKE '%ROLLBACK%'")
                        .equals("1"));
        bench.sql("UPDATE users SET full_name = name WHERE id = 7");
        completed(verify.join());
    }

    @Test
    void holdsNoSnapshotAndGoesOnWhereItWasBrokenOff() throws Exception {
        // Some seconds of work at this pace, also for a fast machine.
        users(1_200_000);
        slowly();
        CompletableFuture<StepOutcome> verify = bench.begin("verify", none());
        await().atMost(Duration.ofSeconds(20)).until(() -> !bench.progress.isEmpty());
        try (Connection other = bench.connect()) {
            Bench.run(other, "UPDATE users SET name = name WHERE id = 1");
            // Whatever it holds now is younger than this transaction: it is over after one piece.
            String xid = bench.value("SELECT pg_current_xact_id()");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> bench.value("SELECT coalesce(min(backend_xmin::text::bigint), " + xid + ") >= " + xid
                                    + " FROM pg_stat_activity WHERE application_name LIKE 'lockstep/%'")
                            .equals("t"));
        }
        bench.stop = true;
        assertThat(verify.join()).isInstanceOf(StepOutcome.Interrupted.class);
        double broken = bench.progress.getLast().fraction();
        assertThat(broken).isBetween(0.0001, 0.9999);
        bench.stop = false;
        bench.progress.clear();
        bench.pace = new BackfillPace(40, 0, UserTriggers.SKIP, 10, BatchCommit.ASYNCHRONOUS);
        // The row that was written meanwhile has been seen at both of its places.
        assertThat(completed(bench.does("verify", none())).summary().rows()).isBetween(1_200_000L, 1_200_001L);
    }

    @Test
    void everyRowThatAnExpressionFailsOnIsCountedAndSomeAreNamedWithTheError() {
        users(5_000);
        bench.sql("UPDATE users SET name = 'x' WHERE id % 200 = 0");
        assertThat(bench.does("try", evaluates("CAST(replace(name, 'user ', '') AS int)", 0)))
                .asInstanceOf(type(StepOutcome.Failed.class))
                .satisfies(failed -> {
                    assertThat(failed.code()).isEqualTo(ErrorCode.SQL_FAILED);
                    assertThat(failed.message())
                            .contains("fails on 25 rows of users")
                            .contains(": invalid input syntax for type integer: \"x\" (SQLSTATE 22P02)")
                            .contains("id 200: ");
                });
        bench.sql("UPDATE users SET name = 'user 1' WHERE name = 'x'");
        assertThat(completed(bench.does("try", evaluates("CAST(replace(name, 'user ', '') AS int)", 0)))
                        .summary()
                        .rows())
                .isEqualTo(5_000);
    }

    @Test
    void asManyFailingRowsAsWillBeSetAsideAreOnlyTold() {
        users(1_000);
        bench.sql("UPDATE users SET name = 'x' WHERE id IN (5, 500)");
        assertThat(completed(bench.does("try", evaluates("CAST(replace(users.name, 'user ', '') AS int)", 2)))
                        .summary()
                        .notes())
                .anyMatch(note -> note.contains("fails on 2 rows"));
        assertThat(bench.does("again", evaluates("CAST(replace(users.name, 'user ', '') AS int)", 1)))
                .isInstanceOf(StepOutcome.Failed.class);
    }

    @Test
    void anExpressionThatIsWrongForEveryRowFailsAtOnce() {
        users(10);
        assertThat(bench.does("try", evaluates("no_such_function(name)", 100)))
                .asInstanceOf(type(StepOutcome.Failed.class))
                .satisfies(failed -> assertThat(failed.message()).contains("no_such_function"));
    }

    @Test
    void goesThroughEveryPartition() {
        bench.sql("CREATE TABLE events (id int, name text) PARTITION BY RANGE (id)");
        bench.sql("CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (500)");
        bench.sql("CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (500) TO (5000)");
        bench.sql("INSERT INTO events SELECT n, n::text FROM generate_series(1, 1000) AS n");
        TableName events = TableName.parse("events");
        Survey all = new Survey(events, new Survey.NoneWhere("events.name IS NULL"), "All have a name.", "Mend.");
        assertThat(completed(bench.does("look", all)).summary().rows()).isEqualTo(1_000);
        bench.sql("UPDATE events SET name = 'x' WHERE id = 700");
        assertThat(bench.does(
                        "try",
                        new Survey(events, new Survey.Evaluates("CAST(name AS int)", 0), "It is a number.", "Mend.")))
                .asInstanceOf(type(StepOutcome.Failed.class))
                .satisfies(failed -> assertThat(failed.message()).contains("fails on 1 row of events"));
    }

    @Test
    void rowsThatAPolicyHidesAreNotTakenForGood() {
        users(10);
        bench.sql("DROP ROLE IF EXISTS surveyor; CREATE ROLE surveyor LOGIN; GRANT ALL ON users TO surveyor;"
                + " GRANT CREATE ON DATABASE " + bench.value("SELECT current_database()") + " TO surveyor;"
                + " ALTER TABLE users ENABLE ROW LEVEL SECURITY; CREATE POLICY few ON users USING (id < 5)");
        assertThat(bench.as("surveyor").does("verify", none()))
                .asInstanceOf(type(StepOutcome.Failed.class))
                .satisfies(failed -> assertThat(failed.code()).isEqualTo(ErrorCode.ROWS_HIDDEN));
        bench.sql("REVOKE ALL ON users FROM surveyor");
    }

    @Test
    void whatIsOnlyCountedHoldsNothing() {
        users(100);
        bench.sql("UPDATE users SET full_name = 'other' WHERE id IN (3, 4)");
        Survey counted = new Survey(
                USERS, new Survey.Counted("full_name IS DISTINCT FROM name"), "Both are equal.", "Look at them.");
        assertThat(completed(bench.does("count", counted)).summary().notes())
                .anyMatch(note -> note.contains("2 rows") && note.contains("id 3"));
        assertThat(bench.progress).extracting(Progress::step).containsOnly("count");
    }
}
