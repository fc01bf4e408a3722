package dev.lockstep.target;

import static dev.lockstep.target.Bench.USERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import dev.lockstep.change.Action.CopyRows;
import dev.lockstep.change.Action.CopyRows.Rows;
import dev.lockstep.change.Action.Survey;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.plan.PlanSpec.BackfillPace;
import dev.lockstep.plan.PlanSpec.BatchCommit;
import dev.lockstep.plan.PlanSpec.UserTriggers;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is asked of each row before a table's copy takes its name, or goes. */
class CopyComparisonPostgresTest {
    private static final TableName PEOPLE = TableName.parse("people");

    private final Bench bench = new Bench();

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    private void tables(String keyword, int count) {
        for (String table : List.of("users", "people")) {
            bench.sql("CREATE TABLE " + table + " (tenant int NOT NULL, id int NOT NULL, name text, " + keyword
                    + " (tenant, id))");
            bench.sql("INSERT INTO " + table + " SELECT n % 3, n, nullif('user ' || n, 'user 7')"
                    + " FROM generate_series(1, " + count + ") AS n");
        }
        bench.sql("ANALYZE");
    }

    private static Survey survey(Rows which) {
        CopyRows compared = new CopyRows(
                USERS,
                PEOPLE,
                List.of(new Identifier("tenant"), new Identifier("id")),
                List.of(new Identifier("tenant"), new Identifier("id"), new Identifier("name")),
                new Identifier("copying"),
                which);
        return new Survey(
                compared.walked(), new Survey.NoneWhere(compared.pending()), "Both have the same rows.", "Mend them.");
    }

    private static long looked(StepOutcome outcome) {
        return assertThat(outcome)
                .asInstanceOf(type(StepOutcome.Completed.class))
                .actual()
                .summary()
                .rows();
    }

    private String inTheWay(Rows which) {
        return assertThat(bench.does("verify-" + which, survey(which)))
                .asInstanceOf(type(StepOutcome.Blocked.class))
                .actual()
                .blockers()
                .getFirst()
                .message();
    }

    @Test
    void equalTablesAreLookedAtRowByRow() {
        tables("PRIMARY KEY", 5_000);
        assertThat(looked(bench.does("verify", survey(Rows.DIFFERING)))).isEqualTo(5_000);
        assertThat(looked(bench.does("verify-surplus", survey(Rows.SURPLUS)))).isEqualTo(5_000);
    }

    @Test
    void namesByTheWholeKeyWhatDiffersIsMissingOrIsTooMuch() {
        tables("PRIMARY KEY", 100);
        bench.sql("UPDATE people SET name = '' WHERE id = 7; DELETE FROM people WHERE id = 8;"
                + " INSERT INTO people VALUES (9, 9, NULL)");
        assertThat(inTheWay(Rows.DIFFERING))
                .contains("tenant 1, id 7")
                .contains("tenant 2, id 8")
                .doesNotContain("id 9");
        assertThat(inTheWay(Rows.SURPLUS)).contains("tenant 9, id 9").doesNotContain("id 7");
    }

    @Test
    void aKeyThatIsNotThePrimaryOneNamesRowsToo() {
        tables("UNIQUE", 10);
        bench.sql("DELETE FROM users WHERE id = 4");
        assertThat(inTheWay(Rows.SURPLUS)).contains("tenant 1, id 4");
    }

    /** Whatever the other table's size: a snapshot lasts as long as the piece, which the other table must not make longer. */
    @ParameterizedTest
    @EnumSource(
            value = Rows.class,
            names = {"DIFFERING", "SURPLUS"})
    void theOtherTableIsOnlyAskedByItsKey(Rows which) throws Exception {
        tables("PRIMARY KEY", 20_000);
        looked(bench.does("verify", survey(which)));
        String other = which == Rows.SURPLUS ? "users" : "people";
        // A session's counts come with its end.
        await().until(() ->
                Long.parseLong(bench.value("SELECT idx_scan FROM pg_stat_user_tables WHERE relname = '" + other + "'"))
                        >= 20_000);
        assertThat(bench.value("SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = '" + other + "'"))
                .isEqualTo("0");
    }

    @Test
    void rowsThatMoveAndComeAndGoWhileItLooksAreNoDifference() throws Exception {
        tables("PRIMARY KEY", 20_000);
        bench.sql(CopyRowsPostgresTest.SYNC);
        bench.pace = new BackfillPace(1, 90, UserTriggers.SKIP, 10, BatchCommit.ASYNCHRONOUS);
        try (Connection application = bench.connect()) {
            for (Rows which : List.of(Rows.DIFFERING, Rows.SURPLUS)) {
                CompletableFuture<StepOutcome> looking = bench.begin("verify-" + which, survey(which));
                assertThat(CopyRowsPostgresTest.writesUntil(looking, application, 20_000))
                        .isGreaterThan(10);
                assertThat(looked(looking.join())).isGreaterThan(10_000);
            }
        }
    }
}
