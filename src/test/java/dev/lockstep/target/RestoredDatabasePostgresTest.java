package dev.lockstep.target;

import static dev.lockstep.target.Bench.sqlAction;
import static dev.lockstep.target.Bench.step;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.change.Step;
import dev.lockstep.engine.RunId;
import dev.lockstep.engine.StepOrder;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.engine.Targets;
import dev.lockstep.fixture.Fact;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.plan.DatabaseName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A database that is not as the run left it, because it was restored or is another one. */
class RestoredDatabasePostgresTest {
    private static final DatabaseName SHOP = new DatabaseName("shop");

    private final Step add = step("add", sqlAction("ALTER TABLE public.users ADD COLUMN full_name text"));
    private final Step drop = step("drop", sqlAction("ALTER TABLE public.users DROP COLUMN name"));
    private final Bench bench = new Bench();

    @BeforeEach
    void users() {
        bench.sql("CREATE TABLE users (id int, name text)");
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    private StepOutcome dropped() {
        StepOrder order = bench.order(drop, Direction.FORWARD, 1, 1);
        return bench.targets.execute(
                new StepOrder(
                        SHOP,
                        order.run(),
                        order.ordinal(),
                        drop,
                        order.direction(),
                        1,
                        order.fence(),
                        order.locks(),
                        order.pace(),
                        List.of("add")),
                bench);
    }

    private String columns() {
        return bench.value("""
                SELECT string_agg(column_name, ',' ORDER BY ordinal_position)
                FROM information_schema.columns WHERE table_name = 'users'""");
    }

    @Test
    @Fact("G40")
    void nothingIsDoneToADatabaseThatDoesNotKnowWhatWasDoneBefore() {
        bench.forward(add);
        bench.sql("ALTER TABLE users DROP COLUMN full_name; DELETE FROM lockstep.ledger");

        assertThat(dropped())
                .isInstanceOfSatisfying(
                        StepOutcome.Blocked.class,
                        blocked -> assertThat(blocked.blockers())
                                .singleElement()
                                .satisfies(blocker -> {
                                    assertThat(blocker.code()).isEqualTo(Blocker.Code.LEDGER_DISAGREES);
                                    assertThat(blocker.message())
                                            .contains(
                                                    "step add is done",
                                                    "restored from a backup",
                                                    "Nothing was done to it");
                                    assertThat(blocker.remedy()).contains("abort the run and roll it back");
                                }));
        assertThat(columns()).isEqualTo("id,name");
    }

    @Test
    @Fact("G40")
    void alsoWhereTheWholeLedgerIsGone() {
        bench.forward(add);
        bench.sql("DROP SCHEMA lockstep CASCADE");

        assertThat(dropped()).isInstanceOf(StepOutcome.Blocked.class);
        assertThat(columns()).isEqualTo("id,name,full_name");
    }

    @Test
    void goesOnWhereTheLedgerKnowsIt() {
        bench.forward(add);

        assertThat(dropped()).isInstanceOf(StepOutcome.Completed.class);
        assertThat(columns()).isEqualTo("id,full_name");
    }

    /** G40: so that a run whose database was restored can be given up, and begun anew. */
    @Test
    @Fact("G40")
    void takingBackFindsThatThereIsNothing() {
        Step undone = new Step(
                "add",
                "add",
                add.action(),
                new Step.Undo.By(sqlAction("ALTER TABLE public.users DROP COLUMN name")),
                "");

        assertThat(bench.backward(undone)).isInstanceOf(StepOutcome.Completed.class);
        assertThat(columns()).isEqualTo("id,name");
    }

    @Test
    @Fact("G40")
    void tellsWhatTheLedgerCallsDone() {
        RunId run = bench.order(add, Direction.FORWARD, 1).run();
        assertThat(bench.targets.ledger(SHOP)).isEqualTo(new Targets.LedgerReading.Read(Map.of()));
        bench.forward(add);

        assertThat(bench.targets.ledger(SHOP)).isEqualTo(new Targets.LedgerReading.Read(Map.of(run, Set.of("add"))));
        assertThat(bench.targets.ledger(new DatabaseName("unknown")))
                .isInstanceOf(Targets.LedgerReading.Unreachable.class);
    }

    @Test
    void tellsTheNewestFenceThatItHasSeen() {
        RunId run = bench.order(add, Direction.FORWARD, 1).run();
        assertThat(bench.targets.fence(SHOP, run)).isEmpty();
        bench.targets.execute(bench.order(add, Direction.FORWARD, 5), bench);

        assertThat(bench.targets.fence(SHOP, run)).contains(5L);
        assertThat(bench.targets.fence(SHOP, new RunId(UUID.randomUUID()))).isEqualTo(Optional.empty());
        assertThat(bench.targets.fence(new DatabaseName("unknown"), run)).isEmpty();
    }
}
