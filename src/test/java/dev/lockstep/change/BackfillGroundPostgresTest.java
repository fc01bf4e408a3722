package dev.lockstep.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.plan.DeclaredPhase;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On what a written-out backfill is accepted, and what the others are told. */
class BackfillGroundPostgresTest {
    private final TestTarget target;

    BackfillGroundPostgresTest() throws SQLException {
        target = new TestTarget();
    }

    @BeforeEach
    void relations() throws SQLException {
        target.sql(
                "CREATE TABLE events (id int NOT NULL, at int, name text, label text, PRIMARY KEY (id)) PARTITION BY HASH (id)",
                "CREATE TABLE events_0 PARTITION OF events FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
                "CREATE VIEW shown AS SELECT * FROM events",
                "CREATE MATERIALIZED VIEW kept AS SELECT * FROM events");
    }

    @AfterEach
    void close() throws SQLException {
        target.close();
    }

    private static PlanSpec backfill(String table, String... key) {
        return Plans.plan(new DeclaredPhase(
                new PhaseName("fill"),
                PhaseType.BACKFILL,
                Optional.empty(),
                List.of(new DeclaredPhase.Step.Backfill(
                        "labels",
                        TableName.parse(table),
                        new Identifier("label"),
                        "upper(name)",
                        "label IS NULL",
                        Stream.of(key).map(Identifier::new).toList()))));
    }

    @Test
    void onePartitionAloneIsWalkedByItsBlocks() {
        assertThat(target.compiled(backfill("events_0")).phases()).hasSize(1);
    }

    @Test
    void whatHasNoBlocksOfItsOwnNeedsAKey() {
        assertThat(target.refusals(backfill("events")))
                .singleElement()
                .asString()
                .startsWith("spec.phases[0].steps[0].backfill.table: ")
                .contains("a partitioned table", "a step for each partition", "as key");
        assertThat(target.refusals(backfill("shown")))
                .singleElement()
                .asString()
                .contains("a view", "as key");
        assertThat(target.compiled(backfill("events", "id")).phases()).hasSize(1);
        assertThat(target.compiled(backfill("shown", "id")).phases()).hasSize(1);
        assertThat(target.refusals(backfill("kept", "id")))
                .singleElement()
                .asString()
                .contains("a materialised view", "cannot be updated");
    }

    @Test
    void aKeyIsThereAndNeverNull() {
        assertThat(target.refusals(backfill("events", "at")))
                .singleElement()
                .asString()
                .startsWith("spec.phases[0].steps[0].backfill.key: ")
                .contains("can be NULL", "primary key");
        assertThat(target.refusals(backfill("shown", "nothing")))
                .singleElement()
                .asString()
                .contains("has no column nothing");
    }
}
