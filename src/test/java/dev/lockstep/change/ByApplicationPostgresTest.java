package dev.lockstep.change;

import static dev.lockstep.change.Plans.byApplication;
import static dev.lockstep.change.Plans.compiled;
import static dev.lockstep.change.Plans.refusals;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.change.Step.Undo;
import dev.lockstep.fixture.Fact;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.plan.PlanSpec;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Changes during which the application keeps both sides equal ({@code sync: Application}). */
class ByApplicationPostgresTest {
    private static final List<String> USERS = List.of(
            "CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
                    + " name varchar(40) COLLATE \"C\" NOT NULL DEFAULT 'anon' CONSTRAINT named CHECK (name <> ''),"
                    + " CONSTRAINT once UNIQUE (name))",
            "CREATE INDEX by_name ON users (lower(name))",
            "ALTER TABLE users ALTER COLUMN name SET STORAGE EXTERNAL",
            "COMMENT ON COLUMN users.name IS 'what they are called'",
            "GRANT SELECT (name) ON users TO pg_monitor",
            "CREATE TABLE pets (owner varchar(40) COLLATE \"C\" CONSTRAINT owned REFERENCES users (name))",
            "INSERT INTO users (name) VALUES ('a'), ('b'), ('c')",
            "INSERT INTO pets VALUES ('a')");

    private static final PlanSpec RENAME = byApplication(Plans.rename("users", "name", "full_name"));

    private static Compilation.Compiled on(TestTarget target, PlanSpec spec) {
        return compiled(spec, target.catalogue(spec));
    }

    @Test
    @Fact("P25")
    void phasesComeInTheOrderThatLosesNoWrite() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS.toArray(String[]::new));
            List<Phase> phases = on(target, RENAME).phases();
            assertThat(phases)
                    .extracting(phase -> phase.name().value())
                    .containsExactly("expand", "dual-write", "backfill", "read-new", "release", "new-only", "contract");
            Phase backfill = phases.get(2);
            assertThat(backfill.require()).contains(Milestone.DUAL_WRITE);
            assertThat(backfill.steps().getFirst().action()).isInstanceOf(Action.DrainTransactions.class);
            Phase release = phases.get(4);
            assertThat(release.type()).isEqualTo(PhaseType.CONTRACT);
            assertThat(release.require()).contains(Milestone.READ_NEW);
            assertThat(release.steps().getLast().undo()).isInstanceOf(Undo.Impossible.class);
            assertThat(phases.subList(0, 4))
                    .allSatisfy(phase ->
                            assertThat(phase.steps()).noneMatch(step -> step.undo() instanceof Undo.Impossible));
        }
    }

    @Test
    void wholeLifeWithTheWritesOfEachReleaseEndsAsAPlainRenameWould() throws SQLException {
        try (TestTarget target = new TestTarget();
                TestTarget plain = new TestTarget()) {
            target.sql(USERS.toArray(String[]::new));
            plain.sql(USERS.toArray(String[]::new));
            List<String> before = target.shape();
            target.forward(on(target, RENAME), "expand", "backfill");
            target.back();
            assertThat(target.shape()).isEqualTo(before);

            var plan = on(target, RENAME);
            target.forward(plan, "expand");
            // A dual-writing pod writes, then an old-only one: what the backfill finds is stale, not only missing.
            target.sql(
                    "UPDATE users SET name = 'b1', full_name = 'b1' WHERE id = 2",
                    "UPDATE users SET name = 'b2' WHERE id = 2",
                    "INSERT INTO users (name) VALUES ('d')");
            target.forward(plan, "backfill");
            assertThat(target.rows("SELECT name, full_name FROM users ORDER BY id"))
                    .containsExactly("a|a", "b2|b2", "c|c", "d|d");
            target.sql("INSERT INTO users (name, full_name) VALUES ('e', 'e')");
            target.forward(plan, "release");
            target.sql(
                    "INSERT INTO users (full_name) VALUES ('f')",
                    "INSERT INTO users DEFAULT VALUES",
                    "UPDATE users SET full_name = 'c3' WHERE id = 3");
            assertThatThrownBy(() -> target.sql("INSERT INTO users (full_name) VALUES ('')"))
                    .hasMessageContaining("violates check constraint");
            target.forward(plan, "contract");
            assertThat(target.rows("SELECT full_name FROM users ORDER BY id"))
                    .containsExactly("a", "b2", "c3", "d", "e", "f", "anon");
            plain.sql("ALTER TABLE users RENAME COLUMN name TO full_name");
            assertThat(target.shape()).isEqualTo(plain.shape());
        }
    }

    @Test
    void releaseWaitsForCodeThatStillWritesOneSideOnly() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS.toArray(String[]::new));
            var plan = on(target, RENAME);
            target.forward(plan, "expand", "backfill");
            target.sql("UPDATE users SET name = 'late' WHERE id = 2");
            assertThatThrownBy(() -> target.forward(plan, "release"))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("In the way: id 2");
        }
    }

    @Test
    void typeChangesWithTheApplicationsOwnConversion() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(
                    "CREATE TABLE users (id int PRIMARY KEY, name numeric(10,2) NOT NULL)",
                    "INSERT INTO users VALUES (1, 1.5), (2, 2.5)");
            PlanSpec spec = byApplication(
                    Plans.retype("users", "name", "bigint", "cents", "(name * 100)::bigint", "cents / 100.0"));
            var plan = on(target, spec);
            target.forward(plan, "expand");
            target.sql("INSERT INTO users VALUES (3, 3.5, 350)");
            target.forward(plan, "backfill", "release", "contract");
            assertThat(target.rows("SELECT cents FROM users ORDER BY id")).containsExactly("150", "250", "350");
        }
    }

    @Test
    void newColumnFillsAfterTheDualWriteGateAndWithoutATrigger() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS.toArray(String[]::new));
            List<String> before = target.shape();
            PlanSpec spec = byApplication(new dev.lockstep.plan.Change.AddColumn(
                    dev.lockstep.schema.TableName.parse("users"),
                    new dev.lockstep.schema.Identifier("label"),
                    "text",
                    false,
                    java.util.Optional.empty(),
                    java.util.Optional.of("upper(name)"),
                    java.util.Optional.empty()));
            var plan = on(target, spec);
            assertThat(plan.phases())
                    .extracting(phase -> phase.name().value())
                    .containsExactly("expand", "dual-write", "backfill", "contract");
            target.forward(plan, "expand");
            assertThat(target.rows("SELECT FROM pg_trigger WHERE tgrelid = 'users'::regclass AND NOT tgisinternal"))
                    .isEmpty();
            target.sql(
                    "INSERT INTO users (name) VALUES ('old')", "INSERT INTO users (name, label) VALUES ('n', 'mine')");
            target.forward(plan, "backfill", "contract");
            assertThat(target.rows("SELECT label, (SELECT attnotnull FROM pg_attribute WHERE attname = 'label' AND"
                            + " attrelid = 'users'::regclass) FROM users ORDER BY id"))
                    .containsExactly("A|t", "B|t", "C|t", "OLD|t", "mine|t");
            target.back();
            assertThat(target.shape()).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @CsvSource({"id, belongs to a key", "shout, generated as"})
    void columnsThatNewCodeCouldNotLeaveOutAreRefused(String column, String words) throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS.toArray(String[]::new));
            target.sql("ALTER TABLE users ADD COLUMN shout text GENERATED ALWAYS AS (upper(name)) STORED");
            PlanSpec spec = byApplication(Plans.rename("users", column, "other"));
            assertThat(refusals(spec, target.catalogue(spec)))
                    .anyMatch(refusal ->
                            refusal.contains("spec.changes[0].renameColumn.from") && refusal.contains(words));
        }
    }
}
