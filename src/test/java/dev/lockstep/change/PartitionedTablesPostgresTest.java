package dev.lockstep.change;

import static dev.lockstep.change.Plans.plan;
import static dev.lockstep.change.Plans.web;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.fixture.Fact;
import dev.lockstep.plan.Change;
import dev.lockstep.plan.Change.AddColumn;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.PlanSpec.Work;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Column changes of a partitioned table, made once for the whole tree; {@link TestTarget} sees that every lock is declared. */
class PartitionedTablesPostgresTest {
    private static final TableName EVENTS = TableName.parse("Odd events");

    private static final String[] EVENTS_SQL = {
        """
        CREATE TABLE "Odd events" (id bigint NOT NULL, at date NOT NULL, kind text NOT NULL DEFAULT 'x', note text,
          old int, PRIMARY KEY (id, at)) PARTITION BY RANGE (at)""",
        "CREATE INDEX by_old ON \"Odd events\" (old)",
        "CREATE TABLE events_2023 PARTITION OF \"Odd events\" FOR VALUES FROM ('2023-01-01') TO ('2024-01-01')",
        """
        CREATE TABLE events_2024 PARTITION OF "Odd events" FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')
          PARTITION BY HASH (id)""",
        "CREATE TABLE events_2024_a PARTITION OF events_2024 FOR VALUES WITH (MODULUS 2, REMAINDER 0)",
        "CREATE TABLE events_2024_b PARTITION OF events_2024 FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
        // Attached later: its columns stand in another order, and one of them was dropped.
        "CREATE TABLE events_rest (gone int, note text, old int, kind text NOT NULL, at date NOT NULL, id bigint NOT NULL)",
        "ALTER TABLE events_rest DROP COLUMN gone, ALTER COLUMN kind SET DEFAULT 'own'",
        "ALTER TABLE \"Odd events\" ATTACH PARTITION events_rest DEFAULT",
        """
        INSERT INTO "Odd events" (id, at, kind, note, old)
        SELECT i, date '2023-06-01' + i * 30, 'k' || i, 'n' || i, i FROM generate_series(1, 40) i"""
    };

    private TestTarget target;

    @BeforeEach
    void open() throws SQLException {
        target = new TestTarget();
        target.sql(EVENTS_SQL);
    }

    @AfterEach
    void close() throws SQLException {
        target.close();
    }

    private static Identifier id(String name) {
        return new Identifier(name);
    }

    private static PlanSpec planned(Change... changes) {
        return plan(new Work.Changes(List.of(changes)), List.of(web(Milestone.NEW_ONLY)));
    }

    private static AddColumn add(boolean nullable, Optional<String> defaultValue, Optional<String> fill) {
        return new AddColumn(EVENTS, id("region"), "text", nullable, defaultValue, fill, Optional.of("where"));
    }

    private static Map<Change, String> plainForms() {
        String alter = "ALTER TABLE \"Odd events\" ";
        Map<Change, String> forms = new LinkedHashMap<>();
        forms.put(new Change.SetNotNull(EVENTS, id("note")), alter + "ALTER note SET NOT NULL");
        forms.put(new Change.DropNotNull(EVENTS, id("kind")), alter + "ALTER kind DROP NOT NULL");
        forms.put(new Change.SetDefault(EVENTS, id("kind"), "'y'"), alter + "ALTER kind SET DEFAULT 'y'");
        forms.put(new Change.DropDefault(EVENTS, id("kind")), alter + "ALTER kind DROP DEFAULT");
        forms.put(
                new Change.Comment(EVENTS, Optional.of(id("kind")), "what"),
                "COMMENT ON COLUMN \"Odd events\".kind IS 'what'");
        String comment = "; COMMENT ON COLUMN \"Odd events\".region IS 'where'";
        forms.put(
                add(false, Optional.of("'eu'"), Optional.empty()),
                alter + "ADD COLUMN region text NOT NULL DEFAULT 'eu'" + comment);
        forms.put(
                add(false, Optional.empty(), Optional.of("upper(kind)")),
                alter + "ADD COLUMN region text; UPDATE \"Odd events\" SET region = upper(kind); " + alter
                        + "ALTER region SET NOT NULL" + comment);
        return forms;
    }

    @Test
    void endsAsThePlainFormDoesAndIsTakenBackToWhatWas() throws SQLException {
        for (Map.Entry<Change, String> entry : plainForms().entrySet()) {
            Change change = entry.getKey();
            List<String> wanted = target.schemaAfter(entry.getValue());
            List<String> before = target.schema();
            target.everything(target.compiled(planned(change)));
            assertThat(target.schema()).as(entry.getValue()).isEqualTo(wanted).isNotEqualTo(before);
            target.back();
            assertThat(target.schema()).as("taken back: " + entry.getValue()).isEqualTo(before);
            target.everything(target.compiled(planned(change)));
            assertThat(target.schema()).as(entry.getValue()).isEqualTo(wanted);
            if (change instanceof AddColumn) {
                assertThat(target.rows("SELECT count(*), count(region) FROM \"Odd events\""))
                        .containsExactly("40|40");
            }
            target.back();
        }
    }

    @Test
    void dropsAColumnOfEveryPartitionWithItsIndexesAndRefusesTheKey() throws SQLException {
        Change drop = new Change.DropColumn(EVENTS, id("old"));
        List<String> wanted = target.schemaAfter("ALTER TABLE \"Odd events\" DROP COLUMN old");
        target.everything(target.compiled(planned(drop)));
        assertThat(target.schema()).isEqualTo(wanted);
        assertThat(target.refusals(planned(new Change.DropColumn(EVENTS, id("at")))))
                .anyMatch(message -> message.contains("divided by RANGE (at)"));
        target.sql("CREATE VIEW notes AS SELECT note FROM events_2023");
        assertThat(target.refusals(planned(new Change.DropColumn(EVENTS, id("note")))))
                .singleElement()
                .asString()
                .contains("need events_2023.note", "view public.notes");
    }

    @Test
    void oldCodeIsFilledForInEveryPartitionAndInNewOnes() throws SQLException {
        target.forward(
                target.compiled(planned(add(true, Optional.empty(), Optional.of("upper(kind)")))),
                "expand",
                "backfill");
        target.sql(
                "CREATE TABLE events_2030 PARTITION OF \"Odd events\" FOR VALUES FROM ('2030-01-01') TO ('2031-01-01')",
                "SET session_replication_role = replica",
                "INSERT INTO \"Odd events\" (id, at, kind) VALUES (100, '2023-02-01', 'a'), (101, '2024-02-01', 'b'),"
                        + " (102, '1999-01-01', 'c'), (103, '2030-01-01', 'd')",
                "SET session_replication_role = origin",
                "INSERT INTO events_rest (id, at, kind) VALUES (104, '1998-01-01', 'e')",
                // From one partition to another.
                "UPDATE \"Odd events\" SET at = '2024-03-01', kind = 'z', region = NULL WHERE id = 100");
        assertThat(target.rows("SELECT region FROM \"Odd events\" WHERE id >= 100 ORDER BY id"))
                .containsExactly("Z", "B", "C", "D", "E");
    }

    @Test
    void aPartitionThatIsAttachedMeanwhileIsNotForgotten() throws SQLException {
        Compilation.Compiled plan = target.compiled(planned(add(true, Optional.empty(), Optional.of("upper(kind)"))));
        target.forward(plan, "expand");
        target.sql(
                "CREATE TABLE late (LIKE \"Odd events\" INCLUDING DEFAULTS)",
                "INSERT INTO late (id, at, kind) VALUES (7, '2031-01-01', 'late')",
                "ALTER TABLE \"Odd events\" ATTACH PARTITION late FOR VALUES FROM ('2031-01-01') TO ('2032-01-01')");
        assertThatThrownBy(() -> target.forward(plan, "backfill")).hasMessageContaining("id = 7, at = 2031-01-01");
    }

    @Test
    @Fact("P3")
    void locksTheRootFirstAndThenEveryPartitionInTheOrderOfNames() {
        Action.Transactional first =
                (Action.Transactional) target.compiled(planned(new Change.SetDefault(EVENTS, id("kind"), "'y'")))
                        .phases()
                        .getFirst()
                        .steps()
                        .getFirst()
                        .action();
        assertThat(first.locks())
                .extracting(lock -> lock.table().toString())
                .containsExactly(
                        "Odd events", "events_2023", "events_2024", "events_rest", "events_2024_a", "events_2024_b");
    }

    @Test
    void refusesWhatIsNotOneTreeAndSaysWhatToDo() throws SQLException {
        Change qualified = add(true, Optional.empty(), Optional.of("upper(\"Odd events\".kind)"));
        assertThat(target.refusals(planned(qualified)))
                .singleElement()
                .asString()
                .contains("Write the columns alone");
        target.sql("CREATE TABLE animals (name text)", "CREATE TABLE dogs (bark text) INHERITS (animals)");
        for (String name : List.of("animals", "dogs", "events_2023")) {
            assertThat(target.refusals(planned(
                            new Change.SetDefault(TableName.parse(name), id("name"), "''"),
                            new Change.Comment(TableName.parse(name), Optional.empty(), "said"))))
                    .singleElement()
                    .asString()
                    .startsWith("spec.changes[0].setDefault.table: " + name + " is a partition")
                    .contains("sql");
        }
        assertThat(target.refusals(planned(new Change.RenameColumn(EVENTS, id("note"), id("remark")))))
                .singleElement()
                .asString()
                .contains("partitioned table");
    }
}
