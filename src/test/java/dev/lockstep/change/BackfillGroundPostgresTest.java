package dev.lockstep.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.plan.DeclaredPhase;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.PlanSpec.Work;
import dev.lockstep.plan.SqlStep;
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
                "CREATE TABLE events (id int NOT NULL, at int, region int NOT NULL, name text, label text, PRIMARY KEY (id)) PARTITION BY HASH (id)",
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
                .contains("a partitioned table", "each partition by a step of its own", "backfill.key");
        assertThat(target.refusals(backfill("shown")))
                .singleElement()
                .asString()
                .contains("a view", "backfill.key");
        assertThat(target.compiled(backfill("events", "id")).phases()).hasSize(1);
        assertThat(target.compiled(backfill("shown", "id")).phases()).hasSize(1);
        assertThat(target.refusals(backfill("kept", "id")))
                .singleElement()
                .asString()
                .contains("a materialised view", "cannot update its rows");
    }

    private String walk(PlanSpec spec) {
        return target.compiled(spec).phases().getLast().steps().stream()
                .map(Step::action)
                .map(Action.Backfill.class::cast)
                .findFirst()
                .flatMap(Action.Backfill::walk)
                .orElseThrow();
    }

    @Test
    void howItWillBeWalkedIsToldBeforehand() {
        assertThat(walk(backfill("events_0")))
                .isEqualTo("Walked by blocks, as events_0 is one table whose rows have their places in blocks.");
        assertThat(walk(backfill("events", "id")))
                .isEqualTo("Walked by the key that the plan names (id), as events is a partitioned table.");
        assertThat(walk(backfill("shown", "id")))
                .isEqualTo("Walked by the key that the plan names (id), as shown is a view.");
    }

    private static PlanSpec after(String sql, String table, String... key) {
        Work.Phases backfill = (Work.Phases) backfill(table, key).work();
        DeclaredPhase before = new DeclaredPhase(
                new PhaseName("before"),
                PhaseType.EXPAND,
                Optional.empty(),
                List.of(new DeclaredPhase.Step.Sql(
                        new SqlStep("before", sql, Optional.of("SELECT 1"), Optional.empty(), true, List.of()))));
        return Plans.plan(before, backfill.phases().getFirst());
    }

    @Test
    void aKeyThatNoIndexServesIsRefusedUnlessThePlanMayMakeOne() {
        assertThat(target.refusals(backfill("events", "region")))
                .singleElement()
                .asString()
                .startsWith("spec.phases[0].steps[0].backfill.key: ")
                .contains("No index of events begins with", "(region)", "Name the columns of an index");
        assertThat(walk(after("CREATE INDEX ON events (region)", "events", "region")))
                .startsWith("How it is walked is decided when the step begins.")
                .contains("No index of events");
    }

    @Test
    void aTableThatThePlanMakesIsLookedAtWhenTheStepBegins() {
        assertThat(walk(after("CREATE TABLE later (label text, name text)", "later")))
                .isEqualTo("How it is walked is decided when the step begins: there is no table later yet.");
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
