package dev.lockstep.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.lockstep.change.Action;
import dev.lockstep.change.Departure;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.engine.Targets;
import dev.lockstep.engine.Testimony;
import dev.lockstep.fixture.Server;
import dev.lockstep.gate.Blocker;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.schema.Identifier;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the server's own statistics say about the use of a column or a table, and what that does to a contract. */
class UsePostgresTest {
    private static final Departure NAME = new Departure(Bench.USERS, Optional.of(new Identifier("name")), false);
    private static final Departure TABLE = new Departure(Bench.USERS, Optional.empty(), true);

    private final Bench bench = new Bench();

    @BeforeEach
    void shop() {
        bench.sql("CREATE EXTENSION pg_stat_statements");
        bench.sql("CREATE TABLE users (id int PRIMARY KEY, name text, full_name text)");
        bench.sql("CREATE TABLE teams (id int PRIMARY KEY, name text)");
        bench.sql("INSERT INTO users (id, name) VALUES (1, 'a')");
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    private StepOutcome count(Departure what) {
        return bench.does("count-uses", new Action.CountUses(what));
    }

    private StepOutcome prove(Departure what) {
        return bench.does("prove-unused", new Action.ProveUnused(what, "count-uses", 5));
    }

    /** As if every count had been made that much earlier. */
    private void later(Duration by) {
        bench.sql("UPDATE lockstep.ledger SET cursor = jsonb_set(cursor, '{moment_microseconds}',"
                + " to_jsonb((cursor ->> 'moment_microseconds')::bigint - " + by.toNanos() / 1_000 + "))"
                + " WHERE cursor ? 'moment_microseconds'");
    }

    private Testimony testimony(Departure what, boolean sinceCount) {
        return bench.targets.testify(
                new DatabaseName("shop"),
                what,
                sinceCount ? Optional.of(new Targets.Counted(bench.run, "count-uses")) : Optional.empty());
    }

    private static List<Blocker> blockers(StepOutcome outcome) {
        assertThat(outcome).isInstanceOf(StepOutcome.Blocked.class);
        return ((StepOutcome.Blocked) outcome).blockers();
    }

    @Test
    void whatRanBeforeAllCodeWasNewIsNoUse() {
        bench.sql("SELECT name FROM users");
        assertThat(count(NAME)).isInstanceOf(StepOutcome.Completed.class);
        bench.sql("SELECT full_name FROM users");
        bench.sql("SELECT name FROM teams");
        later(Duration.ofSeconds(5));
        assertThat(prove(NAME))
                .asInstanceOf(type(StepOutcome.Completed.class))
                .satisfies(done -> assertThat(done.summary().notes())
                        .singleElement()
                        .asString()
                        .contains("nothing has used users.name"));
    }

    @Test
    void aStatementThatHasRunSinceHoldsUntilItHasBeenQuiet() {
        bench.sql("SELECT name FROM users WHERE id = 7");
        count(NAME);
        bench.sql("SELECT name FROM users WHERE id = 8");
        later(Duration.ofSeconds(60));
        assertThat(blockers(prove(NAME))).singleElement().satisfies(blocker -> {
            assertThat(blocker.code()).isEqualTo(Blocker.Code.STILL_IN_USE);
            assertThat(blocker.owner()).isEqualTo("role postgres");
            assertThat(blocker.message()).contains("ran 1 time: SELECT name FROM users WHERE id = $1. It uses it.");
        });
        assertThat(blockers(prove(NAME)))
                .extracting(Blocker::code)
                .as("it has stopped, but not for long enough")
                .containsExactly(Blocker.Code.USE_NOT_KNOWN);
        later(Duration.ofSeconds(5));
        assertThat(prove(NAME)).isInstanceOf(StepOutcome.Completed.class);
    }

    @Test
    void readingEveryColumnIsUse() {
        count(NAME);
        bench.sql("SELECT * FROM users");
        assertThat(blockers(prove(NAME)))
                .singleElement()
                .extracting(Blocker::message)
                .asString()
                .contains("reads every column");
    }

    @Test
    void aStatementThatCannotBeReadHolds() {
        count(NAME);
        bench.sql("DO 'BEGIN PERFORM name FROM users; END'");
        assertThat(blockers(prove(NAME)))
                .singleElement()
                .extracting(Blocker::message)
                .asString()
                .contains("could not be read");
    }

    @Test
    void anyAccessToATableThatGoesIsUse() {
        bench.sql("CREATE FUNCTION hidden() RETURNS bigint LANGUAGE plpgsql AS"
                + " $$BEGIN RETURN (SELECT count(*) FROM users); END$$");
        bench.sql("SELECT pg_stat_force_next_flush()");
        count(TABLE);
        bench.sql("SELECT hidden()");
        bench.sql("SELECT pg_stat_force_next_flush()");
        assertThat(blockers(prove(TABLE)))
                .extracting(Blocker::object)
                .as("no statement names the table, and yet it was read")
                .contains("reads of role somebody");
    }

    @Test
    void withoutTheExtensionNothingIsKnownAndThatHolds() {
        bench.sql("DROP EXTENSION pg_stat_statements");
        assertThat(blockers(count(NAME))).singleElement().satisfies(blocker -> {
            assertThat(blocker.code()).isEqualTo(Blocker.Code.USE_NOT_KNOWN);
            assertThat(blocker.remedy()).contains("CREATE EXTENSION pg_stat_statements");
        });
        assertThat(testimony(NAME, false)).isInstanceOf(Testimony.Silent.class);
    }

    @Test
    void aRoleThatMayNotReadOthersStatementsIsTold() throws Exception {
        bench.sql("DO $$ BEGIN CREATE ROLE blind LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
        try (Bench blind = bench.as("blind")) {
            assertThat(blind.targets.testify(new DatabaseName("shop"), NAME, Optional.empty()))
                    .asInstanceOf(type(Testimony.Silent.class))
                    .satisfies(silent -> assertThat(silent.remedy()).isEqualTo("GRANT pg_read_all_stats TO blind."));
        }
    }

    @Test
    void whoeverDecidesSeesTheSameWithoutAStep() {
        bench.sql("SELECT name FROM users WHERE id = 7");
        assertThat(testimony(NAME, false))
                .asInstanceOf(type(Testimony.Given.class))
                .satisfies(given -> {
                    assertThat(given.sinceNewOnly()).isFalse();
                    assertThat(given.uses())
                            .extracting(Testimony.Use::statement)
                            .contains(
                                    "SELECT name FROM users WHERE id = $1",
                                    "INSERT INTO users (id, name) VALUES ($1, $2)");
                });
        count(NAME);
        assertThat(testimony(NAME, true))
                .asInstanceOf(type(Testimony.Given.class))
                .satisfies(given -> {
                    assertThat(given.sinceNewOnly()).isTrue();
                    assertThat(given.uses()).isEmpty();
                });
    }

    @Test
    void whatTheServerHasForgottenMayHaveBeenAUse() throws Exception {
        try (Server server = Server.with(Map.of("pg_stat_statements.max", "100"));
                Bench small = new Bench(server.freshDatabase(), "")) {
            small.sql("CREATE EXTENSION pg_stat_statements");
            small.sql("CREATE TABLE users (id int PRIMARY KEY, name text)");
            assertThat(small.does("count-uses", new Action.CountUses(NAME))).isInstanceOf(StepOutcome.Completed.class);
            small.sql("SELECT name FROM users");
            // Each is another statement, and all ran more often.
            for (int columns = 1; columns <= 200; columns++) {
                String other = "SELECT 1" + ", 1".repeat(columns);
                small.sql(other);
                small.sql(other);
            }
            assertThat(blockers(small.does("prove-unused", new Action.ProveUnused(NAME, "count-uses", 0))))
                    .anySatisfy(blocker -> {
                        assertThat(blocker.code()).isEqualTo(Blocker.Code.USE_NOT_KNOWN);
                        assertThat(blocker.message()).contains("the server has forgotten statements");
                        assertThat(blocker.remedy()).startsWith("Raise pg_stat_statements.max");
                    });
        }
    }

    @Test
    void aResetOfAllStatisticsBeginsTheQuietTimeAnew() {
        assertThat(count(NAME)).isInstanceOf(StepOutcome.Completed.class);
        bench.sql("SELECT name FROM users");
        bench.sql("SELECT pg_stat_statements_reset()");
        Action prove = new Action.ProveUnused(NAME, "count-uses", 0);
        assertThat(blockers(bench.does("prove-unused", prove)))
                .singleElement()
                .satisfies(blocker -> assertThat(blocker.code()).isEqualTo(Blocker.Code.USE_NOT_KNOWN));
        assertThat(bench.does("prove-unused", prove)).isInstanceOf(StepOutcome.Completed.class);
    }

    @Test
    void aResetOfTheStatisticsHidesNothingThatRanAfterIt() {
        for (int id = 0; id < 5; id++) {
            bench.sql("SELECT name FROM users WHERE id = " + id);
        }
        count(NAME);
        bench.sql(
                "SELECT pg_stat_statements_reset(0, (SELECT oid FROM pg_database WHERE datname = current_database()), 0)");
        bench.sql("SELECT name FROM users WHERE id = 1");
        assertThat(blockers(prove(NAME))).hasSize(1);
    }
}
