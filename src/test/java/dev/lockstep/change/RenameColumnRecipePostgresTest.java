package dev.lockstep.change;

import static dev.lockstep.change.Plans.compiled;
import static dev.lockstep.change.Plans.plan;
import static dev.lockstep.change.TableBuilder.catalogue;
import static dev.lockstep.change.TableBuilder.plain;
import static dev.lockstep.change.TableBuilder.shaped;
import static dev.lockstep.change.TableBuilder.table;
import static dev.lockstep.change.TableBuilder.users;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.fixture.Fact;
import dev.lockstep.schema.Column.DefaultValue;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Index;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RenameColumnRecipePostgresTest {
    private static final String USERS =
            "CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL)";
    private static final String BOTH = "SELECT name, full_name FROM users ORDER BY id";

    private static Compilation.Compiled rename(TableBuilder table) {
        return compiled(plan(Plans.rename("users", "name", "full_name")), catalogue(table));
    }

    @Test
    void oldAndNewWritersSeeEachOther() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS, "INSERT INTO users (name) VALUES ('before')");
            target.forward(rename(users()), "expand");
            target.sql(
                    "INSERT INTO users (name) VALUES ('old'), ('old two')",
                    "INSERT INTO users (full_name) VALUES ('new'), ('new two')",
                    "INSERT INTO users (name, full_name) VALUES ('old side', 'new side')",
                    "INSERT INTO users (name, full_name) SELECT 'x', NULL");
            assertThat(target.rows(BOTH))
                    .containsExactly(
                            "before|-",
                            "old|old",
                            "old two|old two",
                            "new|new",
                            "new two|new two",
                            "new side|new side",
                            "x|x");
            target.sql(
                    "UPDATE users SET name = 'a' WHERE id = 1",
                    "UPDATE users SET full_name = 'b' WHERE id = 2",
                    "UPDATE users SET name = name || '!' WHERE id IN (3, 4)",
                    "UPDATE users SET full_name = 'n', name = 'o' WHERE id = 5",
                    "UPDATE users SET full_name = full_name, name = 'o' WHERE id = 6");
            assertThat(target.rows(BOTH))
                    .containsExactly("a|a", "b|b", "old two!|old two!", "new!|new!", "n|n", "o|o", "x|x");
        }
    }

    @Test
    void rowsThatTheBackfillHasNotReachedAreFilledByAnyWrite() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS, "ALTER TABLE users ADD COLUMN seen int", "INSERT INTO users (name) VALUES ('a'), ('b')");
            target.forward(rename(users().column("seen", "integer", false)), "expand");
            target.sql("UPDATE users SET seen = 1 WHERE id = 1");
            assertThat(target.rows(BOTH)).containsExactly("a|a", "b|-");
            target.forward(rename(users().column("seen", "integer", false)), "backfill");
            assertThat(target.rows(BOTH)).containsExactly("a|a", "b|b");
        }
    }

    @Test
    void notNullHoldsForBothNames() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS);
            target.forward(rename(users()), "expand", "backfill");
            assertThatThrownBy(() -> target.sql("INSERT INTO users (name) VALUES (NULL)"))
                    .hasMessageContaining("not-null");
            assertThatThrownBy(() -> target.sql("INSERT INTO users DEFAULT VALUES"))
                    .hasMessageContaining("not-null");
            target.sql("INSERT INTO users (full_name) VALUES ('x')");
            assertThatThrownBy(() -> target.sql("UPDATE users SET full_name = NULL"))
                    .hasMessageContaining("not-null");
        }
    }

    @Test
    @Fact("P21")
    void nullsAndDefaultsAreToldApart() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql("CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
                    + " name varchar(9) DEFAULT 'anon')");
            target.sql("INSERT INTO users (name) VALUES ('a'), (NULL)");
            var plan = rename(table("users")
                    .key()
                    .column(
                            "name",
                            "character varying(9)",
                            false,
                            new DefaultValue.Stable("'anon'::character varying")));
            target.forward(plan, "expand");
            target.sql(
                    "INSERT INTO users DEFAULT VALUES",
                    "INSERT INTO users (name) VALUES ('old'), (NULL)",
                    "INSERT INTO users (full_name) VALUES ('new'), (NULL), ('anon')",
                    "INSERT INTO users (name, full_name) VALUES ('o', 'n')",
                    "INSERT INTO users (full_name, name) VALUES (NULL, 'o')");
            target.forward(plan, "backfill");
            assertThat(target.rows(BOTH))
                    .containsExactly(
                            "a|a", "-|-", "anon|anon", "old|old", "-|-", "new|new", "-|-", "anon|anon", "n|n", "-|-");
            target.sql(
                    "UPDATE users SET full_name = NULL WHERE id = 1",
                    "UPDATE users SET name = NULL WHERE id = 3",
                    "UPDATE users SET name = 'z' WHERE id = 2");
            assertThat(target.rows(BOTH + " LIMIT 3")).containsExactly("-|-", "z|z", "-|-");
        }
    }

    @Test
    void upsertsWorkUnderBothNames() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(
                    USERS, "CREATE UNIQUE INDEX users_name ON users (name)", "INSERT INTO users (name) VALUES ('a')");
            target.forward(rename(users().index(plain("users_name", true, "name"))), "expand", "backfill");
            target.sql(
                    "INSERT INTO users (full_name) VALUES ('a'), ('b') ON CONFLICT (full_name)"
                            + " DO UPDATE SET full_name = EXCLUDED.full_name || EXCLUDED.name",
                    "INSERT INTO users (name) VALUES ('b'), ('c') ON CONFLICT (name)"
                            + " DO UPDATE SET name = EXCLUDED.full_name || '!'",
                    "INSERT INTO users (name) VALUES ('c') ON CONFLICT DO NOTHING");
            assertThat(target.rows("SELECT name, full_name FROM users ORDER BY name"))
                    .containsExactly("aa|aa", "b!|b!", "c|c");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "json; '{\"a\": 1}'; '{\"a\":1}'",
                "xml; '<a/>'; '<a></a>'",
                "point; '(1,2)'; '(3,4)'",
                "numeric; 1.0; 1.00",
                "interval; '1 mon'; '30 days'",
                "text[]; '{a,b}'; '{a,NULL}'",
                "double precision; 0; '-0'",
            })
    void typesWhoseEqualityIsMissingOrCoarseLoseNoWrite(String type, String first, String second) throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql("CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name " + type + ")");
            target.sql("INSERT INTO users (name) VALUES (" + first + "), (NULL)");
            var plan = rename(table("users").key().column("name", type, false));
            target.forward(plan, "expand", "backfill");
            target.sql("UPDATE users SET full_name = " + second + " WHERE id = 1");
            assertThat(target.rows("SELECT name::text FROM users WHERE id = 1"))
                    .isEqualTo(target.rows("SELECT (" + second + ")::" + type + "::text"));
            target.sql("UPDATE users SET name = " + first + " WHERE id = 1");
            assertThat(target.rows("SELECT full_name::text FROM users WHERE id = 1"))
                    .isEqualTo(target.rows("SELECT (" + first + ")::" + type + "::text"));
            target.forward(plan, "contract");
        }
    }

    @Test
    void caseOfACitextIsNotLost() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql("CREATE EXTENSION citext");
            target.sql(USERS.replace("name text", "name citext"), "INSERT INTO users (name) VALUES ('alice')");
            target.forward(rename(table("users").key().column("name", "public.citext", true)), "expand", "backfill");
            target.sql("UPDATE users SET full_name = 'Alice'");
            assertThat(target.rows(BOTH)).containsExactly("Alice|Alice");
        }
    }

    @Test
    void roleThatMayOnlyWriteTheTableCanWriteBothNames() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(
                    USERS, "DROP ROLE IF EXISTS app", "CREATE ROLE app LOGIN", "GRANT SELECT, INSERT ON users TO app");
            target.sql("GRANT UPDATE (name) ON users TO app", "REVOKE ALL ON SCHEMA lockstep FROM PUBLIC");
            target.forward(rename(users().grant("name", "UPDATE", "app")), "expand");
            try (var app = target.another("&user=app");
                    var statement = app.createStatement()) {
                statement.execute("SET search_path = ''");
                statement.execute("INSERT INTO public.users (name) VALUES ('old')");
                statement.execute("INSERT INTO public.users (full_name) VALUES ('new')");
                statement.execute("UPDATE public.users SET full_name = full_name || '!'");
                statement.execute("UPDATE public.users SET name = name || '?'");
            }
            assertThat(target.rows(BOTH)).containsExactly("old!?|old!?", "new!?|new!?");
            target.sql("DROP OWNED BY app", "DROP ROLE app");
        }
    }

    @Test
    @Fact("P20")
    void sessionInReplicaRoleDoesNotBypassTheTriggers() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS);
            target.forward(rename(users()), "expand");
            target.sql("SET session_replication_role = replica", "INSERT INTO users (full_name) VALUES ('x')");
            assertThat(target.rows(BOTH)).containsExactly("x|x");
        }
    }

    private static final String SHOUT =
            "CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN %s RETURN NEW; END $$";
    private static final String SHOUT_TRIGGER =
            "CREATE TRIGGER shout BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION shout()";

    @ParameterizedTest
    @ValueSource(strings = {"name", "full_name"})
    @Fact("P18")
    void triggerOfTheUsersThatChangesOneSideChangesBoth(String side) throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS, "INSERT INTO users (name) VALUES ('before')");
            target.sql(SHOUT.formatted("NEW." + side + " := upper(NEW." + side + ");"), SHOUT_TRIGGER);
            var plan = rename(users().trigger("shout", true, ""));
            if (side.equals("name")) {
                target.forward(plan, "expand", "backfill");
            } else {
                target.sql("ALTER TABLE users DISABLE TRIGGER shout");
                target.forward(plan, "expand", "backfill");
                target.sql("ALTER TABLE users ENABLE TRIGGER shout");
            }
            target.sql(
                    "INSERT INTO users (name) VALUES ('old')",
                    "INSERT INTO users (full_name) VALUES ('new')",
                    "UPDATE users SET full_name = full_name || ' x' WHERE id = 2",
                    "UPDATE users SET name = name || ' y' WHERE id = 3");
            assertThat(target.rows(BOTH)).containsExactly("before|before", "OLD X|OLD X", "NEW Y|NEW Y");
        }
    }

    @Test
    void triggerOfTheUsersMayWriteOtherRowsOfTheTableAndNull() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS.replace("NOT NULL", ""), "INSERT INTO users (name) VALUES ('first')");
            target.sql(
                    SHOUT.formatted("IF NEW.name = 'go' THEN UPDATE users SET full_name = 'touched' WHERE id = 1;"
                            + " NEW.name := NULL; END IF;"),
                    SHOUT_TRIGGER);
            var plan = rename(table("users").key().column("name", "text", false).trigger("shout", true, ""));
            target.forward(plan, "expand", "backfill");
            target.sql("INSERT INTO users (full_name) VALUES ('go')");
            assertThat(target.rows(BOTH)).containsExactly("touched|touched", "-|-");
        }
    }

    @Test
    void triggerAfterTheWriteSeesBothSides() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS, "CREATE TABLE log (entry text)");
            target.sql(
                    SHOUT.formatted("INSERT INTO log VALUES (NEW.name || '/' || (to_jsonb(NEW) ->> 'full_name'));"),
                    SHOUT_TRIGGER.replace("BEFORE", "AFTER"));
            target.forward(rename(users().trigger("shout", false, "")), "expand");
            target.sql("INSERT INTO users (full_name) VALUES ('new')", "UPDATE users SET name = 'old'");
            assertThat(target.rows("SELECT entry FROM log")).containsExactly("new/new", "old/old");
        }
    }

    @Test
    void backfillInReplicaRoleLeavesTheTablesOwnTriggersAlone() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS, "INSERT INTO users (name) SELECT 'n' || i FROM generate_series(1, 7) i");
            target.sql(SHOUT.formatted("NEW.name := upper(NEW.name);"), SHOUT_TRIGGER);
            target.forward(rename(users().trigger("shout", true, "")), "expand", "backfill");
            assertThat(target.rows("SELECT DISTINCT left(name, 1), name = full_name FROM users"))
                    .containsExactly("n|t");
        }
    }

    @Test
    void contractWaitsForTriggerFunctionsThatSayTheOldName() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS, SHOUT.formatted("NEW.name := upper(NEW.name);"), SHOUT_TRIGGER);
            var plan = rename(users().trigger("shout", true, "NEW.name := upper(NEW.name);"));
            assertThat(plan.notes()).anyMatch(note -> note.contains("shout") && note.contains("before the contract"));
            target.forward(plan, "expand", "backfill");
            assertThatThrownBy(() -> target.forward(plan, "contract"))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("trigger shout calls shout()");
            target.sql(SHOUT.replace("CREATE", "CREATE OR REPLACE")
                    .formatted("NEW.full_name := upper(NEW.full_name); -- names, surname\n"));
            target.sql("INSERT INTO users (name) VALUES ('a')");
            target.forward(plan, "contract");
            target.sql("INSERT INTO users (full_name) VALUES ('b')");
            assertThat(target.rows("SELECT full_name FROM users ORDER BY id")).containsExactly("A", "B");
        }
    }

    @Test
    void argumentsOfATriggerCountAsWell() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS, "ALTER TABLE users ADD COLUMN search tsvector");
            target.sql("CREATE TRIGGER search BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION"
                    + " tsvector_update_trigger(search, 'pg_catalog.english', name)");
            var plan = rename(users().column("search", "tsvector", false).trigger("search", true, ""));
            target.forward(plan, "expand", "backfill");
            assertThatThrownBy(() -> target.forward(plan, "contract")).hasMessageContaining("trigger search calls");
        }
    }

    @Test
    @Fact({"P41", "G32", "G33"})
    void contractNamesRowsWhoseSidesDiffer() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS, "INSERT INTO users (name) VALUES ('a'), ('b')");
            var plan = rename(users());
            target.forward(plan, "expand", "backfill");
            target.sql("ALTER TABLE users DISABLE TRIGGER USER", "UPDATE users SET name = 'x' WHERE id = 2");
            assertThatThrownBy(() -> target.forward(plan, "contract"))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("In the way: id 2");
        }
    }

    /** Everything that hangs on a column, and an index of every sort. */
    private static final List<String> RICH = List.of(
            "CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name varchar(40) COLLATE \"C\""
                    + " NOT NULL DEFAULT 'anon', tenant int, CONSTRAINT named CHECK (name <> ''),"
                    + " CONSTRAINT once UNIQUE (tenant, name), shout text GENERATED ALWAYS AS (upper(name)) STORED)",
            "COMMENT ON COLUMN users.name IS 'what they are called'",
            "ALTER TABLE users ALTER COLUMN name SET STATISTICS 321",
            "CREATE INDEX by_name ON users (name varchar_pattern_ops DESC NULLS LAST, tenant) INCLUDE (id)"
                    + " WITH (fillfactor = 70) WHERE tenant > 0",
            "CREATE INDEX by_lower ON users (lower(name))",
            "CREATE UNIQUE INDEX one_name ON users (name, (tenant % 10)) NULLS NOT DISTINCT",
            "CREATE TABLE parent (name varchar(40) COLLATE \"C\" PRIMARY KEY)",
            "ALTER TABLE users ADD CONSTRAINT to_parent FOREIGN KEY (name) REFERENCES parent ON UPDATE CASCADE",
            "CREATE TABLE child (tenant int, name varchar(40) COLLATE \"C\","
                    + " FOREIGN KEY (tenant, name) REFERENCES users (tenant, name))",
            "CREATE VIEW names AS SELECT id, name FROM users WHERE name <> 'x'",
            "GRANT SELECT (name) ON users TO pg_monitor",
            "INSERT INTO parent VALUES ('anon'), ('a'), ('b'), ('c')",
            "INSERT INTO users (name, tenant) VALUES ('a', 1), ('b', 2)",
            "INSERT INTO child VALUES (1, 'a')");

    private static TableBuilder rich() {
        Index.Shape byName = new Index.Shape(
                "btree",
                List.of(
                        new Index.Key.Plain(new Identifier("name"), "pg_catalog.varchar_pattern_ops DESC NULLS LAST"),
                        new Index.Key.Plain(new Identifier("tenant"), "")),
                List.of(new Identifier("id")),
                false,
                List.of("fillfactor=70"),
                Optional.empty(),
                Optional.of("(tenant > 0)"),
                Set.of(new Identifier("tenant")));
        Index.Shape oneName = new Index.Shape(
                "btree",
                List.of(
                        new Index.Key.Plain(new Identifier("name"), "NULLS LAST"),
                        new Index.Key.Computed("(tenant % 10)", "")),
                List.of(),
                true,
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Set.of(new Identifier("tenant")));
        Index.Shape byLower = new Index.Shape(
                "btree",
                List.of(new Index.Key.Computed("lower((name)::text)", "")),
                List.of(),
                false,
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Set.of(new Identifier("name")));
        return table("users")
                .key()
                .column("name", "character varying(40)", true, new DefaultValue.Stable("'anon'::character varying"))
                .grant("name", "SELECT", "pg_monitor")
                .column("tenant", "integer", false)
                .column("shout", "text", false, new DefaultValue.Generated("upper(name)"))
                .index(plain("once", true, "tenant", "name"), "UNIQUE (tenant, name)")
                .index(shaped("by_name", false, byName, "name", "tenant", "id"))
                .index(shaped("by_lower", false, byLower, "name"))
                .index(shaped("one_name", true, oneName, "name", "tenant"))
                .dependent("name", "view", "view names");
    }

    @Test
    @Fact("P33")
    void endsAsAPlainRenameWould() throws SQLException {
        try (TestTarget target = new TestTarget();
                TestTarget plain = new TestTarget()) {
            target.sql(RICH.toArray(String[]::new));
            plain.sql(RICH.toArray(String[]::new));
            target.everything(rename(rich()));
            plain.sql("ALTER TABLE users RENAME COLUMN name TO full_name");
            assertThat(target.schema()).isEqualTo(plain.schema());
            target.sql(
                    "INSERT INTO users (full_name, tenant) VALUES ('c', 3)",
                    "UPDATE parent SET name = 'bb' WHERE name = 'b'");
            assertThat(target.rows("SELECT full_name, shout FROM users ORDER BY id"))
                    .containsExactly("a|A", "bb|BB", "c|C");
        }
    }

    @Test
    void foreignKeysActOnBothSidesInBetween() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(RICH.toArray(String[]::new));
            target.forward(rename(rich()), "expand", "backfill");
            target.sql("UPDATE parent SET name = 'bb' WHERE name = 'b'", "INSERT INTO users (tenant) VALUES (9)");
            assertThat(target.rows("SELECT name, full_name, shout FROM users ORDER BY id"))
                    .containsExactly("a|a|A", "bb|bb|BB", "anon|anon|ANON");
            assertThatThrownBy(() -> target.sql("UPDATE users SET full_name = 'nobody' WHERE id = 2"))
                    .hasMessageContaining("to_parent");
            assertThatThrownBy(() -> target.sql("INSERT INTO users (full_name) VALUES ('')"))
                    .hasMessageContaining("named");
        }
    }

    @Test
    void rollingBackLeavesNothing() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(RICH.toArray(String[]::new));
            List<String> before = target.schema();
            target.forward(rename(rich()), "expand", "backfill");
            assertThat(target.schema()).isNotEqualTo(before);
            target.sql("INSERT INTO users (full_name, tenant) VALUES ('c', 3)");
            target.back();
            assertThat(target.schema()).isEqualTo(before);
            assertThat(target.rows("SELECT name FROM users ORDER BY id")).containsExactly("a", "b", "c");
            target.everything(rename(rich()));
        }
    }

    @Test
    void rollingBackLeavesAColumnOfSomebodyElsesAlone() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS, "ALTER TABLE users ADD COLUMN full_name text");
            Step add = rename(users()).phases().getFirst().steps().getFirst();
            assertThatThrownBy(() -> target.run(add.action())).hasMessageContaining("already exists");
            target.run(((Step.Undo.By) add.undo()).action());
            target.sql("SELECT full_name FROM users");
        }
    }

    @Test
    @Fact("P44")
    void oddNamesWork() throws SQLException {
        String odd = "Größe \"x\" $lockstep$ '%s'\\";
        String longest = "L".repeat(63);
        for (String[] names : List.of(
                new String[] {"\"Odd.schema\".\"Odd table\"", "select", longest},
                new String[] {"order", odd, "Mixed Case"},
                new String[] {"public." + longest, longest.substring(1), odd})) {
            try (TestTarget target = new TestTarget()) {
                var rename = Plans.rename(names[0], names[1], names[2]);
                String table = rename.table().sql();
                target.sql(
                        "CREATE SCHEMA \"Odd.schema\"",
                        "CREATE TABLE " + table + " (" + rename.from().sql() + " text)",
                        "INSERT INTO " + table + " VALUES ('a')");
                var plan = compiled(
                        plan(rename),
                        catalogue(
                                table(names[0]).column(names[1], "text", false).trigger("t", true, "")));
                target.forward(plan, "expand", "backfill");
                target.sql("INSERT INTO " + table + " (" + rename.to().sql() + ") VALUES ('b')");
                target.forward(plan, "contract");
                assertThat(target.rows("SELECT " + rename.to().sql() + " FROM " + table + " ORDER BY 1"))
                        .containsExactly("a", "b");
            }
        }
    }

    @Test
    void domainIsNotRewrittenAndComesBackAtTheContract() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql("CREATE DOMAIN handle AS varchar(9) CHECK (VALUE <> 'no')", USERS.replace("text", "handle"));
            target.sql("INSERT INTO users (name) VALUES ('a')");
            target.sql(SHOUT.formatted("IF NEW.full_name <> '' THEN NEW.full_name := upper(NEW.full_name); END IF;"));
            List<String> file = target.rows("SELECT pg_relation_filenode('users')");
            var plan = rename(table("users")
                    .key()
                    .column("name", "public.handle", "character varying(9)", true, new DefaultValue.None())
                    .trigger("shout", true, ""));
            target.forward(plan, "expand", "backfill");
            target.sql(SHOUT_TRIGGER);
            assertThat(target.rows("SELECT pg_relation_filenode('users')")).isEqualTo(file);
            target.sql("INSERT INTO users (name) VALUES ('old')", "INSERT INTO users (full_name) VALUES ('new')");
            assertThatThrownBy(() -> target.sql("INSERT INTO users (full_name) VALUES ('no')"))
                    .isInstanceOf(SQLException.class);
            target.forward(plan, "contract");
            target.sql("INSERT INTO users (full_name) VALUES ('more')");
            assertThat(target.rows("SELECT full_name, pg_typeof(full_name) FROM users ORDER BY id"))
                    .contains("a|handle", "OLD|handle", "NEW|handle", "MORE|handle");
        }
    }
}
