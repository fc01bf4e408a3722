package dev.lockstep.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.lockstep.engine.StepOutcome;
import dev.lockstep.fixture.Fact;
import dev.lockstep.fixture.PgBouncer;
import dev.lockstep.fixture.Postgres;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What happens when the configured address is a pool's. */
@ExtendWith(PgBouncer.Condition.class)
class ConnectionPoolPostgresTest {
    @Test
    @Fact("P8")
    void refusesAPoolThatSharesServerSessionsBetweenTransactions() throws Exception {
        String url = Postgres.freshDatabase();
        try (PgBouncer pool = PgBouncer.start("transaction");
                Bench direct = new Bench(url, "");
                Bench pooled = new Bench(pool.through(url), "")) {
            StepOutcome outcome = pooled.does("make", Bench.sqlAction("CREATE TABLE made ()"));
            assertThat(outcome)
                    .asInstanceOf(type(StepOutcome.Failed.class))
                    .satisfies(failed -> assertThat(failed.message()).contains("pool in transaction mode"))
                    .satisfies(failed -> assertThat(failed.remedy()).contains("the server's own address"));
            assertThat(direct.value("SELECT to_regclass('made') IS NULL")).isEqualTo("t");
        }
    }

    @Test
    @Fact("P8")
    void worksThroughAPoolThatGivesEachClientASessionOfItsOwn() throws Exception {
        String url = Postgres.freshDatabase();
        try (PgBouncer pool = PgBouncer.start("session");
                Bench pooled = new Bench(pool.through(url), "")) {
            StepOutcome outcome = pooled.does("make", Bench.sqlAction("CREATE TABLE made ()"));
            assertThat(outcome).isInstanceOf(StepOutcome.Completed.class);
            assertThat(pooled.value("SELECT to_regclass('made') IS NULL")).isEqualTo("f");
        }
    }
}
