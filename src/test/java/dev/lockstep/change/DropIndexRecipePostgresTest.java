package dev.lockstep.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.Change;
import dev.lockstep.plan.Milestone;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DropIndexRecipePostgresTest {
    private static final String USERS = "CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL, mail text UNIQUE)";
    private static final String INDEX = "CREATE INDEX \"By name\" ON users (lower(name) DESC) WITH (fillfactor = 70)";
    private static final String COMMENT = "COMMENT ON INDEX \"By name\" IS 'it''s by name'";

    private static Change.DropIndex drop(String table, String name) {
        return new Change.DropIndex(TableName.parse(table), new Identifier(name));
    }

    @Test
    void endsLikeThePlainFormAndComesBackWhole() throws SQLException {
        var plan = Lifecycle.on(USERS, INDEX).endsLike(List.of("DROP INDEX \"By name\""), drop("users", "By name"));
        assertThat(plan.phases())
                .singleElement()
                .satisfies(phase -> assertThat(phase.require()).isEmpty());
        String comment = "SELECT obj_description('\"By name\"'::regclass), attstattarget FROM pg_attribute"
                + " WHERE attrelid = '\"By name\"'::regclass";
        try (TestTarget target = new TestTarget()) {
            target.sql(USERS, INDEX, COMMENT, "ALTER INDEX \"By name\" ALTER COLUMN 1 SET STATISTICS 77");
            var spec = Plans.plan(drop("users", "By name"));
            target.everything(target.compiled(spec));
            target.back();
            assertThat(target.rows(comment)).containsExactly("it's by name|77");
        }
    }

    @Test
    void waitsForCodeThatMayNameAUniqueOne() throws SQLException {
        var plan = Lifecycle.on(USERS, "CREATE UNIQUE INDEX one ON users (name)")
                .endsLike(List.of("DROP INDEX one"), drop("users", "one"));
        assertThat(plan.phases().getLast().require()).contains(Milestone.NEW_ONLY);
        assertThat(plan.notes()).singleElement().asString().contains("ON CONFLICT");
        var spare = Lifecycle.on(USERS, "CREATE UNIQUE INDEX one ON users (mail)")
                .endsLike(List.of("DROP INDEX one"), drop("users", "one"));
        assertThat(spare.notes()).isEmpty();
    }

    @Test
    void dropsAPartitionedOneEverywhereForGood() throws SQLException {
        Lifecycle tree = Lifecycle.on(
                "CREATE TABLE users (id int) PARTITION BY LIST (id)",
                "CREATE TABLE users_one PARTITION OF users FOR VALUES IN (1) PARTITION BY LIST (id)",
                "CREATE TABLE users_leaf PARTITION OF users_one DEFAULT",
                "CREATE INDEX by_id ON users (id)");
        var plan = tree.endsLike(List.of("DROP INDEX by_id"), drop("users", "by_id"));
        assertThat(plan.phases().getLast().steps())
                .singleElement()
                .satisfies(step -> assertThat(step.undo()).isInstanceOf(Undo.Impossible.class));
        assertThat(tree.refuses(drop("users_leaf", "users_leaf_id_idx")))
                .singleElement()
                .asString()
                .contains("one partition's part of index users_one_id_idx");
    }

    @Test
    void refusesWhatMoreThanQueriesRelyOn() throws SQLException {
        Lifecycle users = Lifecycle.on(
                USERS,
                "CREATE UNIQUE INDEX one ON users (name)",
                "CREATE TABLE pets (owner text REFERENCES users (name))",
                "ALTER TABLE users REPLICA IDENTITY USING INDEX one");
        assertThat(users.refuses(drop("users", "one")))
                .anySatisfy(why -> assertThat(why).contains("REPLICA IDENTITY"))
                .anySatisfy(why -> assertThat(why).contains("constraint pets_owner_fkey on table public.pets"));
        assertThat(users.refuses(drop("users", "users_mail_key")))
                .singleElement()
                .asString()
                .contains("dropConstraint: {table: users, name: users_mail_key}");
        assertThat(users.refuses(drop("users", "none")))
                .singleElement()
                .asString()
                .contains("It has one, users_mail_key, users_pkey.");
    }

    @Test
    void clearsDebrisAway() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(
                    USERS, INDEX, "UPDATE pg_index SET indisvalid = false WHERE indexrelid = '\"By name\"'::regclass");
            var spec = Plans.plan(drop("users", "By name"));
            var plan = target.compiled(spec);
            assertThat(plan.notes()).singleElement().asString().contains("unfinished");
            target.everything(plan);
            target.back();
            assertThat(target.rows("SELECT to_regclass('\"By name\"')")).containsExactly("-");
        }
    }

    @Test
    void rebuildsEachIndexOfATableInAStepOfItsOwn() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql(
                    "CREATE TABLE users (id int PRIMARY KEY, name text, EXCLUDE USING btree (name WITH =))",
                    "CREATE INDEX by_name ON users (name)",
                    "CREATE INDEX by_name_ccnew ON users (name)",
                    "CREATE INDEX broken ON users (name)",
                    "UPDATE pg_index SET indisvalid = false WHERE indexrelid IN ('by_name_ccnew'::regclass,"
                            + " 'broken'::regclass)");
            String files = "SELECT pg_relation_filenode('by_name'), pg_relation_filenode('users_pkey'),"
                    + " pg_relation_filenode('users_name_excl')";
            List<String> before = target.rows(files);
            var spec = Plans.plan(new Change.Reindex(TableName.parse("users"), Optional.empty()));
            var plan = target.compiled(spec);
            assertThat(plan.phases().getFirst().steps())
                    .extracting(Step::name)
                    .containsExactly("drop-debris", "reindex", "reindex-2");
            assertThat(plan.notes())
                    .satisfiesExactlyInAnyOrder(
                            note -> assertThat(note).contains("broken is left as it is"),
                            note -> assertThat(note).contains("users_name_excl is left as it is"));
            target.everything(plan);
            String[] was = before.getFirst().split("\\|", -1);
            String[] is = target.rows(files).getFirst().split("\\|", -1);
            assertThat(is[0]).isNotEqualTo(was[0]);
            assertThat(is[1]).isNotEqualTo(was[1]);
            assertThat(is[2]).isEqualTo(was[2]);
            assertThat(target.rows("SELECT to_regclass('by_name_ccnew')")).containsExactly("-");
            target.back();
        }
    }

    @Test
    void rebuildsTheLeavesOfAPartitionedIndex() throws SQLException {
        Lifecycle tree = Lifecycle.on(
                "CREATE TABLE users (id int, name text) PARTITION BY LIST (id)",
                "CREATE TABLE users_one PARTITION OF users FOR VALUES IN (1) PARTITION BY LIST (id)",
                "CREATE TABLE users_leaf PARTITION OF users_one DEFAULT",
                "CREATE TABLE users_two PARTITION OF users DEFAULT",
                "CREATE INDEX by_id ON users (id)",
                "CREATE INDEX by_name ON users (name)");
        assertThat(tree.compiles(new Change.Reindex(TableName.parse("users"), Optional.of(new Identifier("by_id"))))
                        .phases()
                        .getFirst()
                        .steps())
                .extracting(Step::title)
                .containsExactlyInAnyOrder(
                        "Build index users_leaf_id_idx of users_leaf anew",
                        "Build index users_two_id_idx of users_two anew");
        assertThat(Lifecycle.on("CREATE TABLE users (id int, EXCLUDE USING btree (id WITH =))")
                        .refuses(new Change.Reindex(
                                TableName.parse("users"), Optional.of(new Identifier("users_id_excl")))))
                .singleElement()
                .asString()
                .contains("exclusion constraint");
    }
}
