package dev.lockstep.lint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatementsTest {
    /** users.name, while teams has a name as well and orders has none. */
    private static final Subject NAME = new Subject(
            TableName.parse("users"), Optional.of(new Identifier("name")), Set.of(TableName.parse("teams")));

    private static final Subject USERS = new Subject(TableName.parse("users"), Optional.empty(), Set.of());

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT name FROM users",
                "SELECT u.name FROM users u WHERE id = $1",
                "SELECT users.name FROM public.users",
                "SELECT public.users.name FROM public.users",
                "SELECT * FROM users",
                "SELECT o.id, u.* FROM orders o JOIN users u ON u.id = o.user_id",
                "SELECT u FROM users u",
                "SELECT row_to_json(users) FROM users",
                "SELECT (u).name FROM users u",
                "SELECT id FROM users WHERE lower(name) = $1",
                "SELECT id FROM users ORDER BY name DESC",
                "SELECT count(*) FROM users GROUP BY name",
                "SELECT id FROM users WHERE (name, id) > ($1, $2) LIMIT $3",
                "SELECT id FROM orders WHERE user_id IN (SELECT id FROM users WHERE name = $1)",
                "SELECT id, (SELECT name FROM users u WHERE u.id = o.user_id) FROM orders o",
                "SELECT id FROM users u WHERE EXISTS (SELECT FROM orders o WHERE o.note = u.name)",
                "SELECT id FROM users WHERE EXISTS (SELECT FROM orders WHERE note = name)",
                "WITH x AS (SELECT name FROM users) SELECT 1 FROM x",
                "WITH RECURSIVE t AS (SELECT id FROM users WHERE name = 'a' UNION ALL SELECT id FROM t) SELECT * FROM t",
                "SELECT x.name FROM (SELECT * FROM users) x",
                "SELECT 1 FROM orders, LATERAL (SELECT name FROM users WHERE id = user_id) x",
                "SELECT id FROM orders UNION SELECT length(name) FROM users",
                "SELECT id FROM users JOIN teams USING (name)",
                "SELECT 1 FROM users NATURAL JOIN teams",
                "SELECT id FROM users, unnest(string_to_array(name, ' ')) AS part",
                "SELECT max(name) OVER w FROM users WINDOW w AS (PARTITION BY id)",
                "INSERT INTO users VALUES ($1, $2)",
                "INSERT INTO users (id, name) VALUES ($1, $2)",
                "INSERT INTO users (id) VALUES ($1) RETURNING *",
                "INSERT INTO users (id) VALUES ($1) RETURNING name",
                "INSERT INTO users (id) VALUES ($1) ON CONFLICT (name) DO NOTHING",
                "INSERT INTO users (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET name = $2",
                "INSERT INTO users (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET mail = excluded.name",
                "INSERT INTO orders (note) SELECT name FROM users",
                "UPDATE users SET name = $1 WHERE id = $2",
                "UPDATE users SET (mail, name) = ($1, $2)",
                "UPDATE users u SET mail = u.name",
                "UPDATE orders SET note = u.name FROM users u WHERE u.id = user_id",
                "UPDATE users SET mail = $1 WHERE name = $2",
                "DELETE FROM users WHERE name = $1",
                "DELETE FROM orders USING users WHERE note = users.name",
                "MERGE INTO users u USING orders o ON o.user_id = u.id WHEN MATCHED THEN UPDATE SET name = o.note",
                "MERGE INTO users u USING orders o ON o.user_id = u.id WHEN NOT MATCHED THEN INSERT VALUES (1, 'a')",
                "COPY users TO STDOUT",
                "COPY public.users (id, name) FROM STDIN",
                "COPY (SELECT name FROM users) TO STDOUT",
                "CREATE INDEX ON users (name)",
                "CREATE INDEX ON users (lower(name))",
                "ALTER TABLE users ALTER COLUMN name SET NOT NULL",
                "CREATE VIEW v AS SELECT name FROM users",
                "PREPARE p AS SELECT name FROM users",
                "EXPLAIN SELECT name FROM users",
                "DECLARE c CURSOR FOR SELECT name FROM users",
                "CREATE TABLE copy AS SELECT * FROM users",
                "SELECT date $1, interval $2, name FROM users WHERE id IN ($3 /*, ... */)",
                "SELECT 1; SELECT name FROM users"
            })
    void seesTheColumn(String sql) {
        assertThat(Statements.usage(sql, NAME)).as(sql).isInstanceOf(Usage.Mentions.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT id FROM users",
                "SELECT count(*) FROM users",
                "SELECT full_name FROM users WHERE id = $1",
                "SELECT 'name' FROM users",
                "SELECT id AS name FROM users",
                "SELECT lower(mail) AS name FROM users ORDER BY name",
                "SELECT teams.name FROM users JOIN teams ON teams.id = users.team",
                "SELECT t.name FROM users u JOIN teams t ON t.id = u.team",
                "SELECT name FROM teams",
                "SELECT id FROM users WHERE team IN (SELECT id FROM teams WHERE name = $1)",
                "SELECT id FROM users WHERE EXISTS (SELECT FROM (SELECT note AS name FROM orders) o WHERE name = 'x')",
                "SELECT name FROM archive.users",
                "WITH users AS (SELECT 1 AS name) SELECT name FROM users",
                "SELECT x.name FROM (SELECT id AS name FROM users) x",
                "SELECT o.* FROM orders o JOIN users u ON u.id = o.user_id",
                "INSERT INTO users (id, full_name) VALUES ($1, $2)",
                "INSERT INTO users DEFAULT VALUES",
                "INSERT INTO teams (name) SELECT full_name FROM users",
                "UPDATE users SET full_name = $1 WHERE id = $2 RETURNING id",
                "UPDATE teams SET name = $1",
                "DELETE FROM users WHERE id = $1",
                "COPY users (id, full_name) TO STDOUT",
                "COPY teams (name) FROM STDIN",
                "CREATE INDEX ON users (full_name)",
                "VACUUM users",
                "BEGIN",
                "SET x TO $1",
                "SELECT \"Name\" FROM users",
                "SELECT name FROM \"Users\""
            })
    void doesNotMistakeAnotherThingForTheColumn(String sql) {
        assertThat(Statements.usage(sql, NAME)).as(sql).isEqualTo(new Usage.DoesNot());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1 FROM users",
                "SELECT id FROM orders WHERE user_id IN (SELECT id FROM public.users)",
                "DELETE FROM users",
                "TRUNCATE users",
                "LOCK TABLE public.users",
                "DROP TABLE users",
                "INSERT INTO orders SELECT 1 FROM users",
                "ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users"
            })
    void seesTheTable(String sql) {
        assertThat(Statements.usage(sql, USERS)).as(sql).isInstanceOf(Usage.Mentions.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT users FROM orders",
                "SELECT 1 FROM archive.users",
                "WITH users AS (SELECT 1) SELECT * FROM users",
                "SELECT 1 FROM orders AS users",
                "SELECT 'users'"
            })
    void doesNotMistakeAnotherThingForTheTable(String sql) {
        assertThat(Statements.usage(sql, USERS)).as(sql).isEqualTo(new Usage.DoesNot());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT name FROM users WHERE note = 'cut off in the mid",
                "SELEC name FROM users",
                "<insufficient privilege>",
                "DO $$BEGIN PERFORM name FROM users; END$$",
                "SELECT \0"
            })
    void saysWhatItCannotRead(String sql) {
        assertThat(Statements.usage(sql, NAME)).as(sql).isInstanceOf(Usage.Unreadable.class);
    }

    @Test
    void readsOnAfterASyntaxError() {
        for (int round = 0; round < 3; round++) {
            assertThat(Statements.usage("SELECT FROM FROM", NAME)).isInstanceOf(Usage.Unreadable.class);
            assertThat(Statements.usage("SELECT id FROM users", NAME)).isEqualTo(new Usage.DoesNot());
        }
    }

    @Test
    void foldsAndQuotesAsTheServerDoes() {
        Subject odd = new Subject(
                new TableName(new Identifier("Odd.schema"), new Identifier("größe \"x\"")),
                Optional.of(new Identifier("Größe")),
                Set.of());
        assertThat(Statements.usage("SELECT \"Größe\" FROM \"Odd.schema\".\"größe \"\"x\"\"\"", odd))
                .isInstanceOf(Usage.Mentions.class);
        assertThat(Statements.usage("SELECT größe FROM \"Odd.schema\".\"größe \"\"x\"\"\"", odd))
                .isEqualTo(new Usage.DoesNot());
        assertThat(Statements.usage("SELECT NAME FROM USERS", NAME)).isInstanceOf(Usage.Mentions.class);
    }
}
