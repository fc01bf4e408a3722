package dev.lockstep.change;

import static dev.lockstep.change.Plans.compiled;
import static dev.lockstep.change.Plans.plan;
import static dev.lockstep.change.TableBuilder.catalogue;
import static dev.lockstep.change.TableBuilder.users;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.plan.Change;
import dev.lockstep.plan.DeclaredPhase;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.plan.SqlStep;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SqlRecipePostgresTest {
    private static final TableName USERS = TableName.parse("users");
    private static final String CREATE = "CREATE TABLE users (id int PRIMARY KEY, name text, label text)";

    @Test
    void statementsRunTogetherAndAreTakenBack() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(CREATE);
            List<String> before = target.schema();
            var plan = compiled(
                    plan(
                            new Change.Sql(
                                    PhaseType.EXPAND,
                                    new SqlStep(
                                            "two-things",
                                            "ALTER TABLE users ADD a int; ALTER TABLE users ADD b int;",
                                            Optional.of("ALTER TABLE users DROP IF EXISTS a, DROP IF EXISTS b"),
                                            Optional.empty(),
                                            true,
                                            List.of(USERS))),
                            new Change.Sql(
                                    PhaseType.EXPAND,
                                    new SqlStep(
                                            "index",
                                            "CREATE INDEX CONCURRENTLY by_name ON users (name)",
                                            Optional.of("DROP INDEX CONCURRENTLY IF EXISTS by_name"),
                                            Optional.of("SELECT to_regclass('by_name') IS NOT NULL"),
                                            false,
                                            List.of(USERS)))),
                    catalogue(users()));
            target.everything(plan);
            assertThat(target.schema()).anyMatch(line -> line.contains("by_name"));
            target.back();
            assertThat(target.schema()).isEqualTo(before);
        }
    }

    @Test
    void declaredBackfillSetsTheRowsThatNeedIt() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(CREATE, "INSERT INTO users VALUES (1, 'a', NULL), (2, 'b', 'mine'), (3, 'c', NULL)");
            target.everything(compiled(
                    plan(new DeclaredPhase(
                            new PhaseName("fill"),
                            PhaseType.BACKFILL,
                            Optional.empty(),
                            List.of(new DeclaredPhase.Step.Backfill(
                                    "labels",
                                    USERS,
                                    new Identifier("label"),
                                    "upper(name) -- loud",
                                    "label IS NULL")))),
                    catalogue(users().column("label", "text", false))));
            assertThat(target.rows("SELECT label FROM users ORDER BY id")).containsExactly("A", "mine", "C");
        }
    }
}
