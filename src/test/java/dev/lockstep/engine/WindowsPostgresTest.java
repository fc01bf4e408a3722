package dev.lockstep.engine;

import static dev.lockstep.engine.Bench.PLAN;
import static dev.lockstep.engine.Bench.document;
import static dev.lockstep.engine.Bench.patiently;
import static dev.lockstep.engine.Bench.phase;
import static dev.lockstep.engine.WindowsTest.within;
import static dev.lockstep.fixture.Scripts.window;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fixture.Fact;
import dev.lockstep.fixture.Postgres;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.lifecycle.RunStatus;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.DeclaredPhase;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.plan.SqlStep;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import dev.lockstep.target.JdbcTargets;
import dev.lockstep.target.TargetConnection;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Windows that close over steps which really run. The engine's clock stands at midnight; the database has its own. */
class WindowsPostgresTest {
    /** Each takes the backfill a millisecond, so that a window can close in the middle. */
    private static final int USERS = 3_000;

    private final String url = Postgres.freshDatabase();
    private final Bench bench = new Bench(new JdbcTargets(
            Map.of(new DatabaseName("shop"), new TargetConnection(url, "", () -> "")), InstantSource.system()));
    private Connection connection;

    @BeforeEach
    void users() throws SQLException {
        connection = DriverManager.getConnection(url);
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE users (id bigint PRIMARY KEY, country text, region text)");
            statement.execute("INSERT INTO users SELECT id, 'DE' FROM generate_series(1, " + USERS + ") AS rows (id)");
            statement.execute("""
                    CREATE FUNCTION slowly(country text) RETURNS text LANGUAGE plpgsql
                    AS 'BEGIN PERFORM pg_sleep(0.001); RETURN lower(country); END'""");
        }
    }

    @AfterEach
    void stop() throws SQLException {
        bench.close();
        connection.close();
    }

    @Test
    @Fact("G44")
    void aBackfillKeepsHowFarItCameAndGoesOnInTheNextWindow() {
        bench.replica("one");
        RunId run = bench.started(within(
                document(PLAN, List.of(), phase("fill", PhaseType.BACKFILL, fill())),
                window("nights", "22:00", "05:00", List.of())));
        patiently("the first batches").until(() -> filled() > 0);

        bench.clock.goesOn(Duration.ofHours(5));
        patiently("the window to be waited for").until(this::outside);
        long filled = filled();
        assertThat(filled).as("it stopped in the middle").isBetween(1L, USERS - 1L);
        assertThat(ask("SELECT count(*) FROM lockstep.ledger WHERE step = 'fill' AND cursor IS NOT NULL"))
                .isEqualTo(1);

        bench.clock.goesOn(Duration.ofHours(17));
        bench.awaits(RunStatus.SUCCEEDED);

        assertThat(filled()).isEqualTo(USERS);
        assertThat(bench.journal(run, Event.StepInterrupted.class))
                .containsExactly(new Event.StepInterrupted("fill", Direction.FORWARD));
        assertThat(bench.journal(run, Event.StepStarted.class)).hasSize(2);
    }

    @Test
    @Fact("G44")
    void aContractEndsAfterItsWindowHasClosed() {
        bench.replica("one");
        RunId run = bench.started(within(
                document(
                        PLAN,
                        List.of(),
                        phase("contract", PhaseType.CONTRACT, sql("long", "SELECT pg_sleep(3)"), dropCountry())),
                window("nights", "22:00", "05:00", List.of())));
        patiently("the first step")
                .until(() -> ask("SELECT count(*) FROM pg_stat_activity"
                                + " WHERE application_name LIKE 'lockstep/%/long' AND query LIKE '%pg_sleep(3)%'")
                        > 0);

        bench.clock.goesOn(Duration.ofHours(12));

        bench.awaits(RunStatus.SUCCEEDED);
        assertThat(ask("SELECT count(*) FROM information_schema.columns WHERE table_name = 'users'"
                        + " AND column_name = 'country'"))
                .isZero();
        assertThat(bench.journal(run, Event.WindowClosed.class)).isEmpty();
        assertThat(bench.journal(run, Event.StepInterrupted.class)).isEmpty();
    }

    private boolean outside() {
        return bench.blockers(PLAN).stream().anyMatch(blocker -> blocker.code() == Blocker.Code.OUTSIDE_WINDOW);
    }

    private static DeclaredPhase.Step fill() {
        return new DeclaredPhase.Step.Backfill(
                "fill", TableName.parse("users"), new Identifier("region"), "slowly(country)", "region IS NULL");
    }

    private static DeclaredPhase.Step dropCountry() {
        return sql("drop", "ALTER TABLE users DROP COLUMN country");
    }

    private static DeclaredPhase.Step sql(String name, String up) {
        return new DeclaredPhase.Step.Sql(new SqlStep(name, up, Optional.empty(), Optional.empty(), true, List.of()));
    }

    private long filled() {
        return ask("SELECT count(*) FROM users WHERE region IS NOT NULL");
    }

    private long ask(String query) {
        try (Statement statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new AssertionError(query, e);
        }
    }
}
