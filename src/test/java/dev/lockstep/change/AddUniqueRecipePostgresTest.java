package dev.lockstep.change;

import static dev.lockstep.change.TableBuilder.identifiers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.fixture.Fact;
import dev.lockstep.plan.Change;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Unique constraints and primary keys. */
class AddUniqueRecipePostgresTest {
    private static final String USERS = "CREATE TABLE \"Users\" (id int, \"Full name\" text, mail text)";
    private static final String ROWS =
            "INSERT INTO \"Users\" SELECT n, 'n' || n, 'm' || n FROM generate_series(1, 50) AS n";
    private static final String[] TREE = {
        "CREATE TABLE users (id int, name text NOT NULL) PARTITION BY RANGE (id)",
        "CREATE TABLE users_one PARTITION OF users FOR VALUES FROM (0) TO (20)",
        "CREATE TABLE users_two PARTITION OF users FOR VALUES FROM (20) TO (100) PARTITION BY RANGE (id)",
        "CREATE TABLE users_leaf PARTITION OF users_two DEFAULT",
        "INSERT INTO users SELECT n, 'n' || n FROM generate_series(1, 50) AS n"
    };

    private static Change.AddUnique unique(String table, String name, String... columns) {
        return new Change.AddUnique(TableName.parse(table), new Identifier(name), identifiers(columns));
    }

    private static Change.AddPrimaryKey key(String table, Optional<String> name, String... columns) {
        return new Change.AddPrimaryKey(TableName.parse(table), name.map(Identifier::new), identifiers(columns));
    }

    @Test
    void endsLikeThePlainForm() throws SQLException {
        var plan = Lifecycle.on(USERS, ROWS)
                .endsLike(
                        List.of("ALTER TABLE \"Users\" ADD CONSTRAINT \"One name\" UNIQUE (\"Full name\", mail)"),
                        unique("Users", "One name", "Full name", "mail"));
        assertThat(plan.phases().getFirst().steps())
                .extracting(Step::name)
                .containsExactly("no-duplicates", "index", "constraint");
    }

    @Test
    @Fact("P12")
    void aPrimaryKeyMakesItsColumnsNotNullWithoutAScanUnderAStrongLock() throws SQLException {
        var plan = Lifecycle.on(USERS, ROWS)
                .endsLike(List.of("ALTER TABLE \"Users\" ADD PRIMARY KEY (id)"), key("Users", Optional.empty(), "id"));
        assertThat(plan.phases().getFirst().steps())
                .extracting(Step::name)
                .containsExactly(
                        "check-not-null", "no-nulls", "validate", "not-null", "no-duplicates", "index", "constraint");
        String longest = "t".repeat(63);
        Lifecycle.on("CREATE TABLE " + longest + " (id int NOT NULL, part int NOT NULL)")
                .endsLike(
                        List.of("ALTER TABLE " + longest + " ADD PRIMARY KEY (part, id)"),
                        key(longest, Optional.empty(), "part", "id"));
        Lifecycle.on(USERS)
                .endsLike(
                        List.of("ALTER TABLE \"Users\" ADD CONSTRAINT \"The key\" PRIMARY KEY (id)"),
                        key("Users", Optional.of("The key"), "id"));
    }

    @Test
    void goesOverAllPartitions() throws SQLException {
        Lifecycle.on(TREE)
                .endsLike(
                        List.of("ALTER TABLE users ADD CONSTRAINT one UNIQUE (name, id)"),
                        unique("users", "one", "name", "id"));
        Lifecycle.on(TREE)
                .endsLike(List.of("ALTER TABLE users ADD PRIMARY KEY (id)"), key("users", Optional.empty(), "id"));
        assertThat(Lifecycle.on(TREE).refuses(unique("users", "one", "name"))).hasSize(2);
    }

    @Test
    void aColumnOfTheSamePlanCanBecomeTheKey() throws SQLException {
        var number = new Change.AddColumn(
                TableName.parse("Users"),
                new Identifier("number"),
                "bigint",
                true,
                Optional.of("nextval('numbers')"),
                Optional.empty(),
                Optional.empty());
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS, ROWS, "CREATE SEQUENCE numbers");
            var spec = Plans.plan(number, key("Users", Optional.empty(), "number"));
            List<String> before = target.schema();
            target.everything(target.compiled(spec));
            assertThat(target.rows("SELECT count(DISTINCT number), bool_and(attnotnull) FROM \"Users\", pg_attribute"
                            + " WHERE attrelid = '\"Users\"'::regclass AND attname = 'number'"))
                    .containsExactly("50|t");
            target.back();
            assertThat(target.schema()).isEqualTo(before);
        }
    }

    @Test
    void namesDuplicatesBeforeItBuilds() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS, ROWS, "UPDATE \"Users\" SET mail = 'same' WHERE id < 4");
            var spec = Plans.plan(unique("Users", "one", "mail"));
            var plan = target.compiled(spec);
            assertThatThrownBy(() -> target.everything(plan)).hasMessageContaining("mail = same (3 rows)");
        }
    }

    @Test
    void refusesASecondKeyAndANameThatIsTaken() throws SQLException {
        Lifecycle users =
                Lifecycle.on("CREATE TABLE users (id int PRIMARY KEY, name text CONSTRAINT named CHECK (true))");
        assertThat(users.refuses(key("users", Optional.empty(), "name")))
                .singleElement()
                .asString()
                .contains("already has a primary key, users_pkey");
        assertThat(users.refuses(unique("users", "named", "name")))
                .singleElement()
                .asString()
                .contains("already has a constraint named");
    }

    @Test
    void aKeyOfAColumnThatIsMadeNotNullTwiceIsRefused() throws SQLException {
        assertThat(Lifecycle.on(USERS)
                        .refuses(
                                new Change.AddColumn(
                                        TableName.parse("Users"),
                                        new Identifier("number"),
                                        "bigint",
                                        false,
                                        Optional.of("1"),
                                        Optional.empty(),
                                        Optional.empty()),
                                key("Users", Optional.empty(), "number")))
                .singleElement()
                .asString()
                .contains("already the matter of");
    }
}
