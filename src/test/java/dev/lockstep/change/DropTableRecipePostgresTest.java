package dev.lockstep.change;

import static dev.lockstep.change.Plans.plan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.change.Step.Undo;
import dev.lockstep.fixture.Fact;
import dev.lockstep.plan.Change;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.schema.TableName;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DropTableRecipePostgresTest {
    private TestTarget target;

    @BeforeEach
    void open() throws SQLException {
        target = new TestTarget();
        target.sql(
                "CREATE TABLE teams (id int PRIMARY KEY)",
                """
                CREATE TABLE "Old one" (id serial PRIMARY KEY, team int REFERENCES teams ON DELETE CASCADE,
                  boss int REFERENCES "Old one", name text)""",
                "CREATE TABLE users (id int PRIMARY KEY, old int CONSTRAINT \"of old\" REFERENCES \"Old one\" DEFERRABLE)",
                "CREATE PUBLICATION news FOR TABLE \"Old one\"",
                "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
                "CREATE TRIGGER t BEFORE INSERT ON \"Old one\" FOR EACH ROW EXECUTE FUNCTION f()",
                "INSERT INTO teams VALUES (1)",
                "INSERT INTO \"Old one\" (team, boss) VALUES (1, 1), (1, 1)",
                "INSERT INTO users VALUES (1, 2)");
    }

    @AfterEach
    void close() throws SQLException {
        target.close();
    }

    private static PlanSpec dropping() {
        return plan(new Change.DropTable(TableName.parse("Old one")));
    }

    @Test
    @Fact("P5")
    void foreignKeysGoAloneFirstAndComeBackWhileTheTableIsThere() throws SQLException {
        Compilation.Compiled plan = target.compiled(dropping());
        assertThat(plan.phases()).extracting(phase -> phase.name().value()).containsExactly("new-only", "contract");
        assertThat(plan.phases().getLast().require()).contains(Milestone.NEW_ONLY);
        List<Step> contract = plan.phases().getLast().steps();
        assertThat(contract)
                .extracting(Step::name)
                .containsExactly(
                        "dependents",
                        "foreign-key",
                        "drop-foreign-key",
                        "foreign-key-2",
                        "drop-foreign-key-2",
                        "drop-table");
        List<String> before = target.schema();
        target.forward(upTo(plan, contract.size() - 1), "contract");
        assertThat(target.schema()).isNotEqualTo(before);
        target.back();
        assertThat(target.schema()).isEqualTo(before);
        target.everything(plan);
        assertThat(contract.getLast().undo()).isInstanceOf(Undo.Impossible.class);
        assertThat(target.rows("SELECT count(*) FROM users")).containsExactly("1");
        assertThat(target.rows("SELECT relname FROM pg_class WHERE relname LIKE 'Old%'"))
                .isEmpty();
        assertThat(plan.notes())
                .anyMatch(note -> note.startsWith("Foreign key of old of users refers to Old one"))
                .anyMatch(note -> note.startsWith("Publication news loses the table"))
                .anyMatch(note -> note.startsWith("Sequences"))
                .anyMatch(note -> note.startsWith("Function public.f"));
    }

    private static Compilation.Compiled upTo(Compilation.Compiled plan, int steps) {
        Phase contract = plan.phases().getLast();
        return new Compilation.Compiled(
                List.of(new Phase(
                        contract.name(),
                        contract.type(),
                        contract.require(),
                        contract.steps().subList(0, steps))),
                List.of());
    }

    @Test
    @Fact({"P14", "G31"})
    void whatNeedsTheTableIsRefusedAndNothingIsDroppedByCascade() throws SQLException {
        Compilation.Compiled reviewed = target.compiled(dropping());
        target.sql("CREATE VIEW counted AS SELECT count(*) FROM \"Old one\"");
        assertThat(target.refusals(dropping()))
                .singleElement()
                .asString()
                .startsWith("spec.changes[0].dropTable.table: These need Old one")
                .contains("view public.counted");
        assertThatThrownBy(() -> target.everything(reviewed)).hasMessageContaining("view counted");
        assertThat(target.rows("SELECT * FROM counted")).containsExactly("2");
    }
}
