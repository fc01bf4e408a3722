package dev.lockstep.change;

import static dev.lockstep.change.Plans.compiled;
import static dev.lockstep.change.Plans.plan;
import static dev.lockstep.change.Plans.refusals;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.fixture.Fact;
import dev.lockstep.plan.PlanSpec;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChangeColumnTypeRecipePostgresTest {
    private static final String ITEMS =
            "CREATE TABLE items (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, price numeric(10,2) NOT NULL)";
    private static final String BOTH = "SELECT price, cost FROM items ORDER BY id";

    private static PlanSpec toCost(String type, @Nullable String up, @Nullable String down) {
        return plan(Plans.retype("items", "price", type, "cost", up, down));
    }

    private static PlanSpec inPlace(String type) {
        return plan(Plans.retype("items", "price", type, null, null, null));
    }

    /** What the change does to the database as it is now. */
    private static Compilation.Compiled on(TestTarget target, PlanSpec spec) {
        return compiled(spec, target.catalogue(spec));
    }

    @Test
    void oldAndNewWritersSeeEachOtherConverted() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(ITEMS, "INSERT INTO items (price) VALUES (1.50)");
            var plan = on(target, toCost("bigint", "(price * 100)::bigint", "cost / 100.0"));
            target.forward(plan, "expand");
            target.sql(
                    "INSERT INTO items (price) VALUES (2.25)",
                    "INSERT INTO items (cost) VALUES (399)",
                    "INSERT INTO items (price, cost) VALUES (1, 777)",
                    "UPDATE items SET price = 2.50 WHERE id = 2",
                    "UPDATE items SET cost = cost + 1 WHERE id = 3",
                    "UPDATE items SET price = 9, cost = 500 WHERE id = 4");
            assertThat(target.rows(BOTH)).containsExactly("1.50|-", "2.50|250", "4.00|400", "5.00|500");
            target.forward(plan, "backfill");
            assertThat(target.rows(BOTH)).containsExactly("1.50|150", "2.50|250", "4.00|400", "5.00|500");
            target.forward(plan, "contract");
            assertThat(target.rows("SELECT cost FROM items ORDER BY id")).containsExactly("150", "250", "400", "500");
        }
    }

    @Test
    @Fact("P21")
    void sideThatWasWrittenIsNeverWrittenOver() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(ITEMS, "ALTER TABLE items ADD COLUMN seen int", "INSERT INTO items (price) VALUES (1.00)");
            var plan = on(target, toCost("numeric(12,4)", null, null));
            target.forward(plan, "expand", "backfill");
            target.sql("UPDATE items SET cost = 1.2345", "INSERT INTO items (cost) VALUES (0.0001)");
            target.sql("UPDATE items SET seen = 1", "UPDATE items SET cost = cost, price = price");
            assertThat(target.rows(BOTH)).containsExactly("1.23|1.2345", "0.00|0.0001");
            target.forward(plan, "contract");
            assertThat(target.rows("SELECT cost FROM items ORDER BY id")).containsExactly("1.2345", "0.0001");
        }
    }

    @Test
    void backfillLeavesTheOldSideAlone() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(ITEMS, "INSERT INTO items (price) VALUES (1.49)");
            var plan = on(target, toCost("integer", "round(price)", null));
            target.forward(plan, "expand", "backfill");
            assertThat(target.rows(BOTH)).containsExactly("1.49|1");
        }
    }

    @Test
    @Fact("P26")
    void rollbackIsHeldWhileItWouldLoseWhatNewCodeWrote() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(ITEMS, "INSERT INTO items (price) VALUES (1.00), (2.00)");
            List<String> before = target.shape();
            target.forward(on(target, toCost("numeric(12,4)", null, null)), "expand", "backfill");
            target.sql("UPDATE items SET cost = 1.2345 WHERE id = 1");
            assertThatThrownBy(target::back).isInstanceOf(AssertionError.class).hasMessageContaining("id = 1");
            target.sql("UPDATE items SET cost = CAST((price) AS numeric(12,4))");
            target.back();
            assertThat(target.shape()).isEqualTo(before);
            assertThat(target.rows("SELECT price FROM items ORDER BY id")).containsExactly("1.23", "2.00");
        }
    }

    @Test
    @Fact("P26")
    void valuesThatACastWouldChangeHoldThePlanBeforeAnythingIsDone() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(ITEMS, "INSERT INTO items (price) VALUES (1.00), (2.50)");
            var plan = on(target, inPlace("integer"));
            assertThatThrownBy(() -> target.forward(plan, "expand"))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("id 2")
                    .hasMessageNotContaining("id = 1");
            assertThat(target.rows(
                            "SELECT attname FROM pg_attribute WHERE attrelid = 'items'::regclass AND attnum > 0"))
                    .containsExactly("id", "price");
        }
    }

    @Test
    @Fact("P31")
    void rowThatCannotBeConvertedIsNamedBeforeAnythingIsDone() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(
                    "CREATE TABLE items (id int PRIMARY KEY, price text)",
                    "INSERT INTO items SELECT i, CASE i WHEN 4321 THEN 'x' ELSE i::text END FROM generate_series(1, 9000) i");
            var plan = on(target, inPlace("integer"));
            assertThatThrownBy(() -> target.forward(plan, "expand"))
                    .hasMessageContaining("id 4321: invalid input syntax for type integer: \"x\"");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "varchar(20), varchar(50), true",
        "varchar(20), text, true",
        "'numeric(10,2)', 'numeric(12,2)', true",
        "varchar(50), varchar(20), false",
        "integer, bigint, false",
        "'numeric(10,2)', 'numeric(10,3)', false",
        "text, citext, false",
    })
    @Fact("P16")
    void serverSaysWhatCanBeDoneAtOnce(String from, String to, boolean instant) throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(
                    "CREATE EXTENSION citext",
                    "CREATE TABLE items (id int PRIMARY KEY, price " + from + " CHECK (price IS NOT NULL))",
                    "COMMENT ON CONSTRAINT items_price_check ON items IS 'no gifts'",
                    "CREATE INDEX ON items (price)",
                    "INSERT INTO items VALUES (1, '7')");
            List<String> before = target.shape();
            List<String> file = target.rows("SELECT pg_relation_filenode('items')");
            var plan = on(target, inPlace(to));
            assertThat(plan.phases()).hasSize(instant ? 1 : 4);
            if (instant) {
                target.everything(plan);
                assertThat(target.rows("SELECT pg_relation_filenode('items')")).isEqualTo(file);
                // The way back would rewrite the table, which nobody is safe to look at meanwhile.
                List<String> wider = target.shape();
                target.back();
                assertThat(target.shape()).isEqualTo(wider).isNotEqualTo(before);
                var again = on(target, inPlace(to));
                assertThat(again.notes()).anyMatch(note -> note.contains("is there already"));
                target.everything(again);
                assertThat(target.shape()).isEqualTo(wider);
            } else {
                target.everything(plan);
            }
            try (TestTarget plain = new TestTarget()) {
                plain.sql(
                        "CREATE EXTENSION citext",
                        "CREATE TABLE items (id int PRIMARY KEY, price " + from + " CHECK (price IS NOT NULL))",
                        "COMMENT ON CONSTRAINT items_price_check ON items IS 'no gifts'",
                        "CREATE INDEX ON items (price)",
                        "ALTER TABLE items ALTER COLUMN price TYPE " + to);
                assertThat(target.shape()).isEqualTo(plain.shape());
            }
        }
    }

    @Test
    void checksAreProvenAlsoWhereTheRunIsTakenBackBeforeTheirTurn() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql("CREATE TABLE items (id int PRIMARY KEY, price varchar(20) CHECK (price <> ''))");
            List<Step> steps = on(target, inPlace("text")).phases().getFirst().steps();
            Step alter = steps.get(1);
            String proven =
                    "SELECT convalidated FROM pg_constraint WHERE conrelid = 'items'::regclass AND contype = 'c'";
            target.run(alter.action());
            assertThat(target.rows(proven)).containsExactly("f");
            assertThat(alter.undo()).isInstanceOfSatisfying(Step.Undo.By.class, undo -> {
                try {
                    target.run(undo.action());
                } catch (SQLException e) {
                    throw new AssertionError(e);
                }
            });
            assertThat(target.rows(proven)).containsExactly("t");
        }
    }

    /** The server itself loses it with the plain change of type. */
    private static final String STATISTICS_TARGET = "ALTER STATISTICS together SET STATISTICS 77";

    /** Everything that hangs on a column, and an index of every sort. */
    private static final List<String> RICH = List.of(
            "CREATE TABLE items (id serial PRIMARY KEY, price int NOT NULL DEFAULT 7, tenant int,"
                    + " CONSTRAINT positive CHECK (price > 0), CONSTRAINT once UNIQUE (tenant, price))",
            "ALTER TABLE items ADD CONSTRAINT less CHECK (price < tenant * 1000) NOT VALID",
            "CREATE TABLE prices (price bigint PRIMARY KEY)",
            "ALTER TABLE items ADD CONSTRAINT listed FOREIGN KEY (price) REFERENCES prices ON UPDATE CASCADE",
            "CREATE TABLE lines (tenant int, price int, CONSTRAINT of_item FOREIGN KEY (tenant, price)"
                    + " REFERENCES items (tenant, price) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED)",
            "CREATE INDEX by_price ON items (price DESC NULLS LAST, tenant) INCLUDE (id) WITH (fillfactor = 70)"
                    + " WHERE price > 3",
            "CREATE INDEX half ON items ((price / 2))",
            "CREATE UNIQUE INDEX one ON items (price, (tenant % 10)) NULLS NOT DISTINCT",
            "CREATE STATISTICS together (ndistinct, mcv) ON price, tenant FROM items",
            STATISTICS_TARGET,
            "COMMENT ON COLUMN items.price IS 'it''s in cents'",
            "COMMENT ON INDEX by_price IS 'for the list'",
            "COMMENT ON CONSTRAINT positive ON items IS 'no gifts'",
            "COMMENT ON CONSTRAINT once ON items IS 'each once'",
            "COMMENT ON STATISTICS together IS 'they go together'",
            "ALTER TABLE items ALTER COLUMN price SET STATISTICS 321",
            "ALTER TABLE items ALTER COLUMN price SET (n_distinct = 5)",
            "ALTER TABLE items ALTER COLUMN tenant SET NOT NULL",
            "ALTER TABLE items REPLICA IDENTITY USING INDEX once",
            "ALTER TABLE items CLUSTER ON once",
            "GRANT SELECT (price), UPDATE (price) ON items TO pg_monitor",
            "INSERT INTO prices VALUES (7), (8), (9)",
            "INSERT INTO items (price, tenant) VALUES (8, 1), (9, 2)",
            "INSERT INTO lines VALUES (1, 8)");

    @Test
    @Fact("P33")
    void endsAsAPlainChangeOfTypeWould() throws SQLException {
        try (TestTarget target = new TestTarget();
                TestTarget plain = new TestTarget()) {
            target.sql(RICH.toArray(String[]::new));
            plain.sql(RICH.toArray(String[]::new));
            List<String> before = target.shape();
            var plan = on(target, inPlace("bigint"));
            target.forward(plan, "expand", "backfill");
            target.sql("INSERT INTO items (tenant) VALUES (3)", "UPDATE prices SET price = 99 WHERE price = 9");
            target.back();
            assertThat(target.shape()).isEqualTo(before);

            target.everything(on(target, inPlace("bigint")));
            plain.sql("ALTER TABLE items ALTER COLUMN price TYPE bigint", STATISTICS_TARGET);
            assertThat(target.shape()).isEqualTo(plain.shape());
            target.sql("UPDATE prices SET price = 999 WHERE price = 99", "DELETE FROM items WHERE price = 8");
            assertThat(target.rows("SELECT * FROM lines")).isEmpty();
        }
    }

    @Test
    @Fact("P23")
    void endsAsAPlainChangeOfTypeAndNameWould() throws SQLException {
        try (TestTarget target = new TestTarget();
                TestTarget plain = new TestTarget()) {
            target.sql(RICH.toArray(String[]::new));
            plain.sql(RICH.toArray(String[]::new));
            List<String> before = target.shape();
            PlanSpec spec = toCost("bigint", null, null);
            target.forward(on(target, spec), "expand", "backfill");
            target.sql(
                    "INSERT INTO items (cost, tenant) VALUES (7, 3)", "UPDATE prices SET price = 99 WHERE price = 9");
            assertThat(target.rows("SELECT price, cost FROM items ORDER BY id")).containsExactly("8|8", "99|99", "7|7");
            target.back();
            assertThat(target.shape()).isEqualTo(before);

            target.everything(on(target, spec));
            plain.sql(
                    "ALTER TABLE items ALTER COLUMN price TYPE bigint",
                    "ALTER TABLE items RENAME COLUMN price TO cost",
                    STATISTICS_TARGET);
            assertThat(target.shape()).isEqualTo(plain.shape());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "serial, ''",
        "int GENERATED ALWAYS AS IDENTITY (INCREMENT 5 CACHE 3), ''",
        "int GENERATED BY DEFAULT AS IDENTITY, x"
    })
    void keysGrowWithTheirSequenceAndWhatRefersToThem(String type, String to) throws SQLException {
        try (TestTarget target = new TestTarget();
                TestTarget fresh = new TestTarget()) {
            List<String> tables = List.of(
                    "CREATE TABLE items (price " + type + " PRIMARY KEY, parent int, note text)",
                    "ALTER TABLE items ADD CONSTRAINT tree FOREIGN KEY (parent) REFERENCES items",
                    "CREATE TABLE lines (item int REFERENCES items ON DELETE SET NULL)",
                    "GRANT USAGE ON SEQUENCE items_price_seq TO pg_monitor");
            for (TestTarget each : List.of(target, fresh)) {
                each.sql(tables.toArray(String[]::new));
                each.sql(
                        "INSERT INTO items (note) VALUES ('a'), ('b')",
                        "INSERT INTO lines SELECT min(price) FROM items");
            }
            List<String> before = target.shape();
            PlanSpec spec = plan(Plans.retype("items", "price", "bigint", to.isEmpty() ? null : "cost", null, null));
            target.forward(on(target, spec), "expand", "backfill");
            target.sql("INSERT INTO items (note) VALUES ('between')");
            target.back();
            assertThat(target.shape()).isEqualTo(before);
            fresh.sql("INSERT INTO items (note) VALUES ('between')");

            target.everything(on(target, spec));
            fresh.sql("ALTER TABLE items ALTER COLUMN price TYPE bigint");
            if (type.equals("serial")) {
                fresh.sql("ALTER SEQUENCE items_price_seq AS bigint");
            }
            if (!to.isEmpty()) {
                fresh.sql("ALTER TABLE items RENAME COLUMN price TO cost");
            }
            assertThat(target.shape()).isEqualTo(fresh.shape());
            for (TestTarget each : List.of(target, fresh)) {
                each.sql("INSERT INTO items (note) VALUES ('after')");
            }
            String column = to.isEmpty() ? "price" : "cost";
            assertThat(target.rows("SELECT " + column + " FROM items ORDER BY 1"))
                    .isEqualTo(fresh.rows("SELECT " + column + " FROM items ORDER BY 1"));
            target.sql("DELETE FROM items WHERE note = 'a'");
            assertThat(target.rows("SELECT item FROM lines")).containsExactly("-");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "text; DEFAULT '5'; integer; ; 5",
                "integer; DEFAULT 5; bigint; price * 100; '500'::bigint",
                "timestamp; DEFAULT now(); timestamptz; price AT TIME ZONE 'UTC'; now()",
                "text; DEFAULT 'open'; integer; CASE price WHEN 'open' THEN 1 ELSE 2 END; 1",
            })
    void defaultIsConverted(String type, String given, String to, String up, String after) throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql("CREATE TABLE items (id int PRIMARY KEY, price " + type + " " + given + ")");
            PlanSpec spec = plan(Plans.retype("items", "price", to, "cost", up, up == null ? null : "NULL"));
            target.everything(on(target, spec));
            assertThat(target.rows("SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef"
                            + " WHERE adrelid = 'items'::regclass"))
                    .containsExactly(after);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "nosuch; ; .type: ; type \"nosuch\" does not exist",
                "point; ; .up: ; cannot cast",
                "timestamptz; ; .up: ; not immutable",
                "text; now()::text || price; .up: ; not immutable",
                "integer; nothing + 1; .up: ; column \"nothing\" does not exist",
                "integer; (SELECT 1); .up: ; cannot use subquery",
                "serial; ; .type: ; would number every row",
                "positive; ; .column: ; domain with constraints",
            })
    void nonsenseIsRefusedWithTheServersWords(String type, String up, String path, String words) throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(
                    "CREATE DOMAIN positive AS int CHECK (VALUE > 0)",
                    "CREATE TABLE items (id int PRIMARY KEY, price timestamp)");
            if (type.equals("positive")) {
                target.sql("ALTER TABLE items ALTER COLUMN price TYPE int USING 1");
            }
            PlanSpec spec = plan(Plans.retype("items", "price", type, null, up, null));
            assertThat(refusals(spec, target.catalogue(spec)))
                    .singleElement()
                    .asString()
                    .contains("spec.changes[0].changeColumnType" + path)
                    .contains(words);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "CREATE VIEW v AS SELECT price FROM items; view public.v",
                "CREATE MATERIALIZED VIEW v AS SELECT price FROM items; materialized view public.v",
                "CREATE POLICY p ON items USING (price > 0); policy p",
                "CREATE PUBLICATION p FOR TABLE items WHERE (price > 0); publication of table public.items",
                "CREATE PUBLICATION p FOR TABLE items (id, price); publication of table public.items",
                "CREATE TRIGGER t AFTER UPDATE OF price ON items FOR EACH ROW EXECUTE FUNCTION f(); fires on UPDATE OF",
                "ALTER TABLE items ADD EXCLUDE (price WITH =); cannot be built for a second column",
                "ALTER TABLE items ADD UNIQUE (price) DEFERRABLE; cannot be built for a second column",
                "ALTER TABLE items ADD twice int GENERATED ALWAYS AS (price * 2) STORED; column twice of table public.items",
                "CREATE INDEX ON items (abs(price)); cannot stand as the column would be",
            })
    @Fact("P35")
    void whatCannotBeCarriedIsRefused(String sql, String words) throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(
                    "CREATE TABLE items (id int PRIMARY KEY, price int)",
                    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
                    sql);
            PlanSpec spec = plan(
                    Plans.retype("items", "price", "uuid", null, "'00000000-0000-0000-0000-000000000000'::uuid", null));
            assertThat(refusals(spec, target.catalogue(spec)))
                    .anyMatch(refusal ->
                            refusal.contains("spec.changes[0].changeColumnType.column: ") && refusal.contains(words));
        }
    }

    /** Whose value a BEFORE trigger does not see. */
    @Test
    @Fact("P19")
    void expressionThatUsesAGeneratedColumnIsRefused() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(
                    "CREATE TABLE items (id int PRIMARY KEY, price int, twice int GENERATED ALWAYS AS (id * 2) STORED)");
            PlanSpec spec = plan(Plans.retype("items", "price", "bigint", "cost", "price + twice", "cost - twice"));
            assertThat(refusals(spec, target.catalogue(spec)))
                    .anyMatch(refusal -> refusal.contains("over the row's ordinary columns"));
        }
    }

    @Test
    void foreignKeyOfAnotherTypeIsRefused() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(
                    "CREATE TABLE items (id int PRIMARY KEY, price int UNIQUE)",
                    "CREATE TABLE lines (price int CONSTRAINT of_item REFERENCES items (price))");
            PlanSpec spec = inPlace("text");
            assertThat(refusals(spec, target.catalogue(spec)))
                    .singleElement()
                    .asString()
                    .contains("\"of_item\" cannot be implemented");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "mood; text; ; ; ok; sad",
                "text; mood; ; ; ok; sad",
                "int[]; bigint[]; ; ; {1,2}; {3,NULL}",
                "handle; text; ; ; a; b",
                "json; jsonb; ; ; {\"a\": 1}; {\"b\": 2}",
                "varchar(9); mood; lower(price)::mood; ; ok; sad",
                "char(5); text; ; ; ab; c",
                "boolean; int; ; cost = 1; t; f",
                "timestamp; timestamptz; price AT TIME ZONE 'UTC'; cost AT TIME ZONE 'UTC'; 2024-03-31 02:30:00;"
                        + " 1999-12-31 23:59:59.123456",
            })
    void everySortOfTypeTravelsBothWays(String from, String to, String up, String down, String first, String second)
            throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(
                    "CREATE TYPE mood AS ENUM ('sad', 'ok')",
                    "CREATE DOMAIN handle AS varchar(9) CHECK (VALUE <> 'no')",
                    "CREATE TABLE items (id int PRIMARY KEY, price " + from + " NOT NULL)",
                    "INSERT INTO items VALUES (1, '" + first + "'), (2, '" + second + "')");
            var plan = on(target, toCost(to, up, down));
            target.forward(plan, "expand", "backfill");
            target.sql(
                    "CREATE TEMP TABLE sample AS SELECT * FROM items",
                    "UPDATE items SET cost = (SELECT s.cost FROM sample s WHERE s.id = 3 - items.id)");
            assertThat(target.rows("SELECT price::text FROM items ORDER BY id"))
                    .isEqualTo(target.rows("SELECT price::text FROM sample ORDER BY id DESC"));
            target.sql("UPDATE items SET price = (SELECT s.price FROM sample s WHERE s.id = items.id)");
            assertThat(target.rows("SELECT id, price::text, cost::text FROM items ORDER BY id"))
                    .isEqualTo(target.rows("SELECT id, price::text, cost::text FROM sample ORDER BY id"));
            target.forward(plan, "contract");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"price", "cost"})
    void triggerOfTheUsersThatChangesOneSideChangesBoth(String side) throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(
                    ITEMS,
                    "INSERT INTO items (price) VALUES (1)",
                    "CREATE FUNCTION raise() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                            + " IF (to_jsonb(NEW) ->> 'cost') <> '' THEN NEW." + side + " := NEW." + side
                            + " + 1; END IF; RETURN NEW; END $$",
                    "CREATE TRIGGER raise BEFORE INSERT OR UPDATE ON items FOR EACH ROW EXECUTE FUNCTION raise()");
            var plan = on(target, toCost("bigint", "(price * 100)::bigint", "cost / 100.0"));
            target.forward(plan, "expand", "backfill");
            target.sql(
                    "INSERT INTO items (price) VALUES (2)",
                    "INSERT INTO items (cost) VALUES (300)",
                    "UPDATE items SET cost = cost WHERE id = 1");
            assertThat(target.rows(BOTH))
                    .isEqualTo(
                            side.equals("price")
                                    ? List.of("2.00|200", "3.00|300", "4.00|400")
                                    : List.of("1.01|101", "2.01|201", "3.01|301"));
        }
    }

    @Test
    void nullsAndDefaultsAreToldApart() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql("CREATE TABLE items (id serial PRIMARY KEY, price int DEFAULT 7)");
            var plan = on(target, toCost("text", null, null));
            target.forward(plan, "expand");
            target.sql(
                    "INSERT INTO items DEFAULT VALUES",
                    "INSERT INTO items (price) VALUES (1), (NULL)",
                    "INSERT INTO items (cost) VALUES ('2'), (NULL), ('7')",
                    "INSERT INTO items (price, cost) VALUES (3, '4')");
            assertThat(target.rows(BOTH)).containsExactly("7|7", "1|1", "-|-", "2|2", "-|-", "7|7", "4|4");
            target.sql("UPDATE items SET cost = NULL WHERE id = 1", "UPDATE items SET price = NULL WHERE id = 2");
            assertThat(target.rows(BOTH + " LIMIT 2")).containsExactly("-|-", "-|-");
            target.forward(plan, "backfill", "contract");
        }
    }

    @Test
    void roleThatMayOnlyWriteTheTableCanWriteBothSides() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(
                    ITEMS,
                    "DROP ROLE IF EXISTS clerk",
                    "CREATE ROLE clerk LOGIN",
                    "GRANT SELECT, INSERT ON items TO clerk",
                    "GRANT UPDATE (price) ON items TO clerk",
                    "REVOKE ALL ON SCHEMA lockstep FROM PUBLIC",
                    "CREATE FUNCTION cents(numeric) RETURNS bigint IMMUTABLE LANGUAGE sql AS 'SELECT ($1 * 100)::bigint'");
            target.forward(on(target, toCost("bigint", "cents(price)", "cost / 100.0")), "expand", "backfill");
            try (var clerk = target.another("&user=clerk");
                    var statement = clerk.createStatement()) {
                statement.execute("SET search_path = ''");
                statement.execute("INSERT INTO public.items (price) VALUES (1)");
                statement.execute("INSERT INTO public.items (cost) VALUES (200)");
                statement.execute("UPDATE public.items SET cost = cost + 1");
            }
            assertThat(target.rows(BOTH)).containsExactly("1.01|101", "2.01|201");
            target.sql("DROP OWNED BY clerk", "DROP ROLE clerk");
        }
    }

    @Test
    void oddNamesWork() throws SQLException {
        String odd = "Größe \"x\" $lockstep$ '%s'\\";
        String longest = "L".repeat(63);
        for (String[] names : List.of(
                new String[] {"\"Odd.schema\".\"Odd table\"", "select", longest},
                new String[] {"order", odd, null},
                new String[] {"public." + longest, longest.substring(1), odd})) {
            try (TestTarget target = new TestTarget()) {
                PlanSpec spec = plan(Plans.retype(names[0], names[1], "bigint", names[2], null, null));
                var change = Plans.retype(names[0], names[1], "bigint", names[2], null, null);
                String table = change.table().sql();
                String column = change.column().sql();
                target.sql(
                        "CREATE SCHEMA \"Odd.schema\"",
                        "CREATE TABLE " + table + " (" + column + " int UNIQUE CHECK (" + column + " > 0))",
                        "INSERT INTO " + table + " VALUES (1)");
                var plan = on(target, spec);
                target.forward(plan, "expand", "backfill");
                target.sql("INSERT INTO " + table + " (" + column + ") VALUES (2)");
                target.forward(plan, "contract");
                assertThat(target.rows("SELECT "
                                + change.to().orElse(change.column()).sql() + " FROM " + table + " ORDER BY 1"))
                        .containsExactly("1", "2");
            }
        }
    }

    @Test
    @Fact("P17")
    void functionsThatCachedTheOldTypeGoOnAfterTheSwap() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(
                    "CREATE TABLE items (id int PRIMARY KEY, price int)",
                    "CREATE FUNCTION twice() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                            + " NEW.price := NEW.price * 2; RETURN NEW; END $$",
                    "CREATE TRIGGER twice BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION twice()");
            try (var other = target.another("");
                    var statement = other.createStatement()) {
                statement.execute("INSERT INTO items VALUES (1, 1)");
                target.everything(on(target, inPlace("bigint")));
                statement.execute("INSERT INTO items VALUES (2, 3000000000)");
            }
            assertThat(target.rows("SELECT price FROM items ORDER BY id")).containsExactly("2", "6000000000");
        }
    }

    @Test
    void downWithoutANameOfItsOwnIsRefused() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(ITEMS);
            PlanSpec spec = plan(Plans.retype("items", "price", "bigint", null, null, "price"));
            assertThat(refusals(spec, target.catalogue(spec)))
                    .singleElement()
                    .asString()
                    .contains("changeColumnType.down")
                    .contains("Leave down out");
        }
    }
}
