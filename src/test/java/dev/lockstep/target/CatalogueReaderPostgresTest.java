package dev.lockstep.target;

import static dev.lockstep.target.Bench.USERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.lockstep.engine.Targets.CatalogueReading;
import dev.lockstep.fixture.Fact;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Column;
import dev.lockstep.schema.Column.ColumnGrant;
import dev.lockstep.schema.Column.DefaultValue;
import dev.lockstep.schema.Constraint;
import dev.lockstep.schema.Dependent;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Index;
import dev.lockstep.schema.Surroundings;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import dev.lockstep.schema.Trigger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CatalogueReaderPostgresTest {
    private final Bench bench = new Bench();

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    private static Catalogue catalogue(Bench bench, TableName... tables) {
        return assertThat(bench.read(tables))
                .asInstanceOf(type(CatalogueReading.Read.class))
                .actual()
                .catalogue();
    }

    private Table users() {
        return catalogue(bench, USERS).table(USERS).orElseThrow();
    }

    private static Identifier id(String name) {
        return new Identifier(name);
    }

    @Test
    void tellsWhereAValueComesFromWhenNoneIsGiven() {
        bench.sql("""
                CREATE FUNCTION tick() RETURNS int VOLATILE LANGUAGE sql AS 'SELECT 1';
                CREATE FUNCTION tock() RETURNS int STABLE LANGUAGE sql AS 'SELECT 1';
                CREATE FUNCTION ticking(int, int) RETURNS int VOLATILE LANGUAGE sql AS 'SELECT $1';
                CREATE OPERATOR +? (FUNCTION = ticking, LEFTARG = int, RIGHTARG = int);
                CREATE TABLE users (
                  a int, b text DEFAULT 'x', c timestamptz DEFAULT now(), d timestamptz DEFAULT CURRENT_TIMESTAMP,
                  e uuid DEFAULT gen_random_uuid(), f serial, g timestamptz DEFAULT clock_timestamp(),
                  h int DEFAULT tick() + 1, i int DEFAULT tock(), j int GENERATED ALWAYS AS IDENTITY,
                  l int GENERATED ALWAYS AS (a + 1) STORED, m int DEFAULT 1 +? 2, n name DEFAULT CURRENT_USER);
                """);
        Map<String, String> kinds = users().columns().stream()
                .collect(Collectors.toMap(
                        column -> column.name().value(),
                        column -> column.defaultValue().getClass().getSimpleName()));
        assertThat(kinds)
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry("a", "None"),
                        Map.entry("b", "Stable"),
                        Map.entry("c", "Stable"),
                        Map.entry("d", "Stable"),
                        Map.entry("e", "Volatile"),
                        Map.entry("f", "Volatile"),
                        Map.entry("g", "Volatile"),
                        Map.entry("h", "Volatile"),
                        Map.entry("i", "Stable"),
                        Map.entry("j", "Identity"),
                        Map.entry("l", "Generated"),
                        Map.entry("m", "Volatile"),
                        Map.entry("n", "Stable")));
        assertThat(users().column(id("i")).orElseThrow().defaultValue())
                .isEqualTo(new DefaultValue.Stable("public.tock()"));
        assertThat(users().column(id("j")).orElseThrow().defaultValue()).isEqualTo(new DefaultValue.Identity(true));
    }

    @Test
    void printsTypesCollationsAndGrantsSoThatTheyCanBeWrittenAgain() {
        bench.sql("""
                DROP ROLE IF EXISTS "Odd role"; CREATE ROLE "Odd role";
                CREATE DOMAIN short AS varchar(10) CHECK (value <> '');
                CREATE DOMAIN shorter AS short;
                CREATE TABLE users (id int, a varchar(20) COLLATE "C" NOT NULL, b shorter);
                ALTER TABLE users DROP COLUMN id;
                GRANT SELECT (a) ON users TO PUBLIC;
                GRANT UPDATE (a) ON users TO "Odd role" WITH GRANT OPTION;
                """);
        Column a = users().column(id("a")).orElseThrow();
        assertThat(a.attribute()).isEqualTo(2);
        assertThat(a.type()).isEqualTo("character varying(20)");
        assertThat(a.baseType()).isEqualTo("character varying(20)");
        assertThat(a.collation()).contains("pg_catalog.\"C\"");
        assertThat(a.notNull()).isTrue();
        assertThat(a.grants())
                .containsExactlyInAnyOrder(
                        new ColumnGrant("SELECT", id("public"), false),
                        new ColumnGrant("UPDATE", id("Odd role"), true));
        Column b = users().column(id("b")).orElseThrow();
        assertThat(b.type()).isEqualTo("public.shorter");
        assertThat(b.baseType()).isEqualTo("character varying(10)");
        bench.sql("DROP OWNED BY \"Odd role\"; DROP ROLE \"Odd role\"");
    }

    @Test
    void knowsCommentsEnumerationsSchemasAndTakenNames() {
        bench.sql("""
                CREATE TABLE users (id serial PRIMARY KEY, name text, bare text);
                COMMENT ON TABLE users IS 'people';
                COMMENT ON COLUMN users.name IS 'what they''re called';
                CREATE SCHEMA "Odd.one";
                CREATE TYPE "Odd.one".mood AS ENUM ('sad', 'ok');
                ALTER TYPE "Odd.one".mood ADD VALUE 'glum' BEFORE 'ok';
                """);
        Catalogue catalogue = catalogue(
                bench,
                USERS,
                TableName.parse("users_id_seq"),
                TableName.parse("users_pkey"),
                TableName.parse("\"Odd.one\".mood"),
                TableName.parse("free"));
        Table users = catalogue.table(USERS).orElseThrow();
        assertThat(users.comment()).contains("people");
        assertThat(users.columns())
                .extracting(Column::comment)
                .containsExactly(Optional.empty(), Optional.of("what they're called"), Optional.empty());
        assertThat(catalogue.names().enums())
                .containsOnly(Map.entry(TableName.parse("\"Odd.one\".mood"), List.of("sad", "glum", "ok")));
        assertThat(catalogue.names().schemas()).contains(id("public"), id("Odd.one"));
        assertThat(catalogue.names().taken())
                .containsOnly(
                        Map.entry(TableName.parse("users_id_seq"), "a sequence"),
                        Map.entry(TableName.parse("users_pkey"), "an index"),
                        Map.entry(TableName.parse("\"Odd.one\".mood"), "a type"));
    }

    @Test
    void namesWhatStandsInTheWayOfDroppingATable() {
        bench.sql("""
                CREATE TABLE users (id serial PRIMARY KEY, name text, boss int REFERENCES users, CHECK (name <> ''));
                CREATE INDEX ON users (lower(name));
                CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
                CREATE TRIGGER t BEFORE UPDATE ON users FOR EACH ROW WHEN (OLD.name <> NEW.name) EXECUTE FUNCTION f();
                CREATE POLICY p ON users USING (name = CURRENT_USER);
                CREATE PUBLICATION news FOR TABLE users (id, name);
                """);
        assertThat(users().inboundKeys()).isEmpty();
        assertThat(users().wholeDependents()).containsExactly(new Table.TableDependent("publication", "news"));
        bench.sql("""
                CREATE VIEW counted AS SELECT count(*) FROM users;
                CREATE MATERIALIZED VIEW names AS SELECT name FROM users;
                CREATE TABLE orders (id int DEFAULT nextval('users_id_seq'), who int, template users, everybody users[]);
                ALTER TABLE orders ADD CONSTRAINT of_user FOREIGN KEY (who) REFERENCES users ON DELETE CASCADE NOT VALID;
                CREATE POLICY q ON orders USING (EXISTS (SELECT FROM users));
                CREATE FUNCTION g(users) RETURNS int LANGUAGE sql AS 'SELECT 1';
                """);
        assertThat(users().inboundKeys())
                .containsExactly(new Table.InboundKey(
                        TableName.parse("orders"),
                        id("of_user"),
                        "FOREIGN KEY (who) REFERENCES public.users(id) ON DELETE CASCADE NOT VALID",
                        false));
        assertThat(users().wholeDependents())
                .extracting(Table.TableDependent::description)
                .containsExactlyInAnyOrder(
                        "default value for column id of table public.orders",
                        "function public.g(public.users)",
                        "materialized view public.names",
                        "policy q on table public.orders",
                        "news",
                        "column template of table public.orders",
                        "column everybody of table public.orders",
                        "view public.counted");
    }

    @Test
    void takesIndexesApart() {
        bench.sql("""
                CREATE TABLE users (id int PRIMARY KEY, name text, mail text, gone bool);
                CREATE UNIQUE INDEX odd ON users USING btree (lower(name) COLLATE "C" text_pattern_ops DESC, mail)
                  INCLUDE (id) NULLS NOT DISTINCT WITH (fillfactor = 70) WHERE (NOT gone);
                """);
        Index odd = users().indexes().stream()
                .filter(index -> index.name().equals(id("odd")))
                .findFirst()
                .orElseThrow();
        assertThat(odd.unique()).isTrue();
        assertThat(odd.valid()).isTrue();
        assertThat(odd.columns()).containsExactlyInAnyOrder(id("name"), id("mail"), id("id"), id("gone"));
        Index.Shape shape = odd.shape();
        assertThat(shape.method()).isEqualTo("btree");
        assertThat(shape.keys()).hasSize(2);
        assertThat(shape.keys().getFirst())
                .asInstanceOf(type(Index.Key.Computed.class))
                .satisfies(key -> assertThat(key.expression()).isEqualTo("lower(name)"))
                .satisfies(key -> assertThat(key.qualifiers())
                        .isEqualTo("COLLATE pg_catalog.\"C\" pg_catalog.text_pattern_ops DESC NULLS FIRST"));
        assertThat(shape.keys().getLast())
                .asInstanceOf(type(Index.Key.Plain.class))
                .satisfies(key -> assertThat(key.column()).isEqualTo(id("mail")));
        assertThat(shape.included()).containsExactly(id("id"));
        assertThat(shape.nullsNotDistinct()).isTrue();
        assertThat(shape.options()).containsExactly("fillfactor=70");
        assertThat(shape.predicate()).contains("(NOT gone)");
        assertThat(shape.computedFrom()).containsExactlyInAnyOrder(id("name"), id("gone"));
        assertThat(users().indexes())
                .filteredOn(Index::primary)
                .singleElement()
                .extracting(Index::constraint)
                .isEqualTo(Optional.of(id("users_pkey")));
    }

    @Test
    void readsConstraintsAndTriggers() {
        bench.sql("""
                CREATE TABLE teams (id int PRIMARY KEY);
                CREATE TABLE users (id int PRIMARY KEY, team int REFERENCES teams, age int, name text);
                ALTER TABLE users ADD CONSTRAINT adult CHECK (age >= 18) NOT VALID;
                CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
                CREATE TRIGGER stamp BEFORE UPDATE OF name ON users FOR EACH ROW EXECUTE FUNCTION stamp();
                ALTER TABLE users ENABLE ALWAYS TRIGGER stamp;
                """);
        assertThat(users().constraints())
                .extracting(Constraint::name, Constraint::kind, Constraint::validated)
                .containsExactlyInAnyOrder(
                        tuple(id("adult"), Constraint.Kind.CHECK, false),
                        tuple(id("users_pkey"), Constraint.Kind.PRIMARY_KEY, true),
                        tuple(id("users_team_fkey"), Constraint.Kind.FOREIGN_KEY, true));
        assertThat(users().constraints())
                .filteredOn(constraint -> constraint.kind() == Constraint.Kind.FOREIGN_KEY)
                .singleElement()
                .extracting(Constraint::referenced, Constraint::definition)
                .containsExactly(
                        Optional.of(TableName.parse("teams")), "FOREIGN KEY (team) REFERENCES public.teams(id)");
        assertThat(users().triggers())
                .singleElement()
                .isEqualTo(new Trigger(
                        id("stamp"),
                        true,
                        true,
                        false,
                        true,
                        List.of(id("name")),
                        Trigger.Firing.ALWAYS,
                        "public.stamp",
                        "BEGIN RETURN NEW; END"));
    }

    @Test
    void listsWhatStandsInTheWayOfADrop() {
        bench.sql("""
                CREATE TABLE users (id int PRIMARY KEY, name text UNIQUE, size int GENERATED ALWAYS AS (length(name)) STORED,
                  nick text DEFAULT 'x' CHECK (nick <> ''));
                CREATE INDEX ON users (name);
                CREATE VIEW names AS SELECT name FROM users;
                CREATE MATERIALIZED VIEW kept AS SELECT name FROM users;
                CREATE POLICY own ON users USING (name = CURRENT_USER);
                CREATE PUBLICATION filtered FOR TABLE users WHERE (name <> '');
                CREATE TABLE pets (owner text REFERENCES users (name));
                CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
                CREATE TRIGGER stamp BEFORE UPDATE ON users FOR EACH ROW WHEN (NEW.name <> OLD.name)
                  EXECUTE FUNCTION stamp();
                """);
        bench.sql("CREATE FUNCTION first_name() RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT name FROM users; END");
        assertThat(users().dependents())
                .filteredOn(dependent -> dependent.column().equals(id("name")))
                .extracting(Dependent::kind, Dependent::description)
                .containsExactlyInAnyOrder(
                        tuple("view", "view public.names"),
                        tuple("materialized view", "materialized view public.kept"),
                        tuple("generated column", "column size of table public.users"),
                        tuple("policy", "policy own on table public.users"),
                        tuple("publication", "publication of table public.users in publication filtered"),
                        tuple("foreign key", "constraint pets_owner_fkey on table public.pets"),
                        tuple("function", "function public.first_name()"),
                        tuple("trigger", "trigger stamp on table public.users"));
        assertThat(users().dependents())
                .noneMatch(dependent -> dependent.column().equals(id("nick")));
    }

    @Test
    void saysWhoIsAskingAndWhetherItSeesEveryRow() throws Exception {
        bench.sql("""
                DROP ROLE IF EXISTS lockstep_reader; CREATE ROLE lockstep_reader LOGIN;
                CREATE TABLE users (id int); ALTER TABLE users ENABLE ROW LEVEL SECURITY;
                """);
        Catalogue all = catalogue(bench, USERS);
        assertThat(all.role()).isEqualTo(new Catalogue.Role(id("postgres"), true, true, true));
        assertThat(all.serverVersion()).isGreaterThan(140000);
        assertThat(all.table(USERS).orElseThrow().rowsHidden()).isEmpty();
        try (Bench reader = bench.as("lockstep_reader")) {
            Catalogue some = catalogue(reader, USERS);
            assertThat(some.role()).isEqualTo(new Catalogue.Role(id("lockstep_reader"), false, false, false));
            assertThat(some.table(USERS).orElseThrow().rowsHidden())
                    .hasValueSatisfying(why -> assertThat(why).contains("BYPASSRLS"));
        }
    }

    @Test
    @Fact("P29")
    void saysWhenTheServerWouldRefuseUpdates() {
        bench.sql("CREATE TABLE users (id int); CREATE PUBLICATION everything FOR ALL TABLES");
        assertThat(users().updatesRefused())
                .hasValueSatisfying(why -> assertThat(why).contains("everything"));
        bench.sql("ALTER TABLE users ADD PRIMARY KEY (id)");
        assertThat(users().updatesRefused()).isEmpty();
        bench.sql("ALTER TABLE users REPLICA IDENTITY NOTHING");
        assertThat(users().updatesRefused()).isPresent();
        bench.sql("ALTER TABLE users REPLICA IDENTITY FULL");
        assertThat(users().updatesRefused()).isEmpty();
        bench.sql("ALTER TABLE users REPLICA IDENTITY NOTHING; DROP PUBLICATION everything;"
                + " CREATE PUBLICATION inserts FOR TABLE users WITH (publish = 'insert')");
        assertThat(users().updatesRefused()).isEmpty();
        bench.sql("CREATE PUBLICATION by_schema FOR TABLES IN SCHEMA public");
        assertThat(users().updatesRefused())
                .hasValueSatisfying(why -> assertThat(why).contains("by_schema"));
    }

    @Test
    void tellsTablesFromPartitionsAndViews() {
        bench.sql("""
                CREATE TABLE users (id int);
                CREATE TABLE parted (id int) PARTITION BY RANGE (id);
                CREATE TABLE part PARTITION OF parted FOR VALUES FROM (0) TO (10);
                CREATE TABLE parent (id int); CREATE TABLE child () INHERITS (parent);
                CREATE VIEW looking AS SELECT * FROM users; CREATE MATERIALIZED VIEW kept AS SELECT * FROM users;
                CREATE SEQUENCE counting;
                INSERT INTO part SELECT n FROM generate_series(0, 9) AS n;
                """);
        Map<String, Table.Kind> expected = Map.of(
                "users", Table.Kind.ORDINARY,
                "parted", Table.Kind.PARTITIONED,
                "part", Table.Kind.PARTITION,
                "parent", Table.Kind.PARTITIONED,
                "child", Table.Kind.PARTITION,
                "looking", Table.Kind.VIEW,
                "kept", Table.Kind.MATERIALISED_VIEW);
        Catalogue catalogue = catalogue(
                bench,
                List.of("users", "parted", "part", "parent", "child", "looking", "kept", "counting", "missing").stream()
                        .map(TableName::parse)
                        .toArray(TableName[]::new));
        assertThat(catalogue.tables().values().stream()
                        .collect(Collectors.toMap(table -> table.name().toString(), Table::kind)))
                .isEqualTo(expected);
        assertThat(catalogue.table(TableName.parse("parted")).orElseThrow().blocks())
                .isEqualTo(1);
    }

    @Test
    void seesWhatStandsAroundATable() {
        bench.sql("""
                CREATE TABLE users (id int GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME "Odd seq"), tenant int);
                CREATE TABLE tenants (id int, clerk name);
                GRANT SELECT ON users TO pg_monitor WITH GRANT OPTION; GRANT INSERT ON users TO PUBLIC;
                ALTER TABLE users ENABLE ROW LEVEL SECURITY; ALTER TABLE users FORCE ROW LEVEL SECURITY;
                CREATE POLICY own ON users AS RESTRICTIVE FOR UPDATE TO pg_monitor, postgres
                  USING (EXISTS (SELECT FROM tenants t WHERE t.id = users.tenant)) WITH CHECK (tenant > 0);
                CREATE PUBLICATION single FOR TABLE users; CREATE PUBLICATION every FOR ALL TABLES;
                CREATE PUBLICATION within FOR TABLES IN SCHEMA public; CREATE PUBLICATION other FOR TABLE tenants;
                CREATE FUNCTION label(users) RETURNS text LANGUAGE sql AS 'SELECT ''x''';
                CREATE FUNCTION every_user() RETURNS SETOF users LANGUAGE sql AS 'SELECT * FROM users';
                CREATE FUNCTION many(users[]) RETURNS int LANGUAGE sql AS 'SELECT 1';
                CREATE RULE quiet AS ON DELETE TO users DO INSTEAD NOTHING;
                """);
        Surroundings around = users().surroundings();
        assertThat(around.owner()).isEqualTo(id("postgres"));
        assertThat(around.grants())
                .containsExactly(
                        new Surroundings.TableGrant("SELECT", id("pg_monitor"), true),
                        new Surroundings.TableGrant("INSERT", id("public"), false));
        Surroundings.RowSecurity security = around.rowSecurity();
        assertThat(List.of(security.enabled(), security.forced())).containsExactly(true, true);
        assertThat(security.policies()).singleElement().satisfies(policy -> {
            assertThat(policy.permissive()).isFalse();
            assertThat(policy.command()).isEqualTo("UPDATE");
            assertThat(policy.roles()).containsExactly(id("pg_monitor"), id("postgres"));
            assertThat(policy.using().orElseThrow()).contains("= users.tenant");
            assertThat(policy.check()).contains("(tenant > 0)");
        });
        assertThat(around.publications())
                .containsExactly(
                        new Surroundings.Publication(id("every"), true),
                        new Surroundings.Publication(id("single"), false),
                        new Surroundings.Publication(id("within"), true));
        assertThat(around.rowFunctions()).containsExactly("public.label(public.users)", "public.many(public.users[])");
        assertThat(around.rules()).containsExactly(id("quiet"));
        assertThat(around.identitySequences())
                .containsExactly(Map.entry(id("id"), TableName.parse("public.\"Odd seq\"")));
    }

    @Test
    void readsAWholeTreeOfPartitionsWhenItsRootIsAskedFor() {
        bench.sql("""
                CREATE SCHEMA old;
                CREATE TABLE users (id int, born date, "Region" text) PARTITION BY RANGE (born, lower("Region"));
                CREATE TABLE users_2025 PARTITION OF users FOR VALUES FROM ('2025-01-01', MINVALUE) TO ('2026-01-01', MINVALUE);
                CREATE TABLE old.users_2024 PARTITION OF users
                  FOR VALUES FROM ('2024-01-01', MINVALUE) TO ('2025-01-01', MINVALUE) PARTITION BY LIST (id);
                CREATE TABLE old."Users 2024 one" PARTITION OF old.users_2024 FOR VALUES IN (1);
                CREATE TABLE old.users_2024_rest PARTITION OF old.users_2024 DEFAULT;
                """);
        Catalogue catalogue = catalogue(bench, USERS);
        assertThat(catalogue.tables().keySet())
                .extracting(TableName::toString)
                .containsExactlyInAnyOrder(
                        "users", "users_2025", "old.users_2024", "old.Users 2024 one", "old.users_2024_rest");
        Table root = catalogue.table(USERS).orElseThrow();
        assertThat(root.partitionKey())
                .contains(new Table.PartitionKey("RANGE (born, lower(\"Region\"))", List.of(id("born")), true));
        assertThat(root.partitions())
                .extracting(partition -> partition.name().toString())
                .containsExactly("old.users_2024", "users_2025");
        Table middle = catalogue.table(TableName.parse("old.users_2024")).orElseThrow();
        assertThat(middle.kind()).isEqualTo(Table.Kind.PARTITIONED);
        assertThat(middle.partitions())
                .containsExactly(
                        new Table.Partition(TableName.parse("old.\"Users 2024 one\""), "FOR VALUES IN (1)"),
                        new Table.Partition(TableName.parse("old.users_2024_rest"), "DEFAULT"));
        assertThat(catalogue.table(TableName.parse("users_2025")).orElseThrow())
                .satisfies(leaf -> assertThat(leaf.kind()).isEqualTo(Table.Kind.PARTITION))
                .satisfies(leaf -> assertThat(leaf.partitions()).isEmpty());
    }

    @Test
    void readsWhatHangsOnAnIndex() {
        bench.sql("""
                CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL UNIQUE, boss text REFERENCES users (name));
                CREATE TABLE pets (owner int REFERENCES users);
                CREATE VIEW counted AS SELECT id, name, count(*) FROM users GROUP BY id;
                CREATE INDEX "Lower" ON users (id, lower(name));
                ALTER INDEX "Lower" ALTER COLUMN 2 SET STATISTICS 500;
                ALTER TABLE users CLUSTER ON "Lower";
                COMMENT ON INDEX "Lower" IS 'it''s lower';
                CREATE TABLE parted (id int) PARTITION BY LIST (id);
                CREATE TABLE part PARTITION OF parted DEFAULT;
                CREATE INDEX parted_id ON parted (id);
                """);
        bench.sql("ALTER TABLE users REPLICA IDENTITY USING INDEX users_name_key");
        List<Index> indexes = users().indexes();
        Function<String, Index.Ties> ties = name -> indexes.stream()
                .filter(index -> index.name().value().equals(name))
                .findFirst()
                .orElseThrow()
                .ties();
        assertThat(ties.apply("users_pkey").neededBy())
                .containsExactlyInAnyOrder(
                        "constraint pets_owner_fkey on table public.pets", "rule _RETURN on view public.counted");
        assertThat(ties.apply("users_name_key").neededBy())
                .containsExactly("constraint users_boss_fkey on table public.users");
        assertThat(ties.apply("users_name_key").replicaIdentity()).isTrue();
        assertThat(ties.apply("Lower"))
                .isEqualTo(new Index.Ties(
                        false,
                        Optional.empty(),
                        List.of(),
                        List.of(
                                "COMMENT ON INDEX public.\"Lower\" IS 'it''s lower'",
                                "ALTER INDEX public.\"Lower\" ALTER COLUMN 2 SET STATISTICS 500",
                                "ALTER TABLE public.users CLUSTER ON \"Lower\"")));
        TableName part = TableName.parse("part");
        assertThat(catalogue(bench, part).table(part).orElseThrow().indexes())
                .singleElement()
                .satisfies(index -> assertThat(index.ties().attachedTo()).contains(id("parted_id")));
    }
}
