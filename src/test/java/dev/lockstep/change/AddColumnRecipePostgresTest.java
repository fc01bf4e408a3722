package dev.lockstep.change;

import static dev.lockstep.change.Plans.add;
import static dev.lockstep.change.Plans.compiled;
import static dev.lockstep.change.Plans.plan;
import static dev.lockstep.change.Plans.rename;
import static dev.lockstep.change.Plans.web;
import static dev.lockstep.change.TableBuilder.catalogue;
import static dev.lockstep.change.TableBuilder.users;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.fixture.Fact;
import dev.lockstep.plan.Change;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.PlanSpec.Work;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddColumnRecipePostgresTest {
    private static final String USERS =
            "CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL)";
    private static final String LABELS = "SELECT name, label FROM users ORDER BY id";
    private static final Optional<String> NONE = Optional.empty();

    private static Compilation.Compiled adding(Change... changes) {
        return compiled(plan(new Work.Changes(List.of(changes)), List.of(web(Milestone.NEW_ONLY))), catalogue(users()));
    }

    private static List<String> file(TestTarget target) throws SQLException {
        return target.rows("SELECT pg_relation_filenode('users')");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"'it''s'", "'x'::varchar(9)", "now()", "gen_random_uuid()", "nextval('numbers')", "'a' || 'b'"})
    @Fact("P32")
    void noDefaultRewritesTheTableAndEveryRowHasIt(String given) throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS, "CREATE SEQUENCE numbers", "INSERT INTO users (name) VALUES ('a'), ('b'), ('c')");
            List<String> file = file(target);
            target.everything(adding(add("text", false, Optional.of(given), NONE)));
            target.sql("INSERT INTO users (name) VALUES ('d')");
            assertThat(file(target)).isEqualTo(file);
            assertThat(target.rows("SELECT count(*), count(label) FROM users")).containsExactly("4|4");
            assertThatThrownBy(() -> target.sql("UPDATE users SET label = NULL"))
                    .hasMessageContaining("not-null");
            assertThat(target.schema()).noneMatch(line -> line.contains("lockstep"));
            assertThat(target.rows("SELECT col_description('users'::regclass, 3)"))
                    .containsExactly("it's a label");
        }
    }

    @Test
    void nullableColumnIsJustAdded() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS, "INSERT INTO users (name) VALUES ('a')");
            List<String> before = target.schema();
            var plan = adding(add("varchar(20)", true, NONE, NONE));
            assertThat(plan.phases()).hasSize(1);
            target.everything(plan);
            assertThat(target.rows(LABELS)).containsExactly("a|-");
            target.back();
            assertThat(target.schema()).isEqualTo(before);
        }
    }

    @Test
    @Fact("P39")
    void fillServesRowsThatExistAndCodeThatDoesNotWriteTheColumn() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS, "INSERT INTO users (name) VALUES ('a'), ('b')");
            List<String> before = target.schema();
            var plan = adding(add("text", false, NONE, Optional.of("upper(users.name) || id -- loud")));
            target.forward(plan, "expand");
            target.sql(
                    "INSERT INTO users (name) VALUES ('old'), ('old two')",
                    "INSERT INTO users (name, label) VALUES ('new', 'mine')",
                    "UPDATE users SET name = 'aa' WHERE id = 1");
            assertThat(target.rows(LABELS))
                    .containsExactly("aa|AA1", "b|-", "old|OLD3", "old two|OLD TWO4", "new|mine");
            target.forward(plan, "backfill");
            assertThat(target.rows(LABELS)).contains("b|B2");
            target.forward(plan, "contract");
            assertThatThrownBy(() -> target.sql("INSERT INTO users (name) VALUES ('late')"))
                    .hasMessageContaining("not-null");
            assertThat(target.schema()).noneMatch(line -> line.contains("lockstep"));
            target.back();
            assertThat(target.schema()).isEqualTo(before);
        }
    }

    /** Which the server works out only after the trigger. */
    @Test
    @Fact("P19")
    void fillFromAGeneratedColumnSeesItsNewValueInTheTrigger() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(
                    USERS,
                    "ALTER TABLE users ADD COLUMN loud text GENERATED ALWAYS AS (upper(name)) STORED",
                    "INSERT INTO users (name) VALUES ('a'), ('b')");
            PlanSpec spec = plan(
                    new Work.Changes(List.of(add("text", false, NONE, Optional.of("coalesce(loud, '?') || '!'")))),
                    List.of(web(Milestone.NEW_ONLY)));
            var plan = target.compiled(spec);
            target.forward(plan, "expand");
            target.sql("INSERT INTO users (name) VALUES ('old')", "UPDATE users SET name = 'aa' WHERE id = 1");
            assertThat(target.rows(LABELS)).containsExactly("aa|AA!", "b|-", "old|OLD!");
            target.forward(plan, "backfill");
            assertThat(target.rows(LABELS)).contains("b|B!");
        }
    }

    @Test
    void takingBackTheContractFillsAgain() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS);
            var plan = adding(add("text", false, NONE, Optional.of("upper(name)")));
            target.forward(plan, "expand", "backfill");
            List<String> held = target.schema();
            TestTarget contract = target;
            List<Step> steps = plan.phases().getLast().steps();
            contract.forward(plan, "contract");
            for (Step step : steps.reversed()) {
                if (step.undo() instanceof Step.Undo.By(Action action)) {
                    target.run(action);
                }
            }
            assertThat(target.schema()).isEqualTo(held);
            target.sql("INSERT INTO users (name) VALUES ('a')");
            assertThat(target.rows(LABELS)).containsExactly("a|A");
        }
    }

    @Test
    void fillThatGivesNullEnds() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS, "INSERT INTO users (name) VALUES ('a'), (''), ('c')");
            target.everything(adding(add("text", true, NONE, Optional.of("nullif(upper(name), '')"))));
            assertThat(target.rows(LABELS)).containsExactly("a|A", "|-", "c|C");
        }
    }

    @Test
    void fillBesideADefaultIsForRowsThatExist() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS, "INSERT INTO users (name) VALUES ('a')");
            target.everything(adding(add("text", false, Optional.of("'new'"), Optional.of("'old'"))));
            target.sql("INSERT INTO users (name) VALUES ('b')");
            assertThat(target.rows(LABELS)).containsExactly("a|old", "b|new");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "nobody; column \"nobody\" does not exist",
                "upper(name; syntax error",
                "1 / (length(name) - 1); id 1: division by zero",
                "ARRAY[name]; cannot cast type text[] to integer",
                "count(*); aggregate function calls cannot be nested",
            })
    @Fact("P31")
    void fillThatFailsIsFoundBeforeTheApplicationMeetsIt(String fill, String why) throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS, "INSERT INTO users (name) VALUES ('a')");
            List<String> before = target.schema();
            var plan = adding(add("integer", false, NONE, Optional.of(fill)));
            assertThatThrownBy(() -> target.forward(plan, "expand")).hasMessageContaining(why);
            assertThat(target.schema()).isEqualTo(before);
        }
    }

    @Test
    void columnsNamedLikeVariablesOfTheTriggerAreColumns() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql("CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text, gone int,"
                    + " tg_op text, found text, \"new\" text)");
            target.sql("ALTER TABLE users DROP COLUMN gone");
            target.forward(adding(add("text", false, NONE, Optional.of("tg_op || found || \"new\""))), "expand");
            target.sql("INSERT INTO users (tg_op, found, \"new\") VALUES ('a', 'b', 'c')");
            assertThat(target.rows("SELECT label FROM users")).containsExactly("abc");
        }
    }

    @Test
    void fillSeesBothSidesOfARenameInTheSamePlan() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS, "INSERT INTO users (name) VALUES ('a')");
            var plan =
                    adding(rename("users", "name", "full_name"), add("text", false, NONE, Optional.of("upper(name)")));
            target.forward(plan, "expand", "backfill");
            target.sql("INSERT INTO users (full_name) VALUES ('new')", "INSERT INTO users (name) VALUES ('old')");
            target.forward(plan, "contract");
            target.sql("INSERT INTO users (full_name, label) VALUES ('x', 'y')");
            assertThat(target.rows("SELECT full_name, label FROM users ORDER BY id"))
                    .containsExactly("a|A", "new|NEW", "old|OLD", "x|y");
        }
    }

    @Test
    void domainWithConstraintsIsNotAdded() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS, "CREATE DOMAIN strict AS text CHECK (VALUE <> '')", "CREATE DOMAIN outer_one AS strict");
            target.sql("CREATE DOMAIN lax AS text");
            assertThatThrownBy(() -> target.everything(adding(add("outer_one", true, NONE, NONE))))
                    .hasMessageContaining("domain strict");
            target.everything(adding(add("lax", true, NONE, NONE)));
        }
    }
}
