package dev.lockstep.target;

import static dev.lockstep.target.Bench.USERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import dev.lockstep.change.Action;
import dev.lockstep.change.Action.CopyRows.Rows;
import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.plan.PlanSpec.BackfillPace;
import dev.lockstep.plan.PlanSpec.UserTriggers;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CopyRowsPostgresTest {
    private static final String TABLES = """
            CREATE TABLE users (tenant int, id int, name text, PRIMARY KEY (tenant, id));
            CREATE TABLE people (tenant int, id int, name text, PRIMARY KEY (tenant, id));
            """;

    /** Keeps people equal to users, whatever is written, as the triggers of a rename do. */
    static final String SYNC = """
            CREATE FUNCTION sync() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              DELETE FROM people WHERE TG_OP <> 'INSERT' AND (tenant, id) = (OLD.tenant, OLD.id);
              IF TG_OP <> 'DELETE' THEN
                INSERT INTO people VALUES (NEW.*) ON CONFLICT (tenant, id) DO UPDATE SET name = EXCLUDED.name;
              END IF;
              RETURN NULL;
            END $$;
            CREATE TRIGGER sync AFTER INSERT OR UPDATE OR DELETE ON users FOR EACH ROW EXECUTE FUNCTION sync();
            """;

    private static final String APART = "SELECT count(*) FROM (TABLE users EXCEPT ALL TABLE people) a, (SELECT 1) b";

    private final Bench bench = new Bench();

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    private static Action.CopyRows copy(Rows which) {
        return new Action.CopyRows(
                USERS,
                TableName.parse("people"),
                ids("tenant", "id"),
                ids("tenant", "id", "name"),
                new Identifier("copying"),
                which);
    }

    private static List<Identifier> ids(String... names) {
        return Stream.of(names).map(Identifier::new).toList();
    }

    @Test
    void aTableCalledOtherIsCopiedWhole() {
        bench.sql("CREATE TABLE other (id int PRIMARY KEY, name text); CREATE TABLE people (LIKE other INCLUDING ALL);"
                + " INSERT INTO other SELECT n, 'user ' || n FROM generate_series(1, 500) AS n;"
                + " INSERT INTO people VALUES (1, 'user 1')");
        Action.CopyRows copy = new Action.CopyRows(
                TableName.parse("other"),
                TableName.parse("people"),
                ids("id"),
                ids("id", "name"),
                new Identifier("copying"),
                Rows.MISSING);
        assertThat(changed(bench.does("copy", copy))).isEqualTo(499);
    }

    private void rows(int count) {
        bench.sql("INSERT INTO users SELECT n % 3, n, nullif('user ' || n, 'user 7') FROM generate_series(1, " + count
                + ") AS n");
    }

    private static long changed(StepOutcome outcome) {
        return assertThat(outcome)
                .asInstanceOf(type(StepOutcome.Completed.class))
                .actual()
                .summary()
                .rows();
    }

    private void equal() {
        assertThat(bench.value(APART)).isEqualTo("0");
        assertThat(bench.value(
                        APART.replace("TABLE users EXCEPT ALL TABLE people", "TABLE people EXCEPT ALL TABLE users")))
                .isEqualTo("0");
    }

    @Test
    void copiesWhatIsMissingByTheWholeKeyAndWithItsNulls() {
        bench.sql(TABLES);
        rows(5_000);
        bench.sql("INSERT INTO people VALUES (1, 1, 'user 1')");
        assertThat(changed(bench.does("copy", copy(Rows.MISSING)))).isEqualTo(4_999);
        equal();
        assertThat(bench.value("SELECT count(*) FROM people WHERE name IS NULL"))
                .isEqualTo("1");
    }

    /** The batch is in the middle of it while somebody writes the row; how it ends is decided only afterwards. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "DELETE FROM users WHERE id = 1",
                "UPDATE users SET name = 'newer' WHERE id = 1",
                "UPDATE users SET id = 100000 WHERE id = 1",
                "UPDATE users SET tenant = 77, name = NULL WHERE id = 1"
            })
    void bringsNoDeletedRowBackAndOverwritesNoNewerOne(String write) throws Exception {
        bench.sql(TABLES);
        rows(2_000);
        bench.sql(SYNC);
        try (Connection application = bench.connect()) {
            application.setAutoCommit(false);
            Bench.run(application, write);
            CompletableFuture<StepOutcome> copy = bench.begin("copy", copy(Rows.MISSING));
            await().until(() -> copy.isDone()
                    || bench.waits.stream()
                            .flatMap(List::stream)
                            .anyMatch(blocker -> blocker.message().contains("hold locks")));
            application.commit();
            assertThat(changed(copy.join())).isGreaterThan(1_900);
        }
        equal();
    }

    /** Deletes, moves, renumbers and inserts rows of users until this is done, and tells how often. */
    static int writesUntil(CompletableFuture<?> done, Connection application, int rows) {
        int writes = 0;
        while (!done.isDone()) {
            writes++;
            int row = 1 + writes * 7919 % rows;
            Bench.run(application, "DELETE FROM users WHERE id = " + row);
            Bench.run(application, "UPDATE users SET name = repeat('x', 200) || id WHERE id = " + (row + 1));
            Bench.run(application, "UPDATE users SET id = id + 1000000 WHERE id = " + (row + 2));
            Bench.run(
                    application,
                    "INSERT INTO users VALUES (0, " + (2_000_000 + writes) + ", 'new')" + " ON CONFLICT DO NOTHING");
        }
        return writes;
    }

    @Test
    void losesNoWriteOfAnApplicationThatWritesAllAlong() throws Exception {
        bench.sql(TABLES);
        rows(10_000);
        bench.sql(SYNC);
        bench.pace = new BackfillPace(5, 20, UserTriggers.SKIP, bench.pace.maxReplicaLagSeconds(), bench.pace.commit());
        try (Connection application = bench.connect()) {
            CompletableFuture<StepOutcome> copy = bench.begin("copy", copy(Rows.MISSING));
            assertThat(writesUntil(copy, application, 10_000)).isGreaterThan(10);
            assertThat(copy.join()).isInstanceOf(StepOutcome.Completed.class);
        }
        equal();
    }

    @Test
    void bringsTheCopyIntoLineWhereOnlyTheApplicationWritesBoth() {
        bench.sql(TABLES);
        rows(3_000);
        bench.sql("INSERT INTO people SELECT tenant, id, 'stale' FROM users WHERE id % 2 = 0;"
                + " INSERT INTO people VALUES (9, 9, 'gone'), (9, 10, NULL)");
        assertThat(changed(bench.does("copy", copy(Rows.DIFFERING)))).isEqualTo(3_000);
        assertThat(changed(bench.does("remove", copy(Rows.SURPLUS)))).isEqualTo(2);
        equal();
    }

    @Test
    void saysWhichRowsAnotherValueStandsIn() {
        bench.sql(TABLES);
        rows(10);
        bench.sql("INSERT INTO people SELECT tenant, id, 'other' FROM users WHERE id = 4");
        assertThat(bench.does("copy", copy(Rows.MISSING)))
                .asInstanceOf(type(StepOutcome.Failed.class))
                .satisfies(failed -> assertThat(failed.code()).isEqualTo(ErrorCode.VERIFICATION_FAILED))
                .satisfies(failed -> assertThat(failed.message()).contains("id 4"));
    }
}
