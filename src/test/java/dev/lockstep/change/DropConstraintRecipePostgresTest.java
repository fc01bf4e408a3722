package dev.lockstep.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.Change;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DropConstraintRecipePostgresTest {
    private static final String[] TABLES = {
        "CREATE TABLE teams (id int PRIMARY KEY, name text UNIQUE)",
        """
        CREATE TABLE users (
          id int CONSTRAINT "The key" PRIMARY KEY, team int CONSTRAINT plain REFERENCES teams,
          other int CONSTRAINT acting REFERENCES teams ON DELETE CASCADE, boss int CONSTRAINT self REFERENCES teams,
          age int CONSTRAINT adult CHECK (age > 17), mail text, phone text,
          CONSTRAINT mails UNIQUE (mail, phone) INCLUDE (age) DEFERRABLE INITIALLY DEFERRED,
          CONSTRAINT nulls UNIQUE NULLS NOT DISTINCT (phone) WITH (fillfactor = 70),
          CONSTRAINT apart EXCLUDE USING btree (age WITH =))
        """,
        "ALTER TABLE users ADD CONSTRAINT late CHECK (age < 200) NOT VALID",
        "INSERT INTO users (id, phone) SELECT n, 'p' || n FROM generate_series(1, 50) AS n"
    };

    private static Change.DropConstraint drop(String table, String name) {
        return new Change.DropConstraint(TableName.parse(table), new Identifier(name));
    }

    @ParameterizedTest
    @CsvSource({
        "The key, true",
        "plain, false",
        "acting, true",
        "self, false",
        "adult, false",
        "late, false",
        "mails, true",
        "nulls, true"
    })
    void endsLikeThePlainFormAndComesBackAsItWas(String name, boolean gated) throws SQLException {
        var plan = Lifecycle.on(TABLES)
                .endsLike(
                        List.of("ALTER TABLE users DROP CONSTRAINT " + new Identifier(name).sql()),
                        drop("users", name));
        assertThat(plan.phases().getLast().require().isPresent()).isEqualTo(gated);
        assertThat(plan.phases().getLast().name().value()).isEqualTo("contract");
    }

    @Test
    void anExclusionConstraintIsGoneForGood() throws SQLException {
        var plan = Lifecycle.on(TABLES)
                .endsLike(List.of("ALTER TABLE users DROP CONSTRAINT apart"), drop("users", "apart"));
        assertThat(plan.phases().getLast().steps().getLast().undo()).isInstanceOf(Undo.Impossible.class);
    }

    @Test
    void refusesWhatOthersNeed() throws SQLException {
        Lifecycle tables = Lifecycle.on(
                "CREATE TABLE teams (id int PRIMARY KEY, name text)",
                "CREATE TABLE users (team int REFERENCES teams)",
                "CREATE VIEW sizes AS SELECT id, name, count(*) FROM teams GROUP BY id");
        assertThat(tables.refuses(drop("teams", "teams_pkey")))
                .singleElement()
                .asString()
                .contains("constraint users_team_fkey on table public.users", "view public.sizes");
        assertThat(tables.refuses(drop("teams", "none")))
                .singleElement()
                .asString()
                .contains("It has teams_pkey.");
    }

    @Test
    void aPublishedTableKeepsTheKeyThatItsRowsAreKnownBy() throws SQLException {
        try (TestTarget target = new TestTarget()) {
            target.sql("CREATE TABLE users (id int PRIMARY KEY)", "CREATE PUBLICATION everything FOR TABLE users");
            var spec = Plans.plan(drop("users", "users_pkey"));
            var plan = target.compiled(spec);
            assertThatThrownBy(() -> target.everything(plan)).hasMessageContaining("publication everything");
            target.sql("ALTER TABLE users REPLICA IDENTITY FULL");
            target.everything(plan);
        }
    }

    @Test
    void goesFromAllPartitions() throws SQLException {
        String[] tree = {
            "CREATE TABLE teams (id int PRIMARY KEY)",
            "CREATE TABLE users (id int PRIMARY KEY, team int CONSTRAINT fk REFERENCES teams,"
                    + " CONSTRAINT ck CHECK (team > 0)) PARTITION BY LIST (id)",
            "CREATE TABLE users_one PARTITION OF users DEFAULT",
            "INSERT INTO teams VALUES (1)",
            "INSERT INTO users VALUES (1, 1)"
        };
        for (String name : List.of("ck", "fk", "users_pkey")) {
            Lifecycle.on(tree).endsLike(List.of("ALTER TABLE users DROP CONSTRAINT " + name), drop("users", name));
        }
    }
}
