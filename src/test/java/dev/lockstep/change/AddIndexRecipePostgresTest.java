package dev.lockstep.change;

import static dev.lockstep.change.TableBuilder.identifiers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.fixture.Fact;
import dev.lockstep.plan.Change;
import dev.lockstep.plan.Change.IndexBody;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddIndexRecipePostgresTest {
    private static final String USERS =
            "CREATE TABLE users (id int PRIMARY KEY, name text, \"Mail\" text, tags text[], born date)";
    private static final String ROWS =
            "INSERT INTO users SELECT n, 'n' || n, 'm' || n FROM generate_series(1, 50) AS n";
    private static final String TREE = """
            CREATE TABLE users (id int, name text, "Mail" text) PARTITION BY RANGE (id);
            CREATE TABLE users_one PARTITION OF users FOR VALUES FROM (0) TO (20);
            CREATE SCHEMA "Old";
            CREATE TABLE "Old"."users Two" PARTITION OF users FOR VALUES FROM (20) TO (100) PARTITION BY RANGE (id);
            CREATE TABLE "Old".a_very_long_name_of_a_partition_that_leaves_no_room_for_endings
              PARTITION OF "Old"."users Two" FOR VALUES FROM (20) TO (40);
            CREATE TABLE users_rest PARTITION OF "Old"."users Two" DEFAULT;
            INSERT INTO users SELECT n, 'n' || n FROM generate_series(1, 90) AS n;
            """;

    static Change.AddIndex columns(String table, String name, boolean unique, String... columns) {
        return new Change.AddIndex(
                TableName.parse(table),
                new Identifier(name),
                unique,
                new IndexBody.Columns(identifiers(columns), List.of(), Optional.empty()));
    }

    private static Change.AddIndex definition(String text) {
        return new Change.AddIndex(
                TableName.parse("users"), new Identifier("by"), false, new IndexBody.Definition(text));
    }

    @Test
    void endsLikeThePlainForm() throws SQLException {
        Lifecycle.on(USERS, ROWS)
                .endsLike(
                        List.of("CREATE INDEX \"By Mail\" ON users (\"Mail\", name)"),
                        columns("users", "By Mail", false, "Mail", "name"));
        Lifecycle.on(USERS, ROWS)
                .endsLike(
                        List.of("CREATE UNIQUE INDEX by ON users (name) INCLUDE (born) WHERE born > '2000-01-01'"),
                        new Change.AddIndex(
                                TableName.parse("users"),
                                new Identifier("by"),
                                true,
                                new IndexBody.Columns(
                                        identifiers("name"),
                                        identifiers("born"),
                                        Optional.of("born > '2000-01-01' -- young"))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"USING gin (tags) WITH (fastupdate = off)", "(lower(name) DESC, id)", "((id % 7)) WHERE id > 3"})
    void takesAnyDefinition(String text) throws SQLException {
        var plan = Lifecycle.on(USERS, ROWS).endsLike(List.of("CREATE INDEX by ON users " + text), definition(text));
        assertThat(plan.phases().getFirst().steps().stream()
                        .anyMatch(step -> step.name().equals("analyze")))
                .isEqualTo(!text.contains("gin"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tags", "ON x (a)", "(a); DROP TABLE users", ""})
    void refusesWhatIsNoDefinition(String text) throws SQLException {
        assertThat(Lifecycle.on(USERS).refuses(definition(text)))
                .singleElement()
                .asString()
                .startsWith("spec.changes[0].addIndex.definition: ");
    }

    @Test
    @Fact("P11")
    void buildsOnEveryLeafOfAPartitionedTableUnderTheServersNames() throws SQLException {
        Lifecycle.on(TREE, "CREATE INDEX ON users_one (name)")
                .endsLike(
                        List.of("CREATE INDEX by_name ON users (name, \"Mail\")"),
                        columns("users", "by_name", false, "name", "Mail"));
        Lifecycle.on(TREE)
                .endsLike(
                        List.of("CREATE INDEX by ON users (lower(name), (id + 1), (id + 2)) WHERE id > 3"),
                        definition("(lower(name), (id + 1), (id + 2)) WHERE id > 3"));
        Lifecycle.on(TREE)
                .endsLike(
                        List.of(
                                "CREATE UNIQUE INDEX one ON users (id, name)",
                                "CREATE INDEX two ON users (name)",
                                "CREATE INDEX three ON users (name)"),
                        columns("users", "one", true, "id", "name"),
                        columns("users", "two", false, "name"),
                        columns("users", "three", false, "name"));
    }

    @Test
    void uniqueOverPartitionsNeedsTheirKey() throws SQLException {
        assertThat(Lifecycle.on(TREE).refuses(columns("users", "by", true, "name")))
                .hasSize(2)
                .allSatisfy(why -> assertThat(why).contains("partitioned by RANGE (id)", "Add id to the columns"));
    }

    @Test
    void aPartitionThatComesMeanwhileIsNoticed() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(
                    "CREATE TABLE users (id int) PARTITION BY LIST (id)",
                    "CREATE TABLE users_one PARTITION OF users FOR VALUES IN (1)");
            var spec = Plans.plan(columns("users", "by_id", false, "id"));
            var plan = target.compiled(spec);
            target.sql("CREATE TABLE users_two PARTITION OF users FOR VALUES IN (2)");
            assertThatThrownBy(() -> target.everything(plan)).hasMessageContaining("users_two");
        }
    }

    @Test
    void onePartitionAloneCanHaveAnIndex() throws SQLException {
        Lifecycle.on(TREE)
                .endsLike(List.of("CREATE INDEX one ON users_one (name)"), columns("users_one", "one", false, "name"));
    }

    @Test
    void namesTheRowsThatAUniqueIndexWouldRefuse() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(
                    USERS,
                    ROWS,
                    "UPDATE users SET name = 'same' WHERE id < 3",
                    "UPDATE users SET name = NULL WHERE id > 9");
            var spec = Plans.plan(columns("users", "by_name", true, "name"));
            var plan = target.compiled(spec);
            assertThatThrownBy(() -> target.everything(plan)).hasMessageContaining("name = same (2 rows)");
            target.sql("UPDATE users SET name = 'other' WHERE id = 2");
            target.everything(plan);
        }
    }

    @Test
    void refusesANameThatIsTakenAndRebuildsDebris() throws SQLException {
        assertThat(Lifecycle.on(USERS, "CREATE INDEX by ON users (born)")
                        .refuses(columns("users", "by", false, "name")))
                .singleElement()
                .asString()
                .contains("already has an index by");
        assertThat(Lifecycle.on(
                                USERS,
                                "CREATE INDEX by ON users (name)",
                                "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'by'::regclass")
                        .compiles(columns("users", "by", false, "name"))
                        .notes())
                .singleElement()
                .asString()
                .contains("unfinished index by");
    }

    @Test
    @Fact("P15")
    void warnsOfServersWhoseConcurrentBuildsMissRows() {
        var spec = Plans.plan(columns("users", "by", false, "name"));
        for (int version : List.of(140000, 140003)) {
            assertThat(Plans.compiled(spec, on(version)).notes())
                    .singleElement()
                    .asString()
                    .startsWith("This server is PostgreSQL 14." + version % 100);
        }
        assertThat(Plans.compiled(spec, on(140004)).notes()).isEmpty();
    }

    private static Catalogue on(int version) {
        Catalogue catalogue = TableBuilder.catalogue(TableBuilder.users());
        return new Catalogue(version, catalogue.role(), catalogue.tables(), catalogue.names());
    }
}
