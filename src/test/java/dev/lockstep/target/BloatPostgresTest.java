package dev.lockstep.target;

import static dev.lockstep.target.Bench.USERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.lockstep.change.Action;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.plan.PlanSpec.BackfillPace;
import dev.lockstep.plan.PlanSpec.BatchCommit;
import dev.lockstep.plan.PlanSpec.UserTriggers;
import dev.lockstep.plan.RowRules;
import dev.lockstep.schema.Identifier;
import java.sql.Connection;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BloatPostgresTest {
    private final Bench bench = new Bench();

    private final Action.Backfill fill = new Action.Backfill(
            USERS,
            List.of(new Action.Fill(new Identifier("full_name"), "name", "full_name IS DISTINCT FROM name")),
            UserTriggers.SKIP);

    @BeforeEach
    void users() {
        // An index on what is filled, so that no version is heap-only and the table grows.
        bench.sql("CREATE TABLE users (id int, name text, full_name text, pad text) WITH (autovacuum_enabled = off)");
        bench.sql(
                "INSERT INTO users SELECT n, 'user ' || n, NULL, repeat('x', 200) FROM generate_series(1, 20000) AS n");
        bench.sql("CREATE INDEX users_full_name ON users (full_name)");
        bench.pace = new BackfillPace(5, 95, UserTriggers.SKIP, 10, BatchCommit.ASYNCHRONOUS)
                .with(new RowRules(true, Optional.empty(), 20));
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    private List<String> notes() {
        return assertThat(bench.does("fill", fill))
                .asInstanceOf(type(StepOutcome.Completed.class))
                .actual()
                .summary()
                .notes();
    }

    @Test
    void vacuumsBetweenTwoBatchesWhenTheTableHasGrownByMoreThanThePlanAllows() {
        assertThat(notes()).anyMatch(note -> note.startsWith("A VACUUM between two batches"));
        assertThat(Integer.parseInt(
                        bench.value("SELECT vacuum_count FROM pg_stat_user_tables WHERE relname = 'users'")))
                .isPositive();
    }

    @Test
    void vacuumsNothingWhileAnOlderSnapshotMaySeeTheDeadRows() throws Exception {
        try (Connection report = bench.connect()) {
            report.setAutoCommit(false);
            report.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            Bench.run(report, "SET application_name = 'nightly report'");
            Bench.run(report, "SELECT count(*) FROM users");
            assertThat(notes())
                    .anyMatch(note -> note.startsWith("No VACUUM of users") && note.contains("nightly report"))
                    .noneMatch(note -> note.startsWith("A VACUUM"));
            report.rollback();
        }
    }

    @Test
    void aPlanThatSaysNothingHasNoVacuum() {
        bench.pace = new BackfillPace(40, 0, UserTriggers.SKIP, 10, BatchCommit.ASYNCHRONOUS);
        assertThat(notes()).noneMatch(note -> note.contains("VACUUM"));
    }
}
