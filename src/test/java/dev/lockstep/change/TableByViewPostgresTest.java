package dev.lockstep.change;

import static dev.lockstep.change.Plans.compiled;
import static dev.lockstep.change.Plans.plan;
import static dev.lockstep.change.TableBuilder.catalogue;
import static dev.lockstep.change.TableBuilder.table;
import static dev.lockstep.change.TableBuilder.users;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.fixture.Fact;
import dev.lockstep.plan.Change.RenameTable;
import dev.lockstep.plan.Change.TableRenaming;
import dev.lockstep.schema.Column.DefaultValue;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Surroundings;
import dev.lockstep.schema.Surroundings.TableGrant;
import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TableByViewPostgresTest {
    private static final String USERS =
            "CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL)";

    private static Compilation.Compiled rename(TableBuilder table) {
        TableName name = table.build().name();
        return compiled(plan(new RenameTable(name, new Identifier("people"), TableRenaming.VIEW)), catalogue(table));
    }

    /** A table with a column of every sort of default. */
    private static final String RICH = """
            CREATE TABLE users (
              id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
              email text CONSTRAINT one_email UNIQUE,
              status text NOT NULL DEFAULT 'open',
              number serial,
              at timestamptz NOT NULL DEFAULT now(),
              loud text GENERATED ALWAYS AS (upper(email)) STORED,
              CONSTRAINT known CHECK (status IN ('open', 'shut')))""";

    private static TableBuilder rich() {
        return users().column("email", "text", false)
                .column("status", "text", true, new DefaultValue.Stable("'open'::text"))
                .column("number", "integer", true, new DefaultValue.Volatile("nextval('users_number_seq'::regclass)"))
                .column("at", "timestamp with time zone", true, new DefaultValue.Stable("now()"))
                .column("loud", "text", false, new DefaultValue.Generated("upper(email)"))
                .without("name");
    }

    @Test
    @Fact("P37")
    void oldNameWorksAsTheTableDid() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(RICH);
            target.forward(rename(rich()), "expand");
            assertThat(target.rows("INSERT INTO users (email) VALUES ('a') RETURNING id, status, number, loud"))
                    .containsExactly("1|open|1|A");
            target.sql(
                    "INSERT INTO users VALUES (DEFAULT, 'b', DEFAULT, DEFAULT, DEFAULT, DEFAULT),"
                            + " (DEFAULT, 'c', 'shut', 70, DEFAULT, DEFAULT)",
                    "INSERT INTO users DEFAULT VALUES",
                    "INSERT INTO users (id, email) OVERRIDING SYSTEM VALUE VALUES (90, 'z')",
                    "INSERT INTO users (email) VALUES ('a'), ('d') ON CONFLICT (email)"
                            + " DO UPDATE SET email = EXCLUDED.email || '!'",
                    "INSERT INTO users (email) VALUES ('d') ON CONFLICT DO NOTHING",
                    "UPDATE users SET status = 'shut' WHERE email = 'b'",
                    "UPDATE users SET status = DEFAULT WHERE email = 'c'",
                    "DELETE FROM users WHERE id = 90",
                    "BEGIN; LOCK TABLE users IN ROW EXCLUSIVE MODE; COMMIT");
            assertThat(target.rows("SELECT id, email, status, number, loud FROM people ORDER BY number"))
                    .containsExactly("1|a!|open|1|A!", "2|b|shut|2|B", "4|-|open|3|-", "6|d|open|6|D", "3|c|open|70|C");
            assertThat(target.rows("SELECT count(*) FROM users u JOIN people p USING (id) WHERE u = u"))
                    .containsExactly("5");
            assertThat(target.rows("SELECT email FROM users WHERE id = 1 FOR UPDATE"))
                    .containsExactly("a!");
            assertThatThrownBy(() -> target.sql("INSERT INTO users (id) VALUES (5)"))
                    .hasMessageContaining("non-DEFAULT value");
            assertThatThrownBy(() -> target.sql("INSERT INTO users (status) VALUES ('odd')"))
                    .hasMessageContaining("known");
        }
    }

    /** What the note says, measured (P37). */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "COPY users FROM '/dev/null'",
                "COPY users TO '/dev/null'",
                "TRUNCATE users",
                "INSERT INTO users (email) VALUES ('a') ON CONFLICT ON CONSTRAINT one_email DO NOTHING",
                "MERGE INTO users u USING (SELECT 1) s ON false WHEN NOT MATCHED THEN INSERT (email) VALUES ('m')",
                "CREATE TABLE child (id bigint REFERENCES users (id))",
                "SELECT id, email, count(*) FROM users GROUP BY id",
                "SELECT ctid FROM users",
                "SELECT xmin FROM users",
                "SELECT * FROM users TABLESAMPLE system (10)"
            })
    @Fact("P37")
    void whatAViewCannotDoWorksUnderTheNewName(String statement) throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(RICH);
            target.forward(rename(rich()), "expand");
            assertThatThrownBy(() -> target.sql(statement)).isInstanceOf(SQLException.class);
            assertThatCode(() -> target.sql(statement.replaceAll("\\busers\\b", "people")))
                    .doesNotThrowAnyException();
            assertThat(target.rows(
                            "SELECT pg_get_serial_sequence('users', 'id'), pg_get_serial_sequence('people', 'id')"))
                    .containsExactly("-|public.users_id_seq");
        }
    }

    @Test
    @Fact("P38")
    void statementsThatWerePreparedBeforeGoOn() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(RICH);
            try (Connection app = target.another("&prepareThreshold=1");
                    PreparedStatement all = app.prepareStatement("SELECT * FROM users ORDER BY id");
                    PreparedStatement write =
                            app.prepareStatement("INSERT INTO users (email) VALUES (?) RETURNING *")) {
                for (String phase : List.of("", "expand", "contract")) {
                    if (!phase.isEmpty()) {
                        target.forward(rename(rich()), phase);
                    }
                    if (!phase.equals("contract")) {
                        for (int time = 0; time < 3; time++) {
                            write.setString(1, phase + time);
                            assertThat(write.executeQuery().next()).isTrue();
                            assertThat(all.executeQuery().next()).isTrue();
                        }
                    }
                }
            }
            assertThat(target.rows("SELECT count(*) FROM people")).containsExactly("6");
        }
    }

    @Test
    void newNamesStatementsSurviveTheContract() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(RICH);
            target.forward(rename(rich()), "expand");
            try (Connection app = target.another("&prepareThreshold=1");
                    PreparedStatement all = app.prepareStatement("SELECT * FROM people ORDER BY id")) {
                all.executeQuery();
                all.executeQuery();
                target.forward(rename(rich()), "contract");
                all.executeQuery();
            }
        }
    }

    @Test
    void whoMayUseTheTableMayUseTheViewAndNobodyElse() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(
                    "DROP ROLE IF EXISTS view_app, view_owner, view_stranger",
                    "CREATE ROLE view_app LOGIN",
                    "CREATE ROLE view_owner",
                    "CREATE ROLE view_stranger LOGIN",
                    "GRANT CREATE ON SCHEMA public TO view_owner",
                    "ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO view_stranger",
                    USERS,
                    "REVOKE ALL ON users FROM view_stranger",
                    "ALTER TABLE users OWNER TO view_owner",
                    "GRANT SELECT, INSERT ON users TO view_app WITH GRANT OPTION",
                    "GRANT UPDATE (name) ON users TO view_app",
                    "GRANT SELECT (id) ON users TO view_stranger");
            TableBuilder users = users().columnGrant("name", "UPDATE", "view_app", false)
                    .columnGrant("id", "SELECT", "view_stranger", false)
                    .surroundings(around -> new Surroundings(
                            new Identifier("view_owner"),
                            List.of(
                                    new TableGrant("INSERT", new Identifier("view_app"), true),
                                    new TableGrant("SELECT", new Identifier("view_app"), true)),
                            around.rowSecurity(),
                            List.of(),
                            List.of(),
                            List.of(),
                            around.identitySequences()));
            String rights = "SELECT relowner::regrole, (SELECT string_agg(g::text, ' ' ORDER BY g::text)"
                    + " FROM unnest(relacl) g WHERE g::text NOT LIKE 'view_owner=%'), (SELECT string_agg(attname || attacl::text, ' '"
                    + " ORDER BY attname) FROM pg_attribute WHERE attrelid = c.oid) FROM pg_class c WHERE relname = ";
            List<String> before = target.rows(rights + "'users'");
            target.forward(rename(users), "expand");
            assertThat(target.rows(rights + "'users'")).isEqualTo(before);
            assertThat(target.rows(rights + "'people'")).isEqualTo(before);
            try (Connection app = target.another("&user=view_app");
                    Statement statement = app.createStatement()) {
                statement.execute("INSERT INTO users (name) VALUES ('a')");
                statement.execute("UPDATE users SET name = 'b'");
                assertThatThrownBy(() -> statement.execute("DELETE FROM users"))
                        .hasMessageContaining("permission denied");
            }
            try (Connection stranger = target.another("&user=view_stranger");
                    Statement statement = stranger.createStatement()) {
                statement.execute("SELECT id FROM users");
                assertThatThrownBy(() -> statement.execute("SELECT name FROM users"))
                        .hasMessageContaining("permission denied");
            }
            target.back();
            assertThat(target.rows(rights + "'users'")).isEqualTo(before);
            target.sql(
                    "ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM view_stranger",
                    "DROP OWNED BY view_app, view_owner, view_stranger",
                    "DROP ROLE view_app, view_owner, view_stranger");
        }
    }

    @Test
    void policiesBindWhoeverUsesTheView() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(
                    "DROP ROLE IF EXISTS view_tenant",
                    "CREATE ROLE view_tenant LOGIN",
                    USERS,
                    "GRANT ALL ON users TO view_tenant",
                    "ALTER TABLE users ENABLE ROW LEVEL SECURITY",
                    "CREATE POLICY own ON users USING (name = current_user)",
                    "INSERT INTO users (name) VALUES ('view_tenant'), ('other')");
            target.forward(
                    rename(users().surroundings(around -> new Surroundings(
                            around.owner(),
                            List.of(
                                    new TableGrant("SELECT", new Identifier("view_tenant"), false),
                                    new TableGrant("INSERT", new Identifier("view_tenant"), false)),
                            new Surroundings.RowSecurity(true, false, List.of()),
                            List.of(),
                            List.of(),
                            List.of(),
                            around.identitySequences()))),
                    "expand");
            try (Connection tenant = target.another("&user=view_tenant");
                    Statement statement = tenant.createStatement()) {
                var rows = statement.executeQuery("SELECT count(*) FROM users");
                rows.next();
                assertThat(rows.getInt(1)).isEqualTo(1);
                assertThatThrownBy(() -> statement.execute("INSERT INTO users (name) VALUES ('other')"))
                        .hasMessageContaining("row-level security");
            }
            target.sql("DROP OWNED BY view_tenant", "DROP ROLE view_tenant");
        }
    }

    /** Everything that hangs on a table. */
    private static final List<String> SURROUNDED = List.of(
            RICH,
            "CREATE INDEX users_status ON users (status)",
            "CREATE TABLE child (user_id bigint REFERENCES users ON DELETE CASCADE)",
            "ALTER TABLE users ADD COLUMN boss bigint REFERENCES users",
            "CREATE VIEW shut AS SELECT id FROM users WHERE status = 'shut'",
            "CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM users",
            "CREATE PUBLICATION stream FOR TABLE users",
            "CREATE STATISTICS together ON email, status FROM users",
            "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.at := now(); RETURN NEW; END $$",
            "CREATE TRIGGER touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch()",
            "CREATE FUNCTION parsed() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM users; END",
            "INSERT INTO users (email) VALUES ('a'), ('b')",
            "INSERT INTO child VALUES (1)");

    private static TableBuilder surrounded() {
        return rich().column("boss", "bigint", false);
    }

    @Test
    void endsAsAPlainRenameWouldAndRollingBackLeavesNothing() throws SQLException {
        try (TestTarget target = new TestTarget();
                TestTarget plain = new TestTarget()) {
            target.sql(SURROUNDED.toArray(String[]::new));
            plain.sql(SURROUNDED.toArray(String[]::new));
            List<String> before = target.schema();
            target.forward(rename(surrounded()), "expand");
            target.sql("INSERT INTO users (email) VALUES ('old')", "INSERT INTO people (email) VALUES ('new')");
            target.sql("INSERT INTO child SELECT id FROM users");
            target.back();
            assertThat(target.schema()).isEqualTo(before);
            assertThat(target.rows("SELECT email FROM users ORDER BY id")).containsExactly("a", "b", "old", "new");
            target.everything(rename(surrounded()));
            target.back();
            assertThat(target.schema()).as("the view can be brought back").isEqualTo(before);
            target.everything(rename(surrounded()));
            plain.sql("ALTER TABLE users RENAME TO people");
            assertThat(target.schema()).isEqualTo(plain.schema());
            assertThat(target.rows("SELECT tablename FROM pg_publication_tables"))
                    .containsExactly("people");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "BEGIN PERFORM 1 FROM users; END",
                "BEGIN INSERT INTO public.\"users\" (name) VALUES ('x'); END",
                "BEGIN PERFORM 1 FROM child, users u WHERE u.id = 1; END",
                "DECLARE u users%ROWTYPE; BEGIN END",
                "DECLARE n public.users.name%TYPE; BEGIN END"
            })
    void contractWaitsForFunctionsThatUseTheOldName(String body) throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS, "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ " + body + " $$");
            target.forward(rename(users()), "expand");
            assertThatThrownBy(() -> target.forward(rename(users()), "contract"))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("function f()");
            target.sql("CREATE OR REPLACE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE users int;"
                    + " BEGIN PERFORM 1 FROM people, other.users; PERFORM users FROM users_old; END $$ -- users");
            target.forward(rename(users()), "contract");
        }
    }

    @Test
    void nothingIsDroppedThatSomebodyHasComeToNeed() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS);
            target.forward(rename(users()), "expand");
            target.sql("CREATE VIEW late AS SELECT id FROM users");
            assertThatThrownBy(() -> target.forward(rename(users()), "contract"))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("view late");
            target.sql("DROP VIEW late");
            target.forward(rename(users()), "contract");
        }
    }

    @Test
    void nameOfAnIndexOrATypeIsNotFree() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS, "CREATE INDEX people ON users (name)");
            assertThatThrownBy(() -> target.forward(rename(users()), "expand")).hasMessageContaining("index people");
            target.sql("DROP INDEX people", "CREATE TYPE people AS ENUM ('x')");
            assertThatThrownBy(() -> target.forward(rename(users()), "expand")).hasMessageContaining("type people");
        }
    }

    @Test
    void partitionedAndOddlyNamedTablesWork() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(
                    "CREATE SCHEMA \"Odd.schema\"",
                    "CREATE TABLE \"Odd.schema\".\"select \"\"x\"\"\" (\"Mixed Case\" int PRIMARY KEY) PARTITION BY RANGE"
                            + " (\"Mixed Case\")",
                    "CREATE TABLE \"Odd.schema\".part PARTITION OF \"Odd.schema\".\"select \"\"x\"\"\" FOR VALUES FROM (0) TO (9)");
            TableBuilder odd = table("\"Odd.schema\".\"select \"\"x\"\"\"")
                    .column("Mixed Case", "integer", true)
                    .kind(dev.lockstep.schema.Table.Kind.PARTITIONED);
            target.forward(rename(odd), "expand");
            target.sql(
                    "INSERT INTO \"Odd.schema\".\"select \"\"x\"\"\" VALUES (1) ON CONFLICT (\"Mixed Case\") DO NOTHING");
            target.back();
            target.everything(rename(odd));
            assertThat(target.rows("SELECT * FROM \"Odd.schema\".people")).containsExactly("1");
        }
    }
}
