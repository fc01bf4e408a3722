package dev.lockstep.change;

import static dev.lockstep.change.Plans.plan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.plan.Change.AddColumn;
import dev.lockstep.plan.Lookup;
import dev.lockstep.plan.Lookup.Match;
import dev.lockstep.plan.Lookup.Missing;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LookupFillPostgresTest {
    private TestTarget target;

    @BeforeEach
    void tables() throws SQLException {
        target = new TestTarget();
        target.sql(
                "CREATE TABLE countries (id int PRIMARY KEY, code text UNIQUE, name text, continent text)",
                "INSERT INTO countries VALUES (1, 'DE', 'Germany', 'Europe'), (2, 'JP', 'Japan', 'Asia'),"
                        + " (3, 'XX', NULL, NULL)",
                "CREATE TABLE users (id int PRIMARY KEY, country_id int, name text)",
                "INSERT INTO users SELECT n, CASE n % 4 WHEN 0 THEN NULL ELSE n % 4 END, 'user ' || n"
                        + " FROM generate_series(1, 12) AS n");
    }

    @AfterEach
    void close() throws SQLException {
        target.close();
    }

    private static Identifier id(String name) {
        return new Identifier(name);
    }

    private static Lookup lookup(Missing missing, String own, String other) {
        return new Lookup(TableName.parse("countries"), List.of(new Match(id(own), id(other))), id("name"), missing);
    }

    private static PlanSpec spec(Lookup lookup, boolean nullable, Optional<String> given) {
        return plan(new AddColumn(
                TableName.parse("users"),
                id("country_name"),
                "varchar(50)",
                nullable,
                given,
                Optional.empty(),
                Optional.empty(),
                Optional.of(lookup)));
    }

    private List<String> names() throws SQLException {
        return target.rows("SELECT DISTINCT country_id, country_name FROM users ORDER BY 1, 2");
    }

    @Test
    void rowsThatExistAndRowsThatOldCodeWritesGetWhatTheOtherTableHas() throws SQLException {
        var plan = target.compiled(spec(lookup(Missing.NULL, "country_id", "id"), true, Optional.empty()));
        assertThat(plan.notes())
                .anyMatch(note -> note.contains("not followed") && note.contains("grant them SELECT on it"));
        target.forward(plan, "expand");
        // Old code: the trigger looks it up in the same words, for a key that is not found as well.
        target.sql("INSERT INTO users VALUES (100, 2, 'new'), (101, 99, 'nowhere')");
        assertThat(target.rows("SELECT id, country_name FROM users WHERE id >= 100 ORDER BY id"))
                .containsExactly("100|Japan", "101|-");
        target.forward(plan, "backfill");
        assertThat(names()).containsExactly("1|Germany", "2|Japan", "3|-", "99|-", "-|-");
        target.back();
        assertThat(target.schema()).noneMatch(line -> line.contains("country_name"));
        target.everything(target.compiled(spec(lookup(Missing.NULL, "country_id", "id"), true, Optional.empty())));
        assertThat(names()).containsExactly("1|Germany", "2|Japan", "3|-", "99|-", "-|-");
    }

    @Test
    void whereNothingIsFoundTheDefaultStandsIn() throws SQLException {
        target.everything(
                target.compiled(spec(lookup(Missing.DEFAULT, "country_id", "id"), false, Optional.of("'unknown'"))));
        assertThat(names()).containsExactly("1|Germany", "2|Japan", "3|unknown", "-|unknown");
    }

    @Test
    void holdsBeforeAnythingIsWrittenWhileARowFindsNothing() throws SQLException {
        var plan = target.compiled(spec(lookup(Missing.HOLD, "country_id", "id"), true, Optional.empty()));
        assertThatThrownBy(() -> target.forward(plan, "expand"))
                .hasMessageContaining("id 4")
                .hasMessageContaining("finds its country_name in countries");
        assertThat(target.schema()).noneMatch(line -> line.contains("country_name"));
        target.sql("UPDATE users SET country_id = 1 WHERE country_id IS NULL");
        target.forward(plan, "expand", "backfill");
        // Written since by code that does not know the column: the trigger fails no write, the contract holds.
        target.sql("INSERT INTO users VALUES (100, 99, 'nowhere')");
        assertThatThrownBy(() -> target.forward(plan, "contract")).hasMessageContaining("id 100");
        target.sql("UPDATE users SET country_id = 2 WHERE id = 100");
        target.forward(plan, "contract");
        assertThat(target.rows("SELECT country_name FROM users WHERE id = 100")).containsExactly("Japan");
    }

    @Test
    void aJoinThatCouldFindSeveralRowsIsRefused() throws SQLException {
        assertThat(target.refusals(spec(lookup(Missing.NULL, "name", "name"), true, Optional.empty())))
                .anyMatch(refusal -> refusal.startsWith("spec.changes[0].addColumn.fill.from.on")
                        && refusal.contains("could find several values"));
        target.sql("ALTER TABLE countries DROP CONSTRAINT countries_code_key");
        target.sql("ALTER TABLE countries ADD UNIQUE (code) DEFERRABLE");
        assertThat(target.refusals(spec(lookup(Missing.NULL, "name", "code"), true, Optional.empty())))
                .anyMatch(refusal -> refusal.contains("could find several values"));
    }

    @Test
    void whatDoesNotFitIsRefusedWithItsPlace() throws SQLException {
        assertThat(target.refusals(spec(lookup(Missing.NULL, "nowhere", "id"), false, Optional.empty())))
                .anyMatch(refusal -> refusal.startsWith("spec.changes[0].addColumn.fill.from.missing"))
                .anyMatch(refusal -> refusal.contains("has no column nowhere"));
        assertThat(target.refusals(spec(lookup(Missing.DEFAULT, "country_id", "id"), true, Optional.empty())))
                .anyMatch(refusal -> refusal.contains("Says Default, but the column has none"));
    }

    @Test
    void aRowOfTheOtherTableThatChangesMeanwhileIsCountedBeforeTheContract() throws SQLException {
        var plan = target.compiled(spec(lookup(Missing.NULL, "country_id", "id"), true, Optional.empty()));
        target.forward(plan, "expand", "backfill");
        target.sql("UPDATE countries SET name = 'Nippon' WHERE id = 2");
        target.forward(plan, "contract");
        assertThat(target.notes()).anyMatch(note -> note.contains("Not of 3 rows") && note.contains("has now"));
        assertThat(names()).contains("2|Japan");
    }

    @Test
    void everyPartitionLooksUpByItsOwnRows() throws SQLException {
        target.sql("DROP TABLE users");
        target.sql("CREATE TABLE users (id int, country_id int, name text) PARTITION BY RANGE (id)");
        target.sql("CREATE TABLE users_1 PARTITION OF users FOR VALUES FROM (0) TO (10)");
        target.sql("CREATE TABLE users_2 PARTITION OF users FOR VALUES FROM (10) TO (100)");
        target.sql("INSERT INTO users SELECT n, 1 + n % 2, 'x' FROM generate_series(1, 20) AS n");
        target.everything(target.compiled(spec(lookup(Missing.NULL, "country_id", "id"), true, Optional.empty())));
        assertThat(names()).containsExactly("1|Germany", "2|Japan");
    }

    @Test
    void theTableMayLookIntoItself() throws SQLException {
        target.sql("ALTER TABLE users ADD manager_id int; UPDATE users SET manager_id = 1 WHERE id > 1");
        Lookup boss = new Lookup(
                TableName.parse("users"), List.of(new Match(id("manager_id"), id("id"))), id("name"), Missing.NULL);
        target.everything(target.compiled(spec(boss, true, Optional.empty())));
        assertThat(target.rows("SELECT DISTINCT country_name FROM users ORDER BY 1"))
                .containsExactly("user 1", "-");
    }
}
