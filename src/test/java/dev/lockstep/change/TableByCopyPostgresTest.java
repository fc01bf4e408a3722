package dev.lockstep.change;

import static dev.lockstep.change.Plans.compiled;
import static dev.lockstep.change.Plans.plan;
import static dev.lockstep.change.TableBuilder.catalogue;
import static dev.lockstep.change.TableBuilder.plain;
import static dev.lockstep.change.TableBuilder.table;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.fixture.Fact;
import dev.lockstep.plan.Change.RenameTable;
import dev.lockstep.plan.Change.TableRenaming;
import dev.lockstep.schema.Column.DefaultValue;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Surroundings;
import dev.lockstep.schema.Surroundings.Policy;
import dev.lockstep.schema.Surroundings.TableGrant;
import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Phaser;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TableByCopyPostgresTest {
    private static final String USERS = "CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
            + " email text UNIQUE, name text NOT NULL DEFAULT 'anon', loud text GENERATED ALWAYS AS (upper(name)) STORED)";

    private static final String BOTH = "SELECT coalesce(u.id, p.id), u.email, u.name, u.loud, u.id IS NOT NULL AND"
            + " p.id IS NOT NULL AND NOT record_image_ne(u, p) FROM users u FULL JOIN people p USING (id) ORDER BY 1";

    static TableBuilder accounts() {
        return table("users")
                .key()
                .column("email", "text", false)
                .column("name", "text", true, new DefaultValue.Stable("'anon'::text"))
                .column("loud", "text", false, new DefaultValue.Generated("upper(name)"))
                .index(plain("users_email_key", true, "email"), "UNIQUE (email)")
                .surroundings(around -> sequences(around, Map.of("id", "users_id_seq")));
    }

    private static Surroundings sequences(Surroundings around, Map<String, String> byColumn) {
        Map<Identifier, TableName> sequences = new java.util.HashMap<>();
        byColumn.forEach((column, sequence) -> sequences.put(new Identifier(column), TableName.parse(sequence)));
        return new Surroundings(
                around.owner(),
                around.grants(),
                around.rowSecurity(),
                around.publications(),
                around.rowFunctions(),
                around.rules(),
                sequences);
    }

    static Compilation.Compiled rename(TableBuilder table) {
        return compiled(
                plan(new RenameTable(table.build().name(), new Identifier("people"), TableRenaming.COPY)),
                catalogue(table));
    }

    @Test
    void whatIsWrittenUnderEitherNameIsThereUnderBoth() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS, "INSERT INTO users (email) VALUES ('before'), (NULL)");
            target.forward(rename(accounts()), "expand", "backfill");
            assertThat(target.rows("INSERT INTO people (email) VALUES ('new') RETURNING id, email, name, loud"))
                    .containsExactly("3|new|anon|ANON");
            target.sql(
                    "INSERT INTO users (email, name) VALUES ('old', 'o'), (NULL, 'n')",
                    "INSERT INTO people (email, name) SELECT 'n' || i, 'x' FROM generate_series(1, 2) i",
                    "UPDATE users SET name = 'changed', email = NULL WHERE id = 1",
                    "UPDATE people SET email = NULL, name = 'too' WHERE id = 3",
                    "UPDATE people SET name = name || '!' WHERE id IN (4, 6)",
                    "DELETE FROM users WHERE id = 5",
                    "DELETE FROM people WHERE id = 7",
                    "INSERT INTO people (id, email) OVERRIDING SYSTEM VALUE VALUES (50, 'given')");
            assertThat(target.rows(BOTH))
                    .containsExactly(
                            "1|-|changed|CHANGED|t",
                            "2|-|anon|ANON|t",
                            "3|-|too|TOO|t",
                            "4|old|o!|O!|t",
                            "6|n1|x!|X!|t",
                            "50|given|anon|ANON|t");
            assertThatThrownBy(() -> target.sql("UPDATE people SET id = 99 WHERE id = 1"))
                    .hasMessageContaining("can only be updated to DEFAULT");
            assertThatThrownBy(() -> target.sql("INSERT INTO people (email) VALUES ('old')"))
                    .hasMessageContaining("duplicate key");
            assertThatThrownBy(() -> target.sql("UPDATE people SET email = 'old' WHERE id = 1"))
                    .hasMessageContaining("duplicate key");
            assertThat(target.rows(BOTH)).hasSize(6).allMatch(row -> row.endsWith("t"));
        }
    }

    @Test
    @Fact("P20")
    void upsertsCopyAndTruncateWorkUnderBothNames() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS, "INSERT INTO users (email) VALUES ('a')");
            target.forward(rename(accounts()), "expand", "backfill");
            target.sql(
                    "INSERT INTO people (email, name) VALUES ('a', 'x'), ('b', 'y') ON CONFLICT (email)"
                            + " DO UPDATE SET name = EXCLUDED.name || people.name",
                    "INSERT INTO users (email, name) VALUES ('b', 'z'), ('c', 'z') ON CONFLICT (email)"
                            + " DO UPDATE SET name = EXCLUDED.name || users.name",
                    "INSERT INTO people (email) VALUES ('c'), ('d') ON CONFLICT DO NOTHING",
                    "COPY people (email) FROM PROGRAM 'echo e'",
                    "COPY users (email) FROM PROGRAM 'echo f'");
            assertThat(target.rows("SELECT email, name FROM people ORDER BY email"))
                    .containsExactly("a|xanon", "b|zy", "c|z", "d|anon", "e|anon", "f|anon");
            assertThat(target.rows(BOTH)).allMatch(row -> row.endsWith("t"));
            target.sql("TRUNCATE people");
            assertThat(target.rows(BOTH)).isEmpty();
            target.sql("INSERT INTO people (email) VALUES ('g')", "TRUNCATE users");
            assertThat(target.rows(BOTH)).isEmpty();
            target.sql("INSERT INTO users (email) VALUES ('h')");
            assertThat(target.rows(BOTH)).hasSize(1);
        }
    }

    @Test
    @Fact("P36")
    void everyColumnOfTheKeyCountsAndKeysMayChange() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(
                    "CREATE TABLE users (tenant int, id int, name text, PRIMARY KEY (tenant, id))",
                    "INSERT INTO users VALUES (1, 1, 'a'), (1, 2, 'b'), (2, 1, NULL)");
            TableBuilder composite = table("users")
                    .column("tenant", "integer", true)
                    .column("id", "integer", true)
                    .column("name", "text", false)
                    .index(plain("users_pkey", true, "tenant", "id"), "PRIMARY KEY (tenant, id)");
            target.forward(rename(composite), "expand");
            target.sql(
                    "UPDATE users SET name = 'early' WHERE tenant = 1 AND id = 2",
                    "UPDATE users SET id = 9 WHERE tenant = 2",
                    "DELETE FROM users WHERE tenant = 1 AND id = 1");
            target.forward(rename(composite), "backfill");
            target.sql(
                    "UPDATE people SET tenant = 7, id = 7 WHERE id = 9",
                    "UPDATE users SET id = id + 1, name = NULL WHERE tenant = 1",
                    "INSERT INTO people VALUES (1, 1, 'again')");
            assertThat(target.rows("SELECT * FROM users ORDER BY 1, 2"))
                    .containsExactly("1|1|again", "1|3|-", "7|7|-")
                    .isEqualTo(target.rows("SELECT * FROM people ORDER BY 1, 2"));
            target.forward(rename(composite), "contract");
        }
    }

    private static final String TRIGGERS = """
            CREATE TABLE audit (entry text);
            CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$
              BEGIN NEW.name := NEW.name || '!'; RETURN NEW; END $$;
            CREATE TRIGGER zz_shout BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION shout();
            CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql AS $$
              BEGIN INSERT INTO audit VALUES (TG_OP || coalesce(NEW.name, OLD.name)); RETURN NULL; END $$;
            CREATE TRIGGER "~~log" AFTER INSERT OR UPDATE OR DELETE ON users FOR EACH ROW EXECUTE FUNCTION log();
            CREATE FUNCTION sibling() RETURNS trigger LANGUAGE plpgsql AS $$
              BEGIN
                UPDATE users SET email = 'seen ' || id WHERE id = NEW.id AND email IS NULL;
                UPDATE users SET email = 'sibling of ' || NEW.id WHERE id = NEW.id - 1;
                RETURN NULL;
              END $$;
            CREATE TRIGGER sibling AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION sibling();
            CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$
              BEGIN IF OLD.name LIKE 'keep%' THEN RETURN NULL; END IF;
                IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$;
            CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON users FOR EACH ROW EXECUTE FUNCTION keep();
            """;

    /** Among them one that fires after ours, one that writes the same row again and one that writes another row (P18). */
    @Test
    @Fact("P22")
    void triggersOfTheTableFireOnceForEachWriteAndHaveTheLastWord() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS, "INSERT INTO users (name) VALUES ('first')", TRIGGERS);
            target.forward(
                    rename(accounts().trigger("zz_shout", true, "").trigger("~~log", false, "")), "expand", "backfill");
            assertThat(target.rows("INSERT INTO people (name) VALUES ('new') RETURNING name, email"))
                    .containsExactly("new!!|seen 2");
            assertThat(target.rows("SELECT entry FROM audit"))
                    .containsExactly("UPDATEnew!!", "UPDATEfirst!", "INSERTnew!");
            target.sql(
                    "INSERT INTO users (name) VALUES ('keep')",
                    "INSERT INTO people (name, email) VALUES ('last', 'x')");
            target.sql(
                    "DELETE FROM people WHERE name LIKE 'keep%'",
                    "UPDATE people SET name = 'lost' WHERE name LIKE 'keep%'",
                    "UPDATE people SET name = 'b' WHERE id = 1",
                    "DELETE FROM people WHERE id = 2");
            assertThat(target.rows(BOTH))
                    .allMatch(row -> row.endsWith("t"))
                    .extracting(row -> row.split("\\|", -1)[2])
                    .containsExactly("b!", "keep!", "last!");
            assertThat(target.rows("SELECT entry FROM audit WHERE entry LIKE 'DELETE%'"))
                    .containsExactly("DELETEnew!!!");
        }
    }

    @Test
    void foreignKeysHoldUnderBothNames() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(
                    "CREATE TABLE teams (id int PRIMARY KEY)",
                    "INSERT INTO teams VALUES (1), (2)",
                    USERS.replace(
                            "name text",
                            "team int REFERENCES teams ON DELETE CASCADE, boss bigint REFERENCES users"
                                    + " ON DELETE CASCADE, name text"),
                    "CREATE TABLE orders (id int PRIMARY KEY, user_id bigint REFERENCES users)",
                    "INSERT INTO users (team) VALUES (1), (1), (2)",
                    "INSERT INTO orders VALUES (1, 3)");
            TableBuilder tied = accounts().column("team", "integer", false).column("boss", "bigint", false);
            target.forward(rename(tied), "expand", "backfill");
            assertThatThrownBy(() -> target.sql("DELETE FROM people WHERE id = 3"))
                    .hasMessageContaining("orders_user_id_fkey");
            assertThatThrownBy(() -> target.sql("INSERT INTO people (team) VALUES (9)"))
                    .hasMessageContaining("users_team_fkey");
            target.sql(
                    "INSERT INTO people (team, boss) VALUES (2, 3)",
                    "INSERT INTO orders VALUES (2, (SELECT max(id) FROM people))",
                    "DELETE FROM orders",
                    "DELETE FROM teams WHERE id = 1");
            assertThat(target.rows("SELECT id FROM people")).containsExactly("3", "5");
            target.sql("DELETE FROM people WHERE id IN (3, 5)");
            assertThat(target.rows(BOTH)).isEmpty();
            target.forward(rename(tied), "contract");
            target.sql("INSERT INTO people (team) VALUES (2)", "INSERT INTO orders SELECT 7, id FROM people");
        }
    }

    @Test
    void sessionInReplicaRoleAndAnyDepthOfTransactionsKeepThemEqual() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS);
            target.forward(rename(accounts()), "expand", "backfill");
            target.sql(
                    "BEGIN; SAVEPOINT one; INSERT INTO people (email) VALUES ('gone'); ROLLBACK TO one;"
                            + " INSERT INTO people (email) VALUES ('kept'); INSERT INTO users (email) VALUES ('kept too'); COMMIT",
                    "DO $$ BEGIN INSERT INTO people (email) VALUES ('x'), ('kept'); EXCEPTION WHEN unique_violation THEN"
                            + " INSERT INTO users (email) VALUES ('y'); END $$",
                    "SET session_replication_role = replica",
                    "INSERT INTO users (email) VALUES ('r')",
                    "INSERT INTO people (email) VALUES ('s')",
                    "UPDATE people SET email = 't' WHERE email = 'r'",
                    "RESET session_replication_role");
            assertThat(target.rows("SELECT email FROM people ORDER BY 1"))
                    .containsExactly("kept", "kept too", "s", "t", "y");
            assertThat(target.rows(BOTH)).allMatch(row -> row.endsWith("t"));
        }
    }

    @Test
    void rolesCanDoUnderTheNewNameWhatTheyCouldDoAndNoMore() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(
                    "DROP ROLE IF EXISTS copy_app, copy_owner",
                    "CREATE ROLE copy_app LOGIN",
                    "CREATE ROLE copy_owner",
                    "GRANT CREATE ON SCHEMA public TO copy_owner",
                    USERS,
                    "CREATE TABLE tenants (who name)",
                    "GRANT SELECT ON tenants TO copy_app",
                    "INSERT INTO tenants VALUES ('mine')",
                    "ALTER TABLE users OWNER TO copy_owner",
                    "ALTER TABLE users ENABLE ROW LEVEL SECURITY",
                    "CREATE POLICY own ON users TO copy_app USING (EXISTS (SELECT FROM tenants t WHERE t.who = users.name))",
                    "GRANT INSERT ON users TO copy_app",
                    "GRANT SELECT (id, name), UPDATE (email) ON users TO copy_app",
                    "INSERT INTO users (name) VALUES ('mine'), ('theirs')",
                    "REVOKE ALL ON SCHEMA lockstep FROM PUBLIC");
            TableBuilder secured = accounts()
                    .columnGrant("email", "UPDATE", "copy_app", false)
                    .columnGrant("id", "SELECT", "copy_app", false)
                    .columnGrant("name", "SELECT", "copy_app", false)
                    .surroundings(around -> new Surroundings(
                            new Identifier("copy_owner"),
                            List.of(new TableGrant("INSERT", new Identifier("copy_app"), false)),
                            new Surroundings.RowSecurity(
                                    true,
                                    false,
                                    List.of(new Policy(
                                            new Identifier("own"),
                                            true,
                                            "ALL",
                                            List.of(new Identifier("copy_app")),
                                            Optional.of(
                                                    "(EXISTS ( SELECT FROM public.tenants t WHERE (t.who = users.name)))"),
                                            Optional.empty()))),
                            List.of(),
                            List.of(),
                            List.of(),
                            around.identitySequences()));
            target.forward(rename(secured), "expand", "backfill");
            try (Connection app = target.another("&user=copy_app");
                    Statement statement = app.createStatement()) {
                statement.execute("SET search_path = ''");
                for (String table : List.of("public.users", "public.people")) {
                    statement.execute("INSERT INTO " + table + " (name) VALUES ('mine')");
                    statement.execute("UPDATE " + table + " SET email = '" + table + "' WHERE id = 1");
                    assertThat(statement.executeUpdate("UPDATE " + table + " SET email = 'no' WHERE id = 2"))
                            .isZero();
                    assertThatThrownBy(() -> statement.execute("INSERT INTO " + table + " (name) VALUES ('theirs')"))
                            .hasMessageContaining("row-level security");
                    assertThatThrownBy(() -> statement.execute("SELECT email FROM " + table))
                            .hasMessageContaining("permission denied");
                    assertThatThrownBy(() -> statement.execute("DELETE FROM " + table))
                            .hasMessageContaining("permission denied");
                }
            }
            assertThat(target.rows(BOTH)).hasSize(4).allMatch(row -> row.endsWith("t"));
            target.forward(rename(secured), "contract");
            assertThat(target.rows("SELECT relowner::regrole, relrowsecurity FROM pg_class WHERE relname = 'people'"))
                    .containsExactly("copy_owner|t");
            target.sql("DROP OWNED BY copy_app, copy_owner", "DROP ROLE copy_app, copy_owner");
        }
    }

    @Test
    @Fact("P34")
    void endsAsAPlainRenameWouldAndRollingBackLeavesNothing() throws SQLException {
        List<String> rich = List.of(
                USERS,
                "ALTER TABLE users ADD COLUMN number serial, ADD CONSTRAINT named CHECK (name <> '') NOT VALID",
                "CREATE INDEX users_name ON users (name)",
                "CREATE INDEX users_lower ON users (lower(name)) WHERE id > 0",
                "CREATE TABLE orders (user_id bigint REFERENCES users)",
                "CREATE VIEW named_users AS SELECT id, name FROM users",
                "CREATE STATISTICS together ON email, name FROM users",
                "CREATE PUBLICATION copied FOR TABLE users",
                "COMMENT ON TABLE users IS 'who they are'",
                "INSERT INTO users (email) VALUES ('a'), ('b')");
        TableBuilder table = accounts()
                .column("number", "integer", true, new DefaultValue.Volatile("nextval('users_number_seq'::regclass)"))
                .index(plain("users_name", false, "name"));
        try (TestTarget target = new TestTarget();
                TestTarget plain = new TestTarget()) {
            target.sql(rich.toArray(String[]::new));
            plain.sql(rich.toArray(String[]::new));
            List<String> before = target.schema();
            target.forward(rename(table), "expand", "backfill");
            target.sql("INSERT INTO users (email) VALUES ('old')", "INSERT INTO people (email) VALUES ('new')");
            target.back();
            assertThat(target.schema()).isEqualTo(before);
            assertThat(target.rows("SELECT email, number FROM users ORDER BY id"))
                    .containsExactly("a|1", "b|2", "old|3", "new|4");
            target.everything(rename(table));
            plain.sql("ALTER TABLE users RENAME TO people");
            assertThat(target.schema()).isEqualTo(plain.schema());
            assertThat(target.rows("SELECT obj_description('people'::regclass), (SELECT count(*) FROM people),"
                            + " (SELECT tablename FROM pg_publication_tables), (SELECT count(*) FROM pg_namespace"
                            + " WHERE nspname LIKE 'lockstep_twin%')"))
                    .containsExactly("who they are|4|people|0");
        }
    }

    @Test
    void statementsThatWerePreparedBeforeGoOn() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS);
            target.forward(rename(accounts()), "expand", "backfill");
            try (Connection app = target.another("&prepareThreshold=1");
                    PreparedStatement all = app.prepareStatement("SELECT * FROM people");
                    PreparedStatement write =
                            app.prepareStatement("INSERT INTO people (email) VALUES (?) RETURNING *")) {
                for (int time = 0; time < 6; time++) {
                    if (time == 3) {
                        target.forward(rename(accounts()), "contract");
                    }
                    write.setString(1, "e" + time);
                    assertThat(write.executeQuery().next()).isTrue();
                    assertThat(all.executeQuery().next()).isTrue();
                }
            }
            assertThat(target.rows("SELECT count(*), max(id) FROM people")).containsExactly("6|6");
        }
    }

    /** Under either name a new row goes to the original first, so its key is fought for in one place only. */
    @Test
    void sessionsThatUpsertTheSameNewKeyUnderBothNamesDoNotDeadlock() throws Exception {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS);
            target.forward(rename(accounts()), "expand", "backfill");
            String upsert = "INSERT INTO %s (email, name) VALUES ('same %d', 'x') ON CONFLICT (email)"
                    + " DO UPDATE SET name = EXCLUDED.name || '!'";
            CompletableFuture<Void> old = CompletableFuture.runAsync(() -> writeAll(target, upsert, "users"));
            writeAll(target, upsert, "people");
            old.get();
            assertThat(target.rows(BOTH)).hasSize(200).allMatch(row -> row.endsWith("t"));
        }
    }

    /** The server meets a row that another session has just begun to insert at whichever unique index comes first. */
    @Test
    void aRowThatIsCopiedAndWrittenAtTheSameMomentIsNoDuplicate() throws Exception {
        TableBuilder byName = table("users")
                .column("email", "text", false)
                .index(plain("users_email_key", true, "email"), "UNIQUE (email)")
                .key()
                .column("name", "text", true, new DefaultValue.Stable("'anon'::text"))
                .column("loud", "text", false, new DefaultValue.Generated("upper(name)"))
                .surroundings(around -> sequences(around, Map.of("id", "users_id_seq")));
        Compilation.Compiled renamed = rename(byName);
        Action.CopyRows batch = renamed.phases().stream()
                .flatMap(phase -> phase.steps().stream())
                .flatMap(step ->
                        step.action() instanceof Action.CopyRows copy ? Optional.of(copy).stream() : Stream.of())
                .findFirst()
                .orElseThrow();
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS, "INSERT INTO users (email) SELECT 'a' || n FROM generate_series(1, 3000) AS n");
            target.forward(renamed, "expand");
            Phaser together = new Phaser(2);
            CompletableFuture<Void> copying = CompletableFuture.runAsync(() -> eachRow(
                    target,
                    together,
                    row -> "SET lockstep." + batch.mark().sql() + " = '*';" + batch.statement("id = " + row)));
            CompletableFuture<Void> writing = CompletableFuture.runAsync(
                    () -> eachRow(target, together, row -> "UPDATE users SET name = 'x' WHERE id = " + row));
            CompletableFuture.allOf(copying, writing).join();
            assertThat(target.rows("SELECT count(*) FROM people WHERE name = 'x'"))
                    .containsExactly("3000");
        }
    }

    private static void eachRow(TestTarget target, Phaser together, IntFunction<String> statement) {
        try (Connection session = target.another("");
                Statement each = session.createStatement()) {
            for (int row = 1; row <= 3_000; row++) {
                together.arriveAndAwaitAdvance();
                each.execute(statement.apply(row));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } finally {
            together.forceTermination();
        }
    }

    private static void writeAll(TestTarget target, String statement, String table) {
        try (Connection app = target.another("");
                Statement each = app.createStatement()) {
            for (int row = 0; row < 200; row++) {
                each.execute(statement.formatted(table, row));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void contractNamesRowsThatDifferAndWhatHasComeToDependOnTheTwin() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS, "INSERT INTO users (email) VALUES ('a'), ('b')");
            target.forward(rename(accounts()), "expand", "backfill");
            target.sql("CREATE TABLE late (id bigint REFERENCES people (id))");
            assertThatThrownBy(() -> target.forward(rename(accounts()), "contract"))
                    .hasMessageContaining("constraint late_id_fkey on table late");
            target.sql(
                    "DROP TABLE late",
                    "ALTER TABLE users DISABLE TRIGGER USER",
                    "UPDATE users SET name = 'x' WHERE id = 2");
            assertThatThrownBy(() -> target.forward(rename(accounts()), "contract"))
                    .hasMessageContaining("id 2");
            target.sql("ALTER TABLE users DISABLE TRIGGER USER", "DELETE FROM users WHERE id = 2");
            assertThatThrownBy(() -> target.forward(rename(accounts()), "contract"))
                    .hasMessageContaining("id 2");
        }
    }

    @Test
    @Fact("P24")
    void oddNamesWork() throws SQLException {
        String odd = "Größe \"x\" $lockstep$ '%s'\\ {";
        String longest = "L".repeat(63);
        for (String[] names : List.of(
                new String[] {"\"Odd.schema\".\"Odd table\"", odd},
                new String[] {"order", "busy"},
                new String[] {"\"100 %s\"", "other"},
                new String[] {"other", "another"},
                new String[] {"public." + longest, longest.substring(1)})) {
            try (TestTarget target = new TestTarget()) {
                TableBuilder table = table(names[0])
                        .column(names[1], "text", true)
                        .column("depth", "integer", false)
                        .index(
                                plain("odd_key", true, names[1]),
                                "PRIMARY KEY (" + new Identifier(names[1]).sql() + ")");
                TableName name = table.build().name();
                String column = new Identifier(names[1]).sql();
                target.sql(
                        "CREATE SCHEMA \"Odd.schema\"",
                        "CREATE TABLE " + name.sql() + " (" + column + " text PRIMARY KEY, depth int)",
                        "INSERT INTO " + name.sql() + " VALUES ('a,\"b')");
                target.forward(rename(table), "expand", "backfill");
                String people = name.schema().sql() + ".people";
                target.sql(
                        "UPDATE " + people + " SET " + column + " = ' {x} '",
                        "INSERT INTO " + people + " VALUES ('b') ON CONFLICT (" + column + ") DO NOTHING",
                        "UPDATE " + name.sql() + " SET depth = 7 WHERE " + column + " = 'b'");
                assertThat(target.rows("SELECT * FROM " + people + " ORDER BY 1 DESC"))
                        .isEqualTo(target.rows("SELECT * FROM " + name.sql() + " ORDER BY 1 DESC"))
                        .containsExactlyInAnyOrder(" {x} |-", "b|7");
                target.forward(rename(table), "contract");
            }
        }
    }
}
