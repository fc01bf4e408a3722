package dev.lockstep.change;

import static dev.lockstep.change.Plans.compiled;
import static dev.lockstep.change.Plans.drop;
import static dev.lockstep.change.Plans.hidden;
import static dev.lockstep.change.Plans.plan;
import static dev.lockstep.change.TableBuilder.catalogue;
import static dev.lockstep.change.TableBuilder.plain;
import static dev.lockstep.change.TableBuilder.table;
import static dev.lockstep.change.TableBuilder.users;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.Change;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.schema.Column.DefaultValue;
import dev.lockstep.schema.Constraint;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Old shapes that are hidden first: what the application sees of them, and that going back loses nothing. */
class HidingPostgresTest {
    private static final String[] SHOP = {
        "CREATE TABLE teams (id int PRIMARY KEY)",
        "CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, team int"
                + " CONSTRAINT in_team REFERENCES teams)",
        "CREATE INDEX by_team ON users (team)",
        "CREATE INDEX by_half ON users ((team / 2)) WHERE team > 0",
        "INSERT INTO teams VALUES (1)",
        "INSERT INTO users (name, team) VALUES ('a', 1), ('b', NULL)"
    };

    private static Compilation.Compiled dropTeam() {
        return compiled(
                hidden(plan(drop("users", "team"))),
                catalogue(users().column("team", "integer", false)
                        .constraint(new Constraint(
                                new Identifier("in_team"),
                                Constraint.Kind.FOREIGN_KEY,
                                List.of(new Identifier("team")),
                                Optional.of(TableName.parse("teams")),
                                "FOREIGN KEY (team) REFERENCES teams(id)",
                                true))
                        .index(plain("by_team", false, "team"))
                        .index(plain("by_half", false, "team"))));
    }

    /** The plan as far as it can be taken back. */
    private static Compilation.Compiled untilTheWindowEnds(Compilation.Compiled plan) {
        return new Compilation.Compiled(
                plan.phases().stream()
                        .map(phase -> new Phase(
                                phase.name(),
                                phase.type(),
                                phase.require(),
                                phase.steps().stream()
                                        .takeWhile(step -> !(step.undo() instanceof Undo.Impossible))
                                        .toList()))
                        .toList(),
                List.of());
    }

    @Test
    void hiddenColumnFailsVisiblyComesBackWholeAndGoesInTheEnd() throws SQLException {
        try (TestTarget target = new TestTarget();
                TestTarget fresh = new TestTarget()) {
            target.sql(SHOP);
            List<String> before = target.schema();
            List<String> rows = target.rows("SELECT id, name, team FROM users ORDER BY id");

            target.everything(untilTheWindowEnds(dropTeam()));
            assertThatThrownBy(() -> target.sql("SELECT team FROM users")).hasMessageContaining("does not exist");
            target.sql("INSERT INTO users (name) VALUES ('c')", "DELETE FROM users WHERE name = 'c'");
            target.back();
            assertThat(target.schema()).isEqualTo(before);
            assertThat(target.rows("SELECT id, name, team FROM users ORDER BY id"))
                    .isEqualTo(rows);

            target.everything(dropTeam());
            fresh.sql(SHOP);
            fresh.sql("ALTER TABLE users DROP COLUMN team");
            assertThat(target.schema()).isEqualTo(fresh.schema());
        }
    }

    @Test
    void hiddenSideOfARenameFollowsEveryWriteSoThatGoingBackLosesNothing() throws SQLException {
        try (TestTarget target = new TestTarget();
                TestTarget fresh = new TestTarget()) {
            target.sql(SHOP);
            target.sql("CREATE INDEX by_name ON users (name)", "CREATE VIEW names AS SELECT name FROM users");
            var plan = compiled(
                    hidden(plan(Plans.rename("users", "name", "full_name"))),
                    catalogue(users().index(plain("by_name", false, "name"))));
            List<String> before = target.schema();

            target.everything(untilTheWindowEnds(plan));
            assertThatThrownBy(() -> target.sql("UPDATE users SET name = 'x'")).hasMessageContaining("does not exist");
            target.sql(
                    "INSERT INTO users (full_name) VALUES ('c')",
                    "UPDATE users SET full_name = 'A' WHERE full_name = 'a'");
            Identifier hidden = Hiding.column(TableName.parse("users"), new Identifier("name"));
            assertThat(target.rows("SELECT " + hidden.sql() + ", full_name FROM users ORDER BY id"))
                    .containsExactly("A|A", "b|b", "c|c");

            takeBackTheContract(target, plan);
            target.sql(
                    "INSERT INTO users (name) VALUES ('old code again')",
                    "UPDATE users SET full_name = 'new code still' WHERE name = 'b'");
            assertThat(target.rows("SELECT name, full_name FROM users ORDER BY id"))
                    .containsExactly("A|A", "new code still|new code still", "c|c", "old code again|old code again");
            target.back();
            assertThat(target.schema()).isEqualTo(before);

            target.everything(plan);
            fresh.sql(SHOP);
            fresh.sql(
                    "CREATE INDEX by_name ON users (name)",
                    "CREATE VIEW names AS SELECT name FROM users",
                    "ALTER TABLE users RENAME name TO full_name");
            assertThat(target.schema()).isEqualTo(fresh.schema());
            assertThat(target.rows("SELECT full_name FROM users ORDER BY id"))
                    .containsExactly("A", "new code still", "c", "old code again");
        }
    }

    private static void takeBackTheContract(TestTarget target, Compilation.Compiled plan) throws SQLException {
        for (Step step : plan.phases().getLast().steps().reversed()) {
            if (step.undo() instanceof Undo.By(Action undo)) {
                target.run(undo);
            }
        }
    }

    /** P17: the columns change places under functions that have cached plans, in the same sessions. */
    @Test
    void triggersOfTheTableSurviveTheSwapAndTheWayBack() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql("CREATE DOMAIN label AS varchar(20) CHECK (VALUE <> '')");
            target.sql("CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name label)");
            target.sql("CREATE FUNCTION tidy() RETURNS trigger LANGUAGE plpgsql AS"
                    + " $$BEGIN NEW.full_name := upper(NEW.full_name); RETURN NEW; END$$");
            target.sql("INSERT INTO users (name) VALUES ('a')");
            var plan = compiled(
                    hidden(plan(Plans.rename("users", "name", "full_name"))),
                    catalogue(table("users")
                            .key()
                            .column("name", "label", "character varying(20)", false, new DefaultValue.None())
                            .trigger("tidy", true, "NEW.full_name := upper(NEW.full_name);")));
            target.forward(plan, "expand");
            target.sql("CREATE TRIGGER tidy BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION tidy()");
            target.forward(plan, "backfill");
            target.sql("INSERT INTO users (full_name) VALUES ('before')");
            target.forward(untilTheWindowEnds(plan), "contract");
            target.sql("INSERT INTO users (full_name) VALUES ('hidden')");
            takeBackTheContract(target, plan);
            target.sql("INSERT INTO users (full_name) VALUES ('back')", "INSERT INTO users (name) VALUES ('old')");
            assertThat(target.rows("SELECT name, full_name FROM users ORDER BY id"))
                    .containsExactly("a|a", "BEFORE|BEFORE", "HIDDEN|HIDDEN", "BACK|BACK", "OLD|OLD");
        }
    }

    @Test
    void hiddenTableComesBackWithEverythingThatHangsOnItAndGoesInTheEnd() throws SQLException {
        try (TestTarget target = new TestTarget();
                TestTarget fresh = new TestTarget()) {
            target.sql(SHOP);
            PlanSpec spec = hidden(plan(new Change.DropTable(TableName.parse("teams"))));
            List<String> before = target.schema();

            target.everything(untilTheWindowEnds(target.compiled(spec)));
            assertThatThrownBy(() -> target.sql("SELECT id FROM teams")).hasMessageContaining("does not exist");
            target.sql("UPDATE users SET team = NULL");
            target.back();
            assertThat(target.schema()).isEqualTo(before);
            assertThat(target.rows("SELECT id FROM teams")).containsExactly("1");

            target.everything(target.compiled(spec));
            fresh.sql(SHOP);
            fresh.sql("ALTER TABLE users DROP CONSTRAINT in_team", "DROP TABLE teams");
            assertThat(target.schema()).isEqualTo(fresh.schema());
        }
    }

    @Test
    void oldNameOfARenamedTableCanComeBackUntilTheWindowEnds() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(SHOP);
            List<String> before = target.schema();
            var plan = target.compiled(hidden(plan(new Change.RenameTable(
                    TableName.parse("users"), new Identifier("people"), Change.TableRenaming.VIEW))));
            assertThat(plan.phases().getLast().steps().getLast().action()).isInstanceOf(Action.RevertWindow.class);
            target.everything(plan);
            assertThatThrownBy(() -> target.sql("SELECT id FROM users")).hasMessageContaining("does not exist");
            target.back();
            assertThat(target.schema()).isEqualTo(before);
        }
    }

    @Test
    void oddNamesAreHiddenToo() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            TableName odd = new TableName(new Identifier("Odd.schema"), new Identifier("größe \"x\""));
            Identifier longest = new Identifier("Größe ".repeat(7) + "1234567");
            target.sql(
                    "CREATE SCHEMA \"Odd.schema\"",
                    "CREATE TABLE " + odd.sql() + " (id int PRIMARY KEY, " + longest.sql() + " text, name text)",
                    "INSERT INTO " + odd.sql() + " VALUES (1, 'kept', 'n')");
            PlanSpec both = hidden(plan(
                    new Change.DropColumn(odd, longest),
                    new Change.RenameColumn(odd, new Identifier("name"), new Identifier("Voller Name"))));
            TableBuilder builder = TableBuilder.table(odd)
                    .key()
                    .column(longest.value(), "text", false)
                    .column("name", "text", false);
            var plan = compiled(both, catalogue(builder));
            target.everything(untilTheWindowEnds(plan));
            assertThat(columns(target)).contains("Voller Name").doesNotContain(longest.value());
            target.back();
            assertThat(target.rows("SELECT * FROM " + odd.sql())).containsExactly("1|kept|n");
            target.everything(plan);
            assertThat(columns(target)).isEqualTo("id,Voller Name");
        }
    }

    private static String columns(TestTarget target) throws SQLException {
        return target
                .rows("SELECT attname FROM pg_attribute JOIN pg_class c ON c.oid = attrelid"
                        + " WHERE c.relkind = 'r' AND c.relnamespace = '\"Odd.schema\"'::regnamespace AND attnum > 0 AND NOT attisdropped"
                        + " ORDER BY attnum")
                .stream()
                .collect(Collectors.joining(","));
    }
}
