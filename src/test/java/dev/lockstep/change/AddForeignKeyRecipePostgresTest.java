package dev.lockstep.change;

import static dev.lockstep.change.TableBuilder.identifiers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.fixture.Fact;
import dev.lockstep.plan.Change;
import dev.lockstep.plan.Change.ReferentialAction;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddForeignKeyRecipePostgresTest {
    private static final String USERS = "CREATE TABLE users (id int PRIMARY KEY, name text, boss bigint)";
    private static final String ORDERS = "CREATE TABLE orders (id int PRIMARY KEY, buyer int, day date)";
    private static final String ROWS =
            "INSERT INTO users SELECT n FROM generate_series(1, 9) AS n; INSERT INTO orders SELECT n, n % 9 + 1"
                    + " FROM generate_series(1, 50) AS n; INSERT INTO orders VALUES (99, NULL)";

    private static Change.AddForeignKey key(String table, String columns, String referenced, String keys) {
        return key(table, columns, referenced, keys, ReferentialAction.NO_ACTION);
    }

    private static Change.AddForeignKey key(
            String table, String columns, String referenced, String keys, ReferentialAction onDelete) {
        return new Change.AddForeignKey(
                TableName.parse(table),
                new Identifier("fk"),
                identifiers(columns.split(" ")),
                TableName.parse(referenced),
                identifiers(keys.split(" ")),
                onDelete,
                ReferentialAction.NO_ACTION);
    }

    @Test
    @Fact("P13")
    void endsLikeThePlainForm() throws SQLException {
        var plan = Lifecycle.on(USERS, ORDERS, ROWS)
                .endsLike(
                        List.of("ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (buyer) REFERENCES users"
                                + " ON DELETE CASCADE"),
                        key("orders", "buyer", "users", "id", ReferentialAction.CASCADE));
        assertThat(plan.phases().getFirst().steps())
                .extracting(Step::name)
                .containsExactly("try-foreign-key", "add-foreign-key", "look", "validate");
        assertThat(plan.notes())
                .anySatisfy(note -> assertThat(note).startsWith("No index of orders begins with buyer"));
    }

    @Test
    void mayReferToItsOwnTableAndToSeveralColumnsOfOddNames() throws SQLException {
        Lifecycle.on(USERS, ROWS.substring(0, ROWS.indexOf(';')))
                .endsLike(
                        List.of("ALTER TABLE users ADD CONSTRAINT fk FOREIGN KEY (boss) REFERENCES users"),
                        key("users", "boss", "users", "id"));
        Lifecycle.on(
                        "CREATE SCHEMA odd",
                        "CREATE TYPE odd.mood AS ENUM ('ok')",
                        "CREATE DOMAIN odd.short AS varchar(9)",
                        "CREATE TABLE odd.\"The users\" (\"A\" odd.mood, b odd.short, UNIQUE (b, \"A\"))",
                        "CREATE TABLE orders (\"A b\" odd.mood, c text)",
                        "INSERT INTO odd.\"The users\" VALUES ('ok', 'x')",
                        "INSERT INTO orders VALUES ('ok', 'x'), ('ok', NULL), (NULL, 'nothing')")
                .endsLike(
                        List.of("ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (\"A b\", c)"
                                + " REFERENCES odd.\"The users\" (\"A\", b)"),
                        new Change.AddForeignKey(
                                TableName.parse("orders"),
                                new Identifier("fk"),
                                identifiers("A b", "c"),
                                TableName.parse("odd.The users"),
                                identifiers("A", "b"),
                                ReferentialAction.NO_ACTION,
                                ReferentialAction.NO_ACTION));
    }

    @Test
    void namesRowsThatReferToNothingBeforeAnythingIsChanged() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS, ORDERS, ROWS, "UPDATE orders SET buyer = 77 WHERE id = 5");
            List<String> before = target.schema();
            var spec = Plans.plan(key("orders", "buyer", "users", "id"));
            var plan = target.compiled(spec);
            assertThatThrownBy(() -> target.everything(plan)).hasMessageContaining("id = 5");
            assertThat(target.schema()).isEqualTo(before);
        }
    }

    @Test
    @Fact("P11")
    void takesOverTheProvenKeysOfPartitionsWithoutReadingThemAgain() throws SQLException {
        String[] tree = {
            USERS,
            "CREATE TABLE orders (id int, buyer int) PARTITION BY RANGE (id)",
            "CREATE TABLE orders_one PARTITION OF orders FOR VALUES FROM (0) TO (20)",
            "CREATE TABLE orders_two PARTITION OF orders DEFAULT PARTITION BY RANGE (id)",
            "CREATE TABLE orders_leaf PARTITION OF orders_two DEFAULT",
            ROWS
        };
        Lifecycle.on(tree)
                .endsLike(
                        List.of("ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (buyer) REFERENCES users"),
                        key("orders", "buyer", "users", "id"));
        try (TestTarget target = new TestTarget()) {
            target.sql(tree);
            var spec = Plans.plan(key("orders", "buyer", "users", "id"));
            List<Step> steps = target.compiled(spec).phases().getFirst().steps();
            for (Step step : steps.subList(0, steps.size() - 1)) {
                target.run(step.action());
            }
            // A scan would find this row.
            target.sql(
                    "SET session_replication_role = replica",
                    "INSERT INTO orders VALUES (3, 77)",
                    "SET session_replication_role = origin");
            target.run(steps.getLast().action());
        }
    }

    @ParameterizedTest
    @CsvSource({"text, integer", "bigint, text", "uuid, text", "numeric, bigint", "timestamptz, date", "float8, numeric"
    })
    void refusesTypesThatDoNotCompare(String own, String key) throws SQLException {
        assertThat(Lifecycle.on(
                                "CREATE TABLE users (id " + key + " PRIMARY KEY)",
                                "CREATE TABLE orders (buyer " + own + ")")
                        .refuses(key("orders", "buyer", "users", "id")))
                .singleElement()
                .asString()
                .contains("does not compare in a foreign key");
    }

    @ParameterizedTest
    @CsvSource({
        "smallint, bigint", "bigint, integer", "integer, numeric", "varchar(9), text", "text, varchar(9)",
        "date, timestamptz", "timestamp, timestamptz", "'char(3)', text", "int, float8", "name, text"
    })
    void takesTypesThatTheServerTakes(String own, String key) throws SQLException {
        Lifecycle.on("CREATE TABLE users (id " + key + " PRIMARY KEY)", "CREATE TABLE orders (buyer " + own + ")")
                .endsLike(
                        List.of("ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (buyer) REFERENCES users"),
                        key("orders", "buyer", "users", "id"));
    }

    @Test
    void refusesWhatNothingKeepsUnique() throws SQLException {
        Lifecycle tables = Lifecycle.on(
                USERS,
                ORDERS,
                "CREATE UNIQUE INDEX ON users (name) WHERE id > 3",
                "ALTER TABLE users ADD UNIQUE (boss) DEFERRABLE",
                "CREATE TABLE parted (id int PRIMARY KEY) PARTITION BY LIST (id)");
        assertThat(tables.refuses(key("orders", "buyer", "users", "boss")))
                .singleElement()
                .asString()
                .contains("Put an addUnique");
        assertThat(tables.refuses(key("orders", "buyer", "parted", "id")))
                .singleElement()
                .asString()
                .contains("parted is partitioned");
        var both = tables.compiles(
                new Change.AddUnique(TableName.parse("users"), new Identifier("u"), identifiers("boss")),
                AddIndexRecipePostgresTest.columns("orders", "by_buyer", false, "buyer"),
                key("orders", "buyer", "users", "boss"));
        assertThat(both.notes()).noneMatch(note -> note.startsWith("No index"));
    }

    @Test
    void aCheckEndsLikeThePlainForm() throws SQLException {
        Change.AddCheck check =
                new Change.AddCheck(TableName.parse("orders"), new Identifier("ck"), "buyer > 0 -- a person");
        Lifecycle.on(ORDERS, USERS, ROWS)
                .endsLike(List.of("ALTER TABLE orders ADD CONSTRAINT ck CHECK (buyer > 0)"), check);
        Lifecycle.on(
                        "CREATE TABLE orders (id int, buyer int) PARTITION BY RANGE (id)",
                        "CREATE TABLE orders_one PARTITION OF orders FOR VALUES FROM (0) TO (20)",
                        "INSERT INTO orders VALUES (1, 1), (2, NULL)")
                .endsLike(List.of("ALTER TABLE orders ADD CONSTRAINT ck CHECK (buyer > 0)"), check);
        try (TestTarget target = new TestTarget()) {
            target.sql(ORDERS, "INSERT INTO orders VALUES (4, -1), (5, NULL)");
            var spec = Plans.plan(check);
            var plan = target.compiled(spec);
            assertThatThrownBy(() -> target.everything(plan)).hasMessageContaining("id = 4");
            assertThat(target.rows("SELECT conname FROM pg_constraint WHERE conrelid = 'orders'::regclass"))
                    .containsExactly("orders_pkey");
        }
    }
}
