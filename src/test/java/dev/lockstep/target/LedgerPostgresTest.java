package dev.lockstep.target;

import static dev.lockstep.target.Bench.sqlAction;
import static dev.lockstep.target.Bench.step;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.lockstep.change.Step;
import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.RunId;
import dev.lockstep.engine.StepOrder;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.fixture.Fact;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.plan.DatabaseName;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LedgerPostgresTest {
    private final Bench bench = new Bench();

    private final Step addColumn = new Step(
            "add-column",
            "Add it",
            sqlAction("ALTER TABLE public.users ADD COLUMN full_name text", "INSERT INTO public.users VALUES (1)"),
            new Step.Undo.By(sqlAction("ALTER TABLE public.users DROP COLUMN IF EXISTS full_name")),
            "SELECT NULL::boolean");

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    @Test
    void doesAStepOnceHoweverOftenItIsAskedFor() {
        bench.sql("CREATE TABLE users (id int)");
        StepOutcome first = bench.forward(addColumn);
        StepOutcome second = bench.forward(addColumn);
        assertThat(first)
                .isInstanceOfSatisfying(
                        StepOutcome.Completed.class,
                        done -> assertThat(done.summary().rows()).isEqualTo(1));
        assertThat(second).isInstanceOf(StepOutcome.Completed.class);
        assertThat(bench.value("SELECT count(*) FROM users")).isEqualTo("1");
    }

    @Test
    void keepsNeitherTheChangeNorARowOfItWhenAStatementFails() {
        bench.sql("CREATE TABLE users (id int)");
        StepOutcome outcome = bench.does("broken", sqlAction("INSERT INTO public.users VALUES (1)", "SELECT 1 / 0"));
        assertThat(outcome)
                .asInstanceOf(type(StepOutcome.Failed.class))
                .satisfies(failed -> assertThat(failed.message()).contains("division by zero", "22012", "SELECT 1 / 0"))
                .satisfies(failed -> assertThat(failed.remedy()).isNotBlank());
        assertThat(bench.value("SELECT count(*) FROM users")).isEqualTo("0");
        assertThat(bench.value("SELECT count(*) FROM lockstep.ledger")).isEqualTo("0");
    }

    @Test
    @Fact({"P40", "G48"})
    void refusesAnOlderFenceAndDoesNothing() {
        bench.sql("CREATE TABLE users (id int)");
        bench.targets.execute(
                bench.order(step("newer", sqlAction("INSERT INTO public.users VALUES (7)")), Direction.FORWARD, 9),
                bench);
        StepOutcome stale = bench.targets.execute(bench.order(addColumn, Direction.FORWARD, 8), bench);
        assertThat(stale).isInstanceOf(StepOutcome.FencedOut.class);
        assertThat(bench.value("SELECT count(*) FROM users")).isEqualTo("1");
        assertThat(bench.value("SELECT token FROM lockstep.fence")).isEqualTo("9");
    }

    @Test
    void takesAStepBackAndDoesItAgain() {
        bench.sql("CREATE TABLE users (id int)");
        bench.forward(addColumn);
        assertThat(bench.backward(addColumn)).isInstanceOf(StepOutcome.Completed.class);
        assertThat(columns()).isEqualTo("1");
        assertThat(bench.backward(addColumn)).isInstanceOf(StepOutcome.Completed.class);
        assertThat(bench.forward(addColumn)).isInstanceOf(StepOutcome.Completed.class);
        assertThat(columns()).isEqualTo("2");
        assertThat(bench.backward(addColumn)).isInstanceOf(StepOutcome.Completed.class);
        assertThat(columns()).isEqualTo("1");
    }

    @Test
    void forgetsThatLaterStepsWereDoneOnceAnEarlierOneIsTakenBack() {
        bench.sql("CREATE TABLE users (id int)");
        Step fill = step("fill", sqlAction("INSERT INTO public.users VALUES (5)"));
        bench.targets.execute(bench.order(addColumn, Direction.FORWARD, 1, 3), bench);
        bench.targets.execute(bench.order(fill, Direction.FORWARD, 1, 4), bench);
        bench.targets.execute(bench.order(addColumn, Direction.BACKWARD, 1, 3), bench);
        bench.targets.execute(bench.order(addColumn, Direction.FORWARD, 1, 3), bench);
        bench.targets.execute(bench.order(fill, Direction.FORWARD, 1, 4), bench);
        assertThat(bench.value("SELECT count(*) FROM users WHERE id = 5")).isEqualTo("2");
    }

    @Test
    void doesNotTakeBackWhatItsOwnTransactionNeverCommitted() {
        bench.sql("CREATE TABLE users (id int, full_name text)");
        assertThat(bench.forward(addColumn)).isInstanceOf(StepOutcome.Failed.class);
        assertThat(bench.backward(addColumn)).isInstanceOf(StepOutcome.Completed.class);
        assertThat(columns()).as("somebody else's column").isEqualTo("2");
    }

    @Test
    @Fact("P40")
    void refusesAStepThatWasDoneWithOtherSql() {
        bench.sql("CREATE TABLE users (id int)");
        bench.does("insert", sqlAction("INSERT INTO public.users VALUES (1)"));
        StepOutcome other = bench.does("insert", sqlAction("INSERT INTO public.users VALUES (2)"));
        assertThat(other)
                .asInstanceOf(type(StepOutcome.Failed.class))
                .satisfies(failed -> assertThat(failed.message()).contains("insert", "other SQL"));
        assertThat(bench.value("SELECT string_agg(id::text, ',') FROM users")).isEqualTo("1");
    }

    @Test
    void isMadeOnceByManyAtTheSameMoment() {
        bench.sql("CREATE TABLE users (id int)");
        List<CompletableFuture<StepOutcome>> all = IntStream.range(0, 8)
                .mapToObj(i -> bench.begin(b -> b.targets.execute(
                        new StepOrder(
                                new DatabaseName("shop"),
                                new RunId(UUID.randomUUID()),
                                0,
                                step("insert", sqlAction("INSERT INTO public.users VALUES (1)")),
                                Direction.FORWARD,
                                1,
                                1,
                                b.locks,
                                b.pace),
                        b)))
                .toList();
        assertThat(all).allSatisfy(one -> assertThat(one.join()).isInstanceOf(StepOutcome.Completed.class));
        assertThat(bench.value("SELECT count(*) FROM users")).isEqualTo("8");
    }

    @Test
    void holdsWhileTheDatabaseDoesNotAnswerAndKeepsThePasswordToItself() {
        String address = "jdbc:postgresql://127.0.0.1:1/shop?user=lock&password=hush-hush&sslmode=disable";
        JdbcTargets nowhere = new JdbcTargets(
                Map.of(new DatabaseName("shop"), new TargetConnection(address, "lock", () -> "hush-hush")),
                InstantSource.system());
        StepOutcome outcome = nowhere.execute(bench.order(addColumn, Direction.FORWARD, 1), bench);
        assertThat(outcome)
                .asInstanceOf(type(StepOutcome.Blocked.class))
                .satisfies(blocked -> assertThat(blocked.blockers())
                        .singleElement()
                        .extracting(Blocker::code)
                        .isEqualTo(Blocker.Code.DATABASE_UNREACHABLE));
        assertThat(outcome.toString()).doesNotContain("hush");
        assertThat(nowhere.databases().toString())
                .contains("jdbc:postgresql://127.0.0.1:1/shop?sslmode=disable")
                .doesNotContain("hush", "user");
        assertThat(nowhere.read(new DatabaseName("shop"), java.util.Set.of()).toString())
                .contains("Unreachable")
                .doesNotContain("hush");
    }

    @Test
    void saysWhichDatabasesThereAre() {
        StepOutcome outcome = new JdbcTargets(Map.of(), InstantSource.system())
                .execute(bench.order(addColumn, Direction.FORWARD, 1), bench);
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        StepOutcome.Failed.class,
                        failed -> assertThat(failed.code()).isEqualTo(ErrorCode.DATABASE_UNKNOWN));
    }

    @Test
    void saysWhatTheRoleLacksToKeepALedger() {
        bench.sql("DROP ROLE IF EXISTS lockstep_poor; CREATE ROLE lockstep_poor LOGIN");
        try (Bench poor = bench.as("lockstep_poor")) {
            assertThat(poor.forward(addColumn))
                    .isInstanceOfSatisfying(
                            StepOutcome.Failed.class,
                            failed -> assertThat(failed.message()).contains("GRANT CREATE ON DATABASE"));
        } catch (java.sql.SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private String columns() {
        return bench.value("SELECT count(*) FROM information_schema.columns WHERE table_name = 'users'");
    }
}
