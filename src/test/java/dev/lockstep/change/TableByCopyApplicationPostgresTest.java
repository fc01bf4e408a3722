package dev.lockstep.change;

import static dev.lockstep.change.Plans.compiled;
import static dev.lockstep.change.TableBuilder.catalogue;
import static dev.lockstep.change.TableBuilder.plain;
import static dev.lockstep.change.TableBuilder.users;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.fixture.Fact;
import dev.lockstep.plan.Change.RenameTable;
import dev.lockstep.plan.Change.TableRenaming;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Surroundings;
import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TableByCopyApplicationPostgresTest {
    private static final List<String> USERS = List.of(
            "CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL)",
            "CREATE INDEX users_name ON users (name)",
            "CREATE TABLE orders (user_id bigint REFERENCES users)",
            "CREATE VIEW names AS SELECT name FROM users",
            "CREATE TABLE audit (entry text)",
            "CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql AS $$"
                    + " BEGIN INSERT INTO audit VALUES (NEW.name); RETURN NULL; END $$",
            "CREATE TRIGGER log AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION log()",
            "INSERT INTO users (name) VALUES ('a'), ('b'), ('c')");

    private static Compilation.Compiled rename() {
        TableBuilder table = users().index(plain("users_name", false, "name"))
                .surroundings(around -> new Surroundings(
                        around.owner(),
                        List.of(),
                        around.rowSecurity(),
                        List.of(),
                        List.of(),
                        List.of(),
                        Map.of(new Identifier("id"), TableName.parse("users_id_seq"))));
        return compiled(
                Plans.byApplication(
                        new RenameTable(TableName.parse("users"), new Identifier("people"), TableRenaming.COPY)),
                catalogue(table));
    }

    /** What code does that has reached dual-write: the same row in both tables, in one transaction. */
    private static void both(TestTarget target, String name, String first, String second) throws SQLException {
        target.sql("WITH made AS (INSERT INTO " + first + " (name) VALUES ('" + name + "') RETURNING id, name)"
                + " INSERT INTO " + second + " (id, name) OVERRIDING SYSTEM VALUE SELECT id, name FROM made");
    }

    @Test
    @Fact("P25")
    void rowsThatOldCodeWroteLateAreThereBeforeAnythingReadsTheNewName() throws SQLException {
        try (TestTarget target = new TestTarget();
                TestTarget plain = new TestTarget()) {
            target.sql(USERS.toArray(String[]::new));
            plain.sql(USERS.toArray(String[]::new));
            target.forward(rename(), "expand");
            both(target, "new code", "users", "people");
            // Pods with old code are still there.
            target.sql(
                    "INSERT INTO users (name) VALUES ('late')",
                    "UPDATE users SET name = 'late too' WHERE name = 'new code'",
                    "INSERT INTO people (name) VALUES ('of nobody')");
            target.forward(rename(), "backfill");
            assertThat(target.rows("SELECT id, name FROM people ORDER BY id"))
                    .isEqualTo(target.rows("SELECT id, name FROM users ORDER BY id"))
                    .contains("4|late too", "5|late");
            both(target, "dual", "people", "users");
            target.forward(rename(), "release");
            // Some code still writes both, some the new name only; foreign keys hold for the new name.
            both(target, "still dual", "users", "people");
            both(target, "dual as well", "people", "users");
            target.sql(
                    "INSERT INTO people (name) VALUES ('new only')", "INSERT INTO orders SELECT max(id) FROM people");
            assertThatThrownBy(() -> target.sql("DELETE FROM people WHERE name = 'new only'"))
                    .hasMessageContaining("orders_user_id_fkey");
            target.forward(rename(), "contract");
            assertThat(target.rows("SELECT name FROM people ORDER BY id"))
                    .containsExactly(
                            "a", "b", "c", "late too", "late", "dual", "still dual", "dual as well", "new only");
            assertThat(target.rows("SELECT count(*), count(DISTINCT entry) FROM audit"))
                    .containsExactly("9|9");
            plain.sql("ALTER TABLE users RENAME TO people");
            assertThat(target.schema()).isEqualTo(plain.schema());
        }
    }

    @Test
    void rollingBackBeforeTheReleaseLosesNothing() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS.toArray(String[]::new));
            List<String> before = target.schema();
            target.forward(rename(), "expand", "backfill");
            both(target, "dual", "people", "users");
            target.back();
            assertThat(target.schema()).isEqualTo(before);
            assertThat(target.rows("SELECT name FROM users ORDER BY id")).containsExactly("a", "b", "c", "dual");
        }
    }

    @Test
    void codeThatWritesOneTableOnlyHoldsTheRelease() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS.toArray(String[]::new));
            target.forward(rename(), "expand", "backfill");
            target.sql("INSERT INTO users (name) VALUES ('one side')");
            assertThatThrownBy(() -> target.forward(rename(), "release")).hasMessageContaining("id 4");
        }
    }

    @Test
    void statementsThatWerePreparedBeforeGoOn() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS.toArray(String[]::new));
            target.forward(rename(), "expand", "backfill");
            try (Connection app = target.another("&prepareThreshold=1");
                    PreparedStatement read = app.prepareStatement("SELECT * FROM people");
                    PreparedStatement old = app.prepareStatement("INSERT INTO users (name) VALUES (?) RETURNING id");
                    PreparedStatement fresh = app.prepareStatement(
                            "INSERT INTO people (id, name) OVERRIDING SYSTEM VALUE VALUES (?, ?) RETURNING *")) {
                for (int time = 0; time < 6; time++) {
                    if (time == 3) {
                        target.forward(rename(), "release");
                    }
                    app.setAutoCommit(false);
                    old.setString(1, "n" + time);
                    try (var made = old.executeQuery()) {
                        made.next();
                        fresh.setLong(1, made.getLong(1));
                    }
                    fresh.setString(2, "n" + time);
                    assertThat(fresh.executeQuery().next()).isTrue();
                    assertThat(read.executeQuery().next()).isTrue();
                    app.commit();
                }
            }
            assertThat(target.rows("SELECT count(*), max(id) FROM people")).containsExactly("9|9");
        }
    }
}
