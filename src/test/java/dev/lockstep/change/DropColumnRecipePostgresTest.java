package dev.lockstep.change;

import static dev.lockstep.change.Plans.compiled;
import static dev.lockstep.change.Plans.drop;
import static dev.lockstep.change.Plans.plan;
import static dev.lockstep.change.TableBuilder.catalogue;
import static dev.lockstep.change.TableBuilder.plain;
import static dev.lockstep.change.TableBuilder.users;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.fixture.Fact;
import dev.lockstep.schema.Column.DefaultValue;
import dev.lockstep.schema.Constraint;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Index;
import dev.lockstep.schema.TableName;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DropColumnRecipePostgresTest {
    private static final String[] SHOP = {
        "CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL,"
                + " team int NOT NULL)",
        "CREATE TABLE teams (id int PRIMARY KEY)",
        "ALTER TABLE users ADD CONSTRAINT in_team FOREIGN KEY (team) REFERENCES teams",
        "CREATE INDEX by_team ON users (team)",
        "CREATE INDEX by_team_and_name ON users (team, name)",
        "INSERT INTO teams VALUES (1)",
        "INSERT INTO users (name, team) VALUES ('a', 1)"
    };

    private static Compilation.Compiled dropTeam() {
        Constraint key = new Constraint(
                new Identifier("in_team"),
                Constraint.Kind.FOREIGN_KEY,
                List.of(new Identifier("team")),
                Optional.of(TableName.parse("teams")),
                "FOREIGN KEY (team) REFERENCES teams(id)",
                true);
        Index broken = plain("broken", false, "team");
        return compiled(
                plan(drop("users", "team")),
                catalogue(users().column("team", "integer", true, new DefaultValue.None())
                        .constraint(key)
                        .index(plain("by_team", false, "team"))
                        .index(plain("by_team_and_name", false, "team", "name"))
                        .index(new Index(
                                broken.name(),
                                broken.columns(),
                                broken.definition(),
                                false,
                                false,
                                false,
                                Optional.empty(),
                                broken.shape()))));
    }

    @Test
    @Fact("P39")
    void codeThatDoesNotKnowTheColumnCanInsertBeforeItIsGone() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(SHOP);
            target.forward(dropTeam(), "expand");
            target.sql("INSERT INTO users (name) VALUES ('new')", "INSERT INTO users (name, team) VALUES ('old', 1)");
            target.forward(dropTeam(), "contract");
            assertThat(target.rows("SELECT * FROM users ORDER BY id")).containsExactly("1|a", "2|new", "3|old");
        }
    }

    @Test
    void everythingBeforeTheDropCanBeTakenBack() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(SHOP);
            List<String> before = target.schema();
            var plan = dropTeam();
            target.forward(plan, "expand");
            Phase contract = plan.phases().getLast();
            var reversible = new Compilation.Compiled(
                    List.of(new Phase(
                            contract.name(),
                            contract.type(),
                            contract.require(),
                            contract.steps().subList(0, contract.steps().size() - 1))),
                    List.of());
            target.forward(reversible, "contract");
            assertThat(target.schema()).isNotEqualTo(before);
            target.back();
            assertThat(target.schema()).isEqualTo(before);
        }
    }

    @Test
    void takingItBackIsHeldAndNamesTheRowsThatHaveNoValue() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(SHOP);
            target.forward(dropTeam(), "expand");
            target.sql("INSERT INTO users (name) VALUES ('new')");
            assertThatThrownBy(target::back).hasMessageContaining("id = 2");
            target.sql("UPDATE users SET team = 1 WHERE id = 2");
            target.back();
            assertThat(target.rows("SELECT attnotnull FROM pg_attribute WHERE attrelid = 'users'::regclass"
                            + " AND attname = 'team'"))
                    .containsExactly("t");
        }
    }

    @Test
    void triggerFunctionsThatUseTheColumnHoldTheContract() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(SHOP);
            target.sql(
                    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS"
                            + " $$BEGIN NEW.team := 1; RETURN NEW; END$$",
                    "CREATE TRIGGER t BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION f()");
            assertThatThrownBy(() -> target.forward(dropTeam(), "contract"))
                    .hasMessageContaining("trigger t calls f()");
        }
    }

    @Test
    void takingBackWhatNeverHappenedHarmsNothing() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(SHOP);
            List<String> before = target.schema();
            for (Phase phase : dropTeam().phases().reversed()) {
                for (Step step : phase.steps().reversed()) {
                    boolean unknownToTheLedger = !(step.action() instanceof Action.Transactional);
                    if (unknownToTheLedger
                            && step.undo() instanceof Step.Undo.By(Action undo)
                            && !(undo instanceof Action.BuildIndex)) {
                        target.run(undo);
                    }
                }
            }
            assertThat(target.schema()).isEqualTo(before);
        }
    }
}
