package dev.lockstep.change;

import static dev.lockstep.change.OddTablesPostgresTest.Doing.ADD_COLUMN;
import static dev.lockstep.change.OddTablesPostgresTest.Doing.COMMENT;
import static dev.lockstep.change.OddTablesPostgresTest.Doing.DROP_COLUMN;
import static dev.lockstep.change.OddTablesPostgresTest.Doing.DROP_TABLE;
import static dev.lockstep.change.OddTablesPostgresTest.Doing.RENAME_COLUMN;
import static dev.lockstep.change.OddTablesPostgresTest.Doing.SET_DEFAULT;
import static dev.lockstep.change.OddTablesPostgresTest.Doing.SET_NOT_NULL;
import static dev.lockstep.change.Plans.plan;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fixture.Fact;
import dev.lockstep.plan.Change;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kind of change on every odd kind of table: it ends as its plain form does, catalogue and rows, with nothing left
 * behind; or it is refused before anything happens, with what to do. One database serves all; each cell starts anew.
 */
class OddTablesPostgresTest {
    private static TestTarget target;

    /** A change of the odd table's column, and the plain form that it must end like. */
    enum Doing {
        ADD_COLUMN {
            @Override
            Change change(Odd odd) {
                return new Change.AddColumn(
                        odd.name(),
                        new Identifier("Zu\"satz"),
                        "text",
                        false,
                        Optional.empty(),
                        Optional.of("upper(" + odd.columnSql() + "::text)"),
                        Optional.empty());
            }

            @Override
            String plain(Odd odd) {
                return odd.alter() + "ADD COLUMN \"Zu\"\"satz\" text; UPDATE "
                        + odd.name().sql()
                        + " SET \"Zu\"\"satz\" = upper(" + odd.columnSql() + "::text); " + odd.alter()
                        + "ALTER \"Zu\"\"satz\" SET NOT NULL";
            }
        },
        RENAME_COLUMN {
            @Override
            Change change(Odd odd) {
                return new Change.RenameColumn(odd.name(), new Identifier(odd.column()), new Identifier("Neu\"er"));
            }

            @Override
            String plain(Odd odd) {
                return odd.alter() + "RENAME COLUMN " + odd.columnSql() + " TO \"Neu\"\"er\"";
            }
        },
        DROP_COLUMN {
            @Override
            Change change(Odd odd) {
                return new Change.DropColumn(odd.name(), new Identifier(odd.column()));
            }

            @Override
            String plain(Odd odd) {
                return odd.alter() + "DROP COLUMN " + odd.columnSql();
            }
        },
        SET_NOT_NULL {
            @Override
            Change change(Odd odd) {
                return new Change.SetNotNull(odd.name(), new Identifier(odd.column()));
            }

            @Override
            String plain(Odd odd) {
                return odd.alter() + "ALTER " + odd.columnSql() + " SET NOT NULL";
            }
        },
        SET_DEFAULT {
            @Override
            Change change(Odd odd) {
                return new Change.SetDefault(odd.name(), new Identifier(odd.column()), odd.sample());
            }

            @Override
            String plain(Odd odd) {
                return odd.alter() + "ALTER " + odd.columnSql() + " SET DEFAULT " + odd.sample();
            }
        },
        COMMENT {
            @Override
            Change change(Odd odd) {
                return new Change.Comment(odd.name(), Optional.of(new Identifier(odd.column())), "odd \\ one's");
            }

            @Override
            String plain(Odd odd) {
                return "COMMENT ON COLUMN " + odd.name().sql() + "." + odd.columnSql() + " IS E'odd \\\\ one''s'";
            }
        },
        DROP_TABLE {
            @Override
            Change change(Odd odd) {
                return new Change.DropTable(odd.name());
            }

            @Override
            String plain(Odd odd) {
                // Only for the foreign keys of other tables; whatever else it would take along is refused.
                return "DROP TABLE " + odd.name().sql() + " CASCADE";
            }
        };

        abstract Change change(Odd odd);

        abstract String plain(Odd odd);
    }

    /**
     * An odd table.
     *
     * @param table as a plan spells it
     * @param sample a value for the column, as SQL
     * @param refused what each refusal must say
     */
    record Odd(String title, String table, String column, String sample, List<String> sql, Map<Doing, String> refused) {
        TableName name() {
            return TableName.parse(table);
        }

        /** What touches no row and no other object differs only where names, or a refusal, do. */
        boolean meets(Doing doing) {
            boolean plain = doing == COMMENT || doing == SET_DEFAULT;
            return !plain || refused.containsKey(doing) || !column.equals("name");
        }

        String columnSql() {
            return new Identifier(column).sql();
        }

        String alter() {
            return "ALTER TABLE " + name().sql() + " ";
        }

        /** Every change of these is refused with these words. */
        Odd refusing(String words, Doing... what) {
            Map<Doing, String> more = new EnumMap<>(Doing.class);
            more.putAll(refused);
            Stream.of(what).forEach(doing -> more.put(doing, words));
            return new Odd(title, table, column, sample, sql, more);
        }

        Odd sampled(String other) {
            return new Odd(title, table, column, other, sql, refused);
        }

        @Override
        public String toString() {
            return title;
        }
    }

    private static Odd odd(String title, String table, String column, String sample, String... sql) {
        return new Odd(title, table, column, sample, List.of(sql), Map.of());
    }

    /** {@code users (id, name, note)} with two rows, and more SQL. */
    private static Odd users(String title, String... sql) {
        String[] all = Stream.concat(
                        Stream.of(
                                "CREATE TABLE users (id int PRIMARY KEY, name text, note text)",
                                "INSERT INTO users VALUES (1, 'a', 'x'), (2, 'b', 'y')"),
                        Stream.of(sql))
                .toArray(String[]::new);
        return odd(title, "users", "name", "'x'", all);
    }

    /** A column of another type. */
    private static Odd typed(String title, String type, String sample, String... before) {
        String[] all = Stream.concat(
                        Stream.of(before),
                        Stream.of(
                                "CREATE TABLE users (id int PRIMARY KEY, name " + type + ")",
                                "INSERT INTO users VALUES (1, " + sample + "), (2, " + sample + ")"))
                .toArray(String[]::new);
        return odd(title, "users", "name", sample, all);
    }

    static Stream<Odd> oddTables() {
        return Stream.of(names(), keys(), types(), rights(), hangers(), trees()).flatMap(each -> each);
    }

    private static Stream<Odd> names() {
        String umlauts = "ü".repeat(31) + "x";
        return Stream.of(
                odd(
                        "in another schema",
                        "sales.users",
                        "name",
                        "'x'",
                        "CREATE SCHEMA sales",
                        "CREATE TABLE sales.users (id int PRIMARY KEY, name text)",
                        "CREATE INDEX ON sales.users (name)",
                        "INSERT INTO sales.users VALUES (1, 'a'), (2, 'b')"),
                odd(
                        "quoted, mixed case, with spaces, quotes and dots",
                        "\"Odd one.\".\"Us\"\"er's \\ $$\"",
                        "Select \"it's.\" %s",
                        "'x'",
                        "CREATE SCHEMA \"Odd one.\"",
                        "CREATE TABLE \"Odd one.\".\"Us\"\"er's \\ $$\" (\"ID\" int PRIMARY KEY, \"Select \"\"it's.\"\" %s\" text)",
                        "CREATE INDEX ON \"Odd one.\".\"Us\"\"er's \\ $$\" (\"Select \"\"it's.\"\" %s\")",
                        "INSERT INTO \"Odd one.\".\"Us\"\"er's \\ $$\" VALUES (1, 'a'), (2, 'b')"),
                odd(
                        "63 bytes that are not ASCII",
                        umlauts,
                        umlauts,
                        "'x'",
                        "CREATE TABLE \"" + umlauts + "\" (id int PRIMARY KEY, \"" + umlauts + "\" text UNIQUE)",
                        "INSERT INTO \"" + umlauts + "\" VALUES (1, 'a'), (2, 'b')"));
    }

    private static Stream<Odd> keys() {
        return Stream.of(
                odd(
                        "with a composite key",
                        "users",
                        "name",
                        "'x'",
                        "CREATE TABLE users (a int, name text, b int, PRIMARY KEY (b, a))",
                        "INSERT INTO users VALUES (1, 'a', 1), (1, 'b', 2)"),
                odd(
                        "without a key",
                        "users",
                        "name",
                        "'x'",
                        "CREATE TABLE users (note int, name text)",
                        "INSERT INTO users VALUES (1, 'a'), (1, 'a')"),
                odd(
                                "whose column is the key",
                                "users",
                                "id",
                                "1",
                                "CREATE TABLE users (id int PRIMARY KEY)",
                                "INSERT INTO users VALUES (1), (2)")
                        .refusing("PRIMARY KEY (id)", DROP_COLUMN)
                        .refusing("NOT NULL already", SET_NOT_NULL),
                odd(
                                "whose column is GENERATED ALWAYS AS IDENTITY (P27)",
                                "users",
                                "id",
                                "1",
                                "CREATE TABLE users (id int GENERATED ALWAYS AS IDENTITY, name text)",
                                "INSERT INTO users (name) VALUES ('a'), ('b')")
                        .refusing("NOT NULL already", SET_NOT_NULL)
                        .refusing("Change the identity with an sql change", SET_DEFAULT),
                odd(
                                "whose column is serial",
                                "users",
                                "id",
                                "1",
                                "CREATE TABLE users (id serial, name text)",
                                "INSERT INTO users (name) VALUES ('a'), ('b')")
                        .refusing("NOT NULL already", SET_NOT_NULL));
    }

    private static Stream<Odd> types() {
        return Stream.of(
                odd(
                                "with a generated column that needs it (P19)",
                                "users",
                                "name",
                                "'x'",
                                "CREATE TABLE users (id int PRIMARY KEY, name text,"
                                        + " loud text GENERATED ALWAYS AS (upper(name)) STORED)",
                                "INSERT INTO users VALUES (1, 'a'), (2, 'b')")
                        .refusing("Change or drop each of them first", DROP_COLUMN),
                odd(
                                "whose column is generated",
                                "users",
                                "loud",
                                "'x'",
                                "CREATE TABLE users (id int PRIMARY KEY, name text,"
                                        + " loud text GENERATED ALWAYS AS (upper(name)) STORED)",
                                "INSERT INTO users VALUES (1, 'a'), (2, 'b')")
                        .refusing("Add a column with the new expression", SET_DEFAULT)
                        .refusing("Add a second generated column", RENAME_COLUMN),
                typed(
                        "of a domain",
                        "label",
                        "'x'",
                        "CREATE DOMAIN word AS varchar(10) CHECK (value <> '')",
                        "CREATE DOMAIN label AS word"),
                typed("of an enumeration", "mood", "'ok'", "CREATE TYPE mood AS ENUM ('sad', 'ok')"),
                typed("of an array", "text[]", "ARRAY['a', NULL]"),
                typed("of a composite type", "place", "ROW('a', NULL)::place", "CREATE TYPE place AS (a text, b int)"),
                typed("of json, which has no equality", "json", "'{\"a\": 1}'"),
                odd(
                                "with 1,600 columns, dropped ones among them (P43)",
                                "users",
                                "name",
                                "'x'",
                                "DO $$ BEGIN EXECUTE 'CREATE TABLE users (id int PRIMARY KEY, name text, '"
                                        + " || (SELECT string_agg('c' || i || ' bool', ', ') FROM generate_series(3, 1600) i)"
                                        + " || ')'; END $$",
                                "DO $$ BEGIN EXECUTE 'ALTER TABLE users '"
                                        + " || (SELECT string_agg('DROP COLUMN c' || i, ', ') FROM generate_series(3, 1600) i);"
                                        + " END $$",
                                "INSERT INTO users VALUES (1, 'a'), (2, 'b')")
                        .refusing("Only copying the table into a new one makes room", ADD_COLUMN, RENAME_COLUMN));
    }

    private static final String[] OWNED = {
        "DO $$ BEGIN CREATE ROLE odd_owner; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        "GRANT SET ON PARAMETER session_replication_role TO odd_owner",
        "ALTER TABLE users OWNER TO odd_owner",
        "GRANT ALL ON SCHEMA public, lockstep TO odd_owner",
        "ALTER TABLE users ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY own ON users USING (note = 'x')"
    };

    private static final String ENDS_AS_OWNER = "SET ROLE odd_owner";

    private static Stream<Odd> rights() {
        return Stream.of(
                users("with row-level security, for its owner (P28)", with(OWNED, ENDS_AS_OWNER)),
                users(
                                "with row-level security that is FORCEd on its owner (P28)",
                                with(OWNED, "ALTER TABLE users FORCE ROW LEVEL SECURITY", ENDS_AS_OWNER))
                        .refusing("as a role with BYPASSRLS", ADD_COLUMN, RENAME_COLUMN, SET_NOT_NULL),
                users("with a policy that reads the column", "CREATE POLICY p ON users USING (name <> '')")
                        .refusing("policy p on table public.users. Change or drop", DROP_COLUMN),
                users(
                        "with column rights",
                        "GRANT SELECT (name), UPDATE (name) ON users TO public",
                        "COMMENT ON COLUMN users.name IS 'a name'",
                        "ALTER TABLE users ALTER name SET STATISTICS 500"));
    }

    private static String[] with(String[] some, String... more) {
        return Stream.concat(Stream.of(some), Stream.of(more)).toArray(String[]::new);
    }

    private static Stream<Odd> hangers() {
        String touch = "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS"
                + " $$BEGIN NEW.note := 'touched'; RETURN NEW; END$$";
        String audit = "CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS"
                + " $$BEGIN INSERT INTO log VALUES (TG_OP); RETURN NULL; END$$";
        return Stream.of(
                users(
                        "with triggers of its own, which the backfill does not wake (P18, P29)",
                        touch,
                        audit,
                        "CREATE TABLE log (what text)",
                        "CREATE TRIGGER updated BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch()",
                        "CREATE TRIGGER audited AFTER INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION audit()"),
                users(
                                "with a trigger on UPDATE OF the column",
                                touch,
                                "CREATE TRIGGER t BEFORE UPDATE OF name ON users FOR EACH ROW EXECUTE FUNCTION touch()")
                        .refusing("Recreate it without the column", DROP_COLUMN, RENAME_COLUMN),
                users(
                                "whose column is referred to by another table (P5)",
                                "ALTER TABLE users ADD UNIQUE (name)",
                                "CREATE TABLE pets (owner text REFERENCES users (name))",
                                "INSERT INTO pets VALUES ('a')")
                        .refusing("Change or drop each of them first", DROP_COLUMN),
                users(
                                "whose column refers to its own table",
                                "ALTER TABLE users ADD boss int REFERENCES users",
                                "UPDATE users SET boss = 1, name = '1'",
                                "ALTER TABLE users DROP name",
                                "ALTER TABLE users RENAME boss TO name")
                        .sampled("1"),
                users("published with a column list (P41)", "CREATE PUBLICATION news FOR TABLE users (id, name)")
                        .refusing("publication", DROP_COLUMN),
                users("published FOR ALL TABLES (P41)", "CREATE PUBLICATION news FOR ALL TABLES"),
                users(
                                "published without a replica identity (P29)",
                                "ALTER TABLE users DROP CONSTRAINT users_pkey",
                                "CREATE PUBLICATION news FOR TABLE users")
                        .refusing("REPLICA IDENTITY", ADD_COLUMN, RENAME_COLUMN),
                users("with a view on the column (P35)", "CREATE VIEW named AS SELECT name FROM users")
                        .refusing("view public.named. Change or drop each of them first", DROP_COLUMN, DROP_TABLE),
                users(
                                "with a materialised view on the column (P35)",
                                "CREATE MATERIALIZED VIEW named AS SELECT upper(name) FROM users")
                        .refusing("Change or drop each of them first", DROP_COLUMN, DROP_TABLE));
    }

    private static Stream<Odd> trees() {
        Doing[] all = EnumSet.allOf(Doing.class).toArray(Doing[]::new);
        Doing[] butComment = EnumSet.complementOf(EnumSet.of(COMMENT)).toArray(Doing[]::new);
        return Stream.of(
                users("with inheritance children", "CREATE TABLE more () INHERITS (users)")
                        .refusing("sql", butComment),
                users(
                                "that is an inheritance child",
                                "CREATE TABLE all_users (name text)",
                                "ALTER TABLE users INHERIT all_users")
                        .refusing("sql", butComment),
                odd(
                                "that is partitioned (P3, P11)",
                                "users",
                                "name",
                                "'x'",
                                "CREATE TABLE users (id int PRIMARY KEY, name text) PARTITION BY LIST (id)",
                                "CREATE TABLE one PARTITION OF users FOR VALUES IN (1)",
                                "CREATE TABLE rest PARTITION OF users DEFAULT",
                                "CREATE INDEX ON users (name)",
                                "INSERT INTO users VALUES (1, 'a'), (2, 'b')")
                        .refusing("sql", RENAME_COLUMN, DROP_TABLE),
                odd(
                                "that is a partition",
                                "one",
                                "name",
                                "'x'",
                                "CREATE TABLE users (id int PRIMARY KEY, name text) PARTITION BY LIST (id)",
                                "CREATE TABLE one PARTITION OF users FOR VALUES IN (1)",
                                "INSERT INTO users VALUES (1, 'a')")
                        .refusing("Name the partitioned table", butComment),
                odd(
                                "that is foreign",
                                "users",
                                "name",
                                "'x'",
                                "CREATE FOREIGN DATA WRAPPER nothing",
                                "CREATE SERVER nowhere FOREIGN DATA WRAPPER nothing",
                                "CREATE FOREIGN TABLE users (id int, name text) SERVER nowhere")
                        .refusing("Change it there", all),
                odd(
                                "that is a view of a foreign one",
                                "users",
                                "name",
                                "'x'",
                                "CREATE FOREIGN DATA WRAPPER nothing",
                                "CREATE SERVER nowhere FOREIGN DATA WRAPPER nothing",
                                "CREATE FOREIGN TABLE elsewhere (id int, name text) SERVER nowhere",
                                "CREATE VIEW users AS SELECT * FROM elsewhere")
                        .refusing("Name the table beneath it", all),
                odd("that is a view", "users", "name", "'x'", "CREATE VIEW users AS SELECT 1 AS id, 'a' AS name")
                        .refusing("Name the table beneath it", all));
    }

    @BeforeAll
    static void open() throws SQLException {
        target = new TestTarget();
    }

    @AfterAll
    static void close() throws SQLException {
        start();
        target.sql("DROP OWNED BY odd_owner", "DROP ROLE odd_owner");
        target.close();
    }

    private static void start(String... sql) throws SQLException {
        target.as("none");
        target.sql("""
                DO $$
                DECLARE
                  name text;
                BEGIN
                  FOR name IN SELECT quote_ident(nspname) FROM pg_namespace
                              WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
                    EXECUTE 'DROP SCHEMA ' || name || ' CASCADE';
                  END LOOP;
                  DROP PUBLICATION IF EXISTS news;
                  DROP FOREIGN DATA WRAPPER IF EXISTS nothing CASCADE;
                END $$""", "CREATE SCHEMA public", "CREATE SCHEMA lockstep");
        for (String each : sql) {
            if (each.equals(ENDS_AS_OWNER)) {
                target.as("odd_owner");
            } else {
                target.sql(each);
            }
        }
    }

    @ParameterizedTest(name = "a table {0}")
    @MethodSource("oddTables")
    @Fact({"P19", "P24", "P28", "P43", "P44"})
    void worksOrIsRefusedWithWhatToDo(Odd odd) throws SQLException {
        for (Doing doing : Doing.values()) {
            if (!odd.meets(doing)) {
                continue;
            }
            String cell = doing + " of a table " + odd.title();
            start(odd.sql().toArray(String[]::new));
            Optional<String> refusal = Optional.ofNullable(odd.refused().get(doing));
            PlanSpec plan = plan(doing.change(odd));
            if (refusal.isPresent()) {
                List<String> before = target.schema();
                assertThat(target.refusals(plan)).as(cell).anyMatch(message -> message.contains(refusal.get()));
                assertThat(target.schema()).as(cell).isEqualTo(before);
            } else {
                works(odd, doing, plan, cell);
            }
        }
    }

    private static void works(Odd odd, Doing doing, PlanSpec plan, String cell) throws SQLException {
        // As nobody's trigger sees it, which is how a backfill does it unless the plan says otherwise.
        String plain = "SET LOCAL ROLE NONE; SET LOCAL session_replication_role = replica; " + doing.plain(odd);
        String content =
                doing == DROP_TABLE ? "SELECT" : "SELECT * FROM " + odd.name().sql() + " ORDER BY 1";
        List<String> wanted = target.after(plain, content);
        target.everything(target.compiled(plan));
        target.as("none");
        assertThat(target.now(content)).as(cell).isEqualTo(wanted);
    }
}
