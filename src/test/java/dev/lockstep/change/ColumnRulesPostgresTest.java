package dev.lockstep.change;

import static dev.lockstep.change.Plans.plan;
import static dev.lockstep.change.Plans.web;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.fixture.Fact;
import dev.lockstep.plan.Change;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.PlanSpec.Work;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a column may be and gets by itself: setNotNull, dropNotNull, setDefault, dropDefault, comment. */
class ColumnRulesPostgresTest {
    private static final TableName USERS = TableName.parse("users");

    private static final String[] SHOP = {
        "CREATE TYPE place AS (street text, city text)",
        "CREATE SEQUENCE tickets",
        """
        CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL DEFAULT 'nobody',
          nick text, home place, ticket bigint DEFAULT nextval('tickets'),
          shout text GENERATED ALWAYS AS (upper(nick)) STORED)""",
        "COMMENT ON TABLE users IS 'people'",
        "COMMENT ON COLUMN users.nick IS 'it''s short'",
        "INSERT INTO users (name, nick, home) SELECT 'n' || i, 'k' || i, ROW('s', NULL)::place FROM generate_series(1, 9) i"
    };

    private TestTarget target;

    @BeforeEach
    void open() throws SQLException {
        target = new TestTarget();
        target.sql(SHOP);
    }

    @AfterEach
    void close() throws SQLException {
        target.close();
    }

    private static Identifier id(String name) {
        return new Identifier(name);
    }

    private static PlanSpec ungated(Change... changes) {
        return plan(new Work.Changes(List.of(changes)), List.of());
    }

    private static PlanSpec gated(Milestone milestone, Change... changes) {
        return plan(new Work.Changes(List.of(changes)), List.of(web(milestone)));
    }

    private static final Map<Change, String> PLAIN_FORMS = Map.ofEntries(
            Map.entry(new Change.SetNotNull(USERS, id("nick")), "ALTER TABLE users ALTER nick SET NOT NULL"),
            // For a composite type IS NOT NULL asks every field, NOT NULL does not.
            Map.entry(new Change.SetNotNull(USERS, id("home")), "ALTER TABLE users ALTER home SET NOT NULL"),
            Map.entry(new Change.SetNotNull(USERS, id("shout")), "ALTER TABLE users ALTER shout SET NOT NULL"),
            Map.entry(new Change.DropNotNull(USERS, id("name")), "ALTER TABLE users ALTER name DROP NOT NULL"),
            Map.entry(
                    new Change.SetDefault(USERS, id("name"), "'some' || 'body' -- odd"),
                    "ALTER TABLE users ALTER name SET DEFAULT ('some' || 'body')"),
            Map.entry(
                    new Change.SetDefault(USERS, id("nick"), "gen_random_uuid()"),
                    "ALTER TABLE users ALTER nick SET DEFAULT gen_random_uuid()"),
            Map.entry(new Change.SetDefault(USERS, id("ticket"), "0"), "ALTER TABLE users ALTER ticket SET DEFAULT 0"),
            Map.entry(new Change.DropDefault(USERS, id("ticket")), "ALTER TABLE users ALTER ticket DROP DEFAULT"),
            Map.entry(
                    new Change.Comment(USERS, Optional.empty(), "it's \\people"),
                    "COMMENT ON TABLE users IS 'it''s \\people'"),
            Map.entry(new Change.Comment(USERS, Optional.of(id("nick")), ""), "COMMENT ON COLUMN users.nick IS NULL"),
            Map.entry(
                    new Change.Comment(USERS, Optional.of(id("shout")), "loud"),
                    "COMMENT ON COLUMN users.shout IS 'loud'"));

    @Test
    @Fact("P12")
    void endsAsThePlainFormDoesAndIsTakenBackToWhatWas() throws SQLException {
        for (Map.Entry<Change, String> entry : PLAIN_FORMS.entrySet()) {
            Change change = entry.getKey();
            List<String> wanted = target.schemaAfter(entry.getValue());
            List<String> before = target.schema();
            List<String> rows = target.rows("SELECT * FROM users ORDER BY id");
            target.everything(target.compiled(ungated(change)));
            assertThat(target.schema()).as(entry.getValue()).isEqualTo(wanted).isNotEqualTo(before);
            target.back();
            assertThat(target.schema()).as("taken back: " + entry.getValue()).isEqualTo(before);
            target.everything(target.compiled(ungated(change)));
            assertThat(target.schema()).as(entry.getValue()).isEqualTo(wanted);
            assertThat(target.rows("SELECT * FROM users ORDER BY id")).isEqualTo(rows);
            target.back();
        }
    }

    @Test
    @Fact("P39")
    void onlyCodeThatMayStillDoTheOldThingIsWaitedFor() throws SQLException {
        Compilation.Compiled strict =
                target.compiled(gated(Milestone.DUAL_WRITE, new Change.SetNotNull(USERS, id("nick"))));
        assertThat(strict.phases())
                .extracting(Phase::name)
                .map(Object::toString)
                .containsExactly("dual-write", "contract");
        assertThat(strict.phases().getLast().require()).contains(Milestone.DUAL_WRITE);
        Compilation.Compiled bare =
                target.compiled(gated(Milestone.NEW_ONLY, new Change.DropDefault(USERS, id("ticket"))));
        assertThat(bare.phases()).extracting(Phase::name).map(Object::toString).containsExactly("new-only", "contract");
        assertThat(bare.phases().getLast().require()).contains(Milestone.NEW_ONLY);
        Compilation.Compiled free = target.compiled(gated(
                Milestone.NEW_ONLY,
                new Change.DropNotNull(USERS, id("name")),
                new Change.SetDefault(USERS, id("name"), "''"),
                new Change.Comment(USERS, Optional.empty(), "")));
        assertThat(free.phases()).extracting(Phase::name).map(Object::toString).containsExactly("expand");
        assertThat(target.compiled(ungated(new Change.SetNotNull(USERS, id("nick"))))
                        .notes())
                .singleElement()
                .asString()
                .contains("lists no workloads");
    }

    @Test
    void rowsWithoutAValueAreNamedAndHoldTheContractBeforeAnythingStrict() throws SQLException {
        target.sql("UPDATE users SET nick = NULL WHERE id = 4");
        Compilation.Compiled plan = target.compiled(ungated(new Change.SetNotNull(USERS, id("nick"))));
        assertThatThrownBy(() -> target.everything(plan)).hasMessageContaining("id = 4");
        assertThatThrownBy(() -> target.sql("INSERT INTO users (nick) VALUES (NULL)"))
                .hasMessageContaining("violates check constraint");
        target.back();
        target.sql("INSERT INTO users (nick) VALUES (NULL)");
    }

    @Test
    void takingBackANotNullThatWasDroppedNamesTheRowsThatCameWithoutAValue() throws SQLException {
        List<String> before = target.schema();
        target.everything(target.compiled(ungated(new Change.DropNotNull(USERS, id("name")))));
        target.sql("INSERT INTO users (name) VALUES (NULL)");
        assertThatThrownBy(target::back).hasMessageContaining("id = 10");
        target.sql("DELETE FROM users WHERE id = 10");
        target.back();
        assertThat(target.schema()).isEqualTo(before);
    }

    @Test
    void aReplicaIdentityKeepsItsColumnsNotNull() throws SQLException {
        target.sql(
                "CREATE UNIQUE INDEX by_name ON users (name)",
                "ALTER TABLE users REPLICA IDENTITY USING INDEX by_name");
        Compilation.Compiled plan = target.compiled(ungated(new Change.DropNotNull(USERS, id("name"))));
        assertThatThrownBy(() -> target.everything(plan)).hasMessageContaining("index by_name");
    }

    @Test
    void refusesAndSaysWhatToDo() throws SQLException {
        target.sql("CREATE VIEW seen AS SELECT id FROM users");
        Map<Change, String> words = Map.ofEntries(
                Map.entry(new Change.SetNotNull(USERS, id("name")), "NOT NULL already"),
                Map.entry(new Change.DropNotNull(USERS, id("nick")), "may be NULL already"),
                Map.entry(new Change.DropNotNull(USERS, id("id")), "primary key users_pkey"),
                Map.entry(new Change.SetDefault(USERS, id("id"), "1"), "DROP IDENTITY"),
                Map.entry(new Change.SetDefault(USERS, id("shout"), "''"), "always generated as upper(nick)"),
                Map.entry(new Change.SetDefault(USERS, id("nick"), " NULL"), "Use dropDefault instead"),
                Map.entry(new Change.DropDefault(USERS, id("nick")), "has no default. Leave this change out"),
                Map.entry(new Change.DropDefault(USERS, id("shout")), "always generated"),
                Map.entry(new Change.Comment(USERS, Optional.of(id("nik")), ""), "no column nik"),
                Map.entry(new Change.Comment(TableName.parse("seen"), Optional.empty(), ""), "sql change"));
        words.forEach((change, word) -> assertThat(target.refusals(ungated(change)))
                .as(change.toString())
                .anyMatch(message -> message.contains(word)));
    }
}
