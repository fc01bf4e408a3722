package dev.lockstep.target;

import static dev.lockstep.target.Bench.USERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import dev.lockstep.change.Action;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.fixture.Fact;
import dev.lockstep.gate.Blocker;
import dev.lockstep.plan.PlanSpec.BlockerRule;
import dev.lockstep.plan.PlanSpec.LockBudget;
import java.sql.Connection;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DrainTransactionsPostgresTest {
    private static final Action DRAIN = new Action.DrainTransactions(USERS);

    private final Bench bench = new Bench();

    @BeforeEach
    void table() {
        bench.sql("CREATE TABLE users (id int, name text, full_name text)");
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    private Connection transaction(String application) throws Exception {
        Connection connection = bench.connect();
        Bench.run(connection, "SET application_name = '" + application + "'");
        connection.setAutoCommit(false);
        Bench.run(connection, "SELECT 1");
        return connection;
    }

    @Test
    @Fact("P25")
    void waitsForOlderTransactionsAndNotForYoungerOnes() throws Exception {
        try (Connection older = transaction("older")) {
            CompletableFuture<StepOutcome> step = bench.begin("drain", DRAIN);
            await().until(() -> !bench.waitingFor().isEmpty());
            assertThat(bench.waitingFor()).singleElement().satisfies(blocker -> {
                assertThat(blocker.code()).isEqualTo(Blocker.Code.TRANSACTION_STILL_OPEN);
                assertThat(blocker.message()).contains("older");
            });
            try (Connection younger = transaction("younger")) {
                older.commit();
                assertThat(step.join()).isInstanceOf(StepOutcome.Completed.class);
                younger.rollback();
            }
        }
    }

    @Test
    void doesNotMoveTheGoalWhenItIsTriedAgain() throws Exception {
        bench.locks = new LockBudget(100, 1, new BlockerRule.Wait());
        try (Connection older = transaction("older")) {
            assertThat(bench.does("drain", DRAIN))
                    .asInstanceOf(type(StepOutcome.Blocked.class))
                    .satisfies(blocked -> assertThat(blocked.blockers()).hasSize(1));
            try (Connection younger = transaction("younger")) {
                older.commit();
                assertThat(bench.does("drain", DRAIN)).isInstanceOf(StepOutcome.Completed.class);
                younger.rollback();
            }
        }
    }

    @Test
    void waitsForTransactionsWhoseAgeItMayNotSee() throws Exception {
        bench.sql("DROP ROLE IF EXISTS lockstep_blind; CREATE ROLE lockstep_blind LOGIN; GRANT CREATE ON DATABASE \""
                + bench.value("SELECT current_database()") + "\" TO lockstep_blind");
        try (Bench blind = bench.as("lockstep_blind");
                Connection older = transaction("older")) {
            CompletableFuture<StepOutcome> step = blind.begin("drain", DRAIN);
            await().until(() -> !blind.waitingFor().isEmpty());
            assertThat(blind.waitingFor())
                    .anySatisfy(blocker -> assertThat(blocker.message()).contains("older", "GRANT pg_read_all_stats"));
            try (Connection younger = transaction("younger")) {
                older.commit();
                assertThat(step.join()).isInstanceOf(StepOutcome.Completed.class);
                younger.rollback();
            }
        } finally {
            bench.sql("DROP OWNED BY lockstep_blind CASCADE; DROP ROLE lockstep_blind");
        }
    }

    @Test
    void waitsForAPreparedTransaction() {
        bench.sql("BEGIN; INSERT INTO users VALUES (1, 'a'); PREPARE TRANSACTION 'slow'");
        CompletableFuture<StepOutcome> step = bench.begin("drain", DRAIN);
        await().until(() -> !bench.waitingFor().isEmpty());
        assertThat(bench.waitingFor().getFirst().remedy()).contains("ROLLBACK PREPARED 'slow'");
        bench.sql("COMMIT PREPARED 'slow'");
        assertThat(step.join()).isInstanceOf(StepOutcome.Completed.class);
    }

    /** What the step's own description relies on. */
    @Test
    void anOlderRepeatableReadTransactionFiresATriggerThatIsYoungerThanItself() throws Exception {
        try (Connection older = bench.connect()) {
            older.setAutoCommit(false);
            Bench.run(older, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class");
            bench.sql("""
                    CREATE FUNCTION sync() RETURNS trigger LANGUAGE plpgsql AS
                      $$BEGIN NEW.full_name := NEW.name; RETURN NEW; END$$;
                    CREATE TRIGGER sync BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION sync();
                    """);
            Bench.run(older, "INSERT INTO users VALUES (1, 'a')");
            older.commit();
        }
        assertThat(bench.value("SELECT full_name FROM users")).isEqualTo("a");
    }
}
