package dev.lockstep.target;

import static dev.lockstep.target.Bench.USERS;
import static dev.lockstep.target.Bench.step;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import dev.lockstep.change.Action;
import dev.lockstep.change.Step;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.fixture.Fact;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.schema.Identifier;
import java.sql.Connection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BuildIndexPostgresTest {
    private static final Identifier INDEX = new Identifier("users_name");
    private static final Action BUILD =
            new Action.BuildIndex(USERS, INDEX, "CREATE INDEX CONCURRENTLY users_name ON public.users (name)");
    private static final Action BUILD_UNIQUE =
            new Action.BuildIndex(USERS, INDEX, "CREATE UNIQUE INDEX CONCURRENTLY users_name ON public.users (name)");
    private static final Action DROP = new Action.DropIndex(USERS, INDEX);

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

    private String valid() {
        return bench.value("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('users_name')");
    }

    private static void failsBecauseOf(StepOutcome outcome, String... words) {
        assertThat(outcome)
                .asInstanceOf(type(StepOutcome.Failed.class))
                .satisfies(failed -> assertThat(failed.message()).contains(words));
    }

    @Test
    void buildsAndTakesBackAndBuildsAgain() {
        Step build = new Step("index", "Index it", BUILD, new Step.Undo.By(DROP), "SELECT NULL::boolean");
        assertThat(bench.forward(build)).isInstanceOf(StepOutcome.Completed.class);
        assertThat(valid()).isEqualTo("t");
        assertThat(bench.backward(build)).isInstanceOf(StepOutcome.Completed.class);
        assertThat(valid()).isEmpty();
        assertThat(bench.forward(build)).isInstanceOf(StepOutcome.Completed.class);
        assertThat(valid()).isEqualTo("t");
    }

    @Test
    @Fact("P10")
    void rebuildsTheDebrisOfAFailedBuild() {
        try {
            bench.sql("CREATE UNIQUE INDEX CONCURRENTLY users_name ON users (name)");
        } catch (IllegalStateException _) {
            // That is the debris.
        }
        assertThat(valid()).isEqualTo("f");
        assertThat(bench.does("index", BUILD))
                .asInstanceOf(type(StepOutcome.Completed.class))
                .satisfies(done -> assertThat(done.summary().notes())
                        .anySatisfy(note -> assertThat(note).contains("dropped")));
        assertThat(valid()).isEqualTo("t");
    }

    @Test
    void leavesNoDebrisWhenTheRowsDoNotFit() {
        failsBecauseOf(bench.does("index", BUILD_UNIQUE), "could not create unique index", "23505");
        assertThat(valid()).isEmpty();
    }

    @Test
    void acceptsAnIndexThatIsThereAlreadyHoweverItWasSpelt() {
        bench.sql("CREATE INDEX users_name ON users USING btree (name ASC NULLS LAST)");
        assertThat(bench.does("index", BUILD)).isInstanceOf(StepOutcome.Completed.class);
    }

    @Test
    void refusesAnotherIndexOfTheSameName() {
        bench.sql("CREATE INDEX users_name ON users (name DESC)");
        failsBecauseOf(bench.does("index", BUILD), "not the one that the plan wants");
        bench.sql("DROP INDEX users_name; CREATE TABLE users_name ()");
        failsBecauseOf(bench.does("other", BUILD), "belongs to another relation");
        assertThat(bench.value("SELECT to_regclass('users_name')")).isEqualTo("users_name");
    }

    @Test
    @Fact("P10")
    void waitsForTheBuildOfAnotherSession() throws Exception {
        try (Connection old = bench.connect();
                Connection other = bench.connect()) {
            old.setAutoCommit(false);
            Bench.run(old, "UPDATE users SET name = name WHERE id = 1");
            CompletableFuture<Void> theirs = CompletableFuture.runAsync(
                    () -> Bench.run(other, "CREATE INDEX CONCURRENTLY users_name ON users (name)"));
            await().until(() -> valid().equals("f"));
            CompletableFuture<StepOutcome> ours = bench.begin("index", BUILD);
            await().until(() -> !bench.waitingFor().isEmpty());
            assertThat(bench.waitingFor().getFirst().message()).contains("index build");
            old.commit();
            theirs.join();
            assertThat(ours.join()).isInstanceOf(StepOutcome.Completed.class);
            assertThat(valid()).isEqualTo("t");
        }
    }

    @Test
    void isCancelledWhenItIsToStopAndBuiltByTheNextAttempt() throws Exception {
        try (Connection old = bench.connect()) {
            old.setAutoCommit(false);
            Bench.run(old, "SET application_name = 'old'; UPDATE users SET name = name WHERE id = 1");
            CompletableFuture<StepOutcome> first = bench.begin("index", BUILD);
            await().until(() -> bench.waits.stream()
                    .flatMap(List::stream)
                    .anyMatch(blocker -> blocker.message().contains("application old")));
            bench.stop = true;
            assertThat(first.join()).isInstanceOf(StepOutcome.Interrupted.class);
            old.commit();
        }
        bench.stop = false;
        assertThat(bench.does("index", BUILD)).isInstanceOf(StepOutcome.Completed.class);
        assertThat(valid()).isEqualTo("t");
    }

    @Test
    @Fact("P9")
    void doesNotBuildWhileAnotherWorkerOfTheSameRunDoes() throws Exception {
        try (Connection old = bench.connect()) {
            old.setAutoCommit(false);
            Bench.run(old, "UPDATE users SET name = name WHERE id = 1");
            CompletableFuture<StepOutcome> first = bench.begin("index", BUILD);
            await().until(() -> valid().equals("f"));
            CompletableFuture<StepOutcome> second =
                    bench.begin(b -> b.targets.execute(b.order(step("index", BUILD), Direction.FORWARD, 2), b));
            await().until(() -> bench.waits.stream()
                    .flatMap(List::stream)
                    .anyMatch(blocker -> blocker.message().contains("earlier attempt")));
            old.commit();
            // The first has lost its fence, so it may not record what it did; the second finds it done.
            assertThat(first.join()).isInstanceOf(StepOutcome.Completed.class);
            assertThat(second.join()).isInstanceOf(StepOutcome.Completed.class);
        }
    }

    @Test
    void runsWhatRefusesATransactionOnceItsCheckSaysNo() {
        bench.sql("CREATE TYPE mood AS ENUM ('ok')");
        String done = "SELECT EXISTS (SELECT FROM pg_enum WHERE enumlabel = 'fine')";
        Step add = new Step(
                "enum",
                "Add it",
                new Action.Standalone("ALTER TYPE mood ADD VALUE 'fine'", List.of()),
                new Step.Undo.Nothing(),
                done);
        assertThat(bench.forward(add)).isInstanceOf(StepOutcome.Completed.class);
        bench.sql("DELETE FROM lockstep.ledger");
        assertThat(bench.forward(add)).isInstanceOf(StepOutcome.Completed.class);
        Step idle = new Step(
                "idle",
                "Idle",
                new Action.Standalone("VACUUM users", List.of()),
                new Step.Undo.Nothing(),
                "SELECT false");
        failsBecauseOf(bench.forward(idle), "no effect");
    }

    @Test
    void holdsOnAnAssertionAndNamesTheRowsInTheWay() {
        Action assertion = new Action.Assertion(
                "SELECT 'user ' || id FROM public.users WHERE id > 998", "No user has an id above 998", "Delete them.");
        assertThat(bench.does("check", assertion))
                .asInstanceOf(type(StepOutcome.Blocked.class))
                .satisfies(blocked -> assertThat(blocked.blockers())
                        .singleElement()
                        .satisfies(blocker -> assertThat(blocker.message())
                                .contains("No user has an id above 998.", "user 999, user 1000")));
        bench.sql("DELETE FROM users WHERE id > 998");
        assertThat(bench.does("check", assertion)).isInstanceOf(StepOutcome.Completed.class);
        bench.sql("INSERT INTO users VALUES (2000)");
        assertThat(bench.does("check", assertion)).isInstanceOf(StepOutcome.Blocked.class);
    }
}
