package dev.lockstep.store;

import static dev.lockstep.store.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.engine.Plans;
import dev.lockstep.engine.RunId;
import dev.lockstep.engine.Runs.Appended;
import dev.lockstep.engine.Runs.Authority;
import dev.lockstep.engine.StandingFloors;
import dev.lockstep.engine.StoredRun;
import dev.lockstep.fixture.Fact;
import dev.lockstep.fixture.StoreDatabase;
import dev.lockstep.gate.Floor;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.WorkloadName;
import dev.lockstep.schema.TableName;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(value = StoreDatabase.class, restrictToAnnotatedClass = true)
class StoredFloorsPostgresTest {
    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final Authority BY_COMMAND = new Authority.Command();
    private static final PhaseName CONTRACT = new PhaseName("contract");

    @Inject
    ReactivePlans plans;

    @Inject
    ReactiveRuns runs;

    private StoredRun begun() {
        String name = "floor-" + NAMES.incrementAndGet();
        TableName table = TableName.parse("floor_" + NAMES.get());
        StoredRun run = Samples.run(Samples.plan(name, table), table);
        plans.save(run.document(), "ana", Optional.empty(), NOON);
        runs.begin(run, List.of(new Event.Started("ana")), NOON);
        return run;
    }

    private static DatabaseName database(StoredRun run) {
        return run.document().spec().database();
    }

    private static Floor floor(StoredRun run, Versions versions) {
        return new Floor(run.document().key(), CONTRACT, new WorkloadName("web"), Milestone.NEW_ONLY, versions);
    }

    private Optional<StandingFloors> standing(StoredRun run) {
        return runs.floors(database(run)).stream()
                .filter(each -> each.run().equals(run.id()))
                .findFirst();
    }

    @Test
    @Fact("G38")
    void floorsOutliveTheirPlan() {
        StoredRun run = begun();
        List<Floor> raised = List.of(
                floor(run, new Versions.Range(">=1.5.0")), floor(run, new Versions.AnyOf(List.of("abc", "größe"))));

        assertThat(runs.append(run.id(), 1, BY_COMMAND, List.of(new Event.FloorRaised(CONTRACT)), true, raised, NOON))
                .isEqualTo(new Appended.Done(2));
        assertThat(standing(run)).contains(new StandingFloors(run.id(), raised, NOON));
        assertThat(plans.delete(run.document().key())).isEqualTo(Plans.Deleted.DELETED);

        assertThat(runs.find(run.id())).isEmpty();
        assertThat(standing(run)).contains(new StandingFloors(run.id(), raised, NOON));
        assertThat(runs.floors(new DatabaseName("elsewhere"))).isEmpty();
    }

    @Test
    void theNewestWordOfARunCounts() {
        StoredRun run = begun();
        runs.append(
                run.id(),
                1,
                BY_COMMAND,
                List.of(new Event.FloorRaised(CONTRACT)),
                false,
                List.of(floor(run, new Versions.Range(">=1.5.0"))),
                NOON);

        runs.append(run.id(), 2, BY_COMMAND, List.of(new Event.RolledBack()), true, List.of(), NOON);

        assertThat(standing(run)).isEmpty();
    }

    /** An event that is refused moves no floor. */
    @Test
    void floorsMoveOnlyTogetherWithTheirEvents() {
        StoredRun run = begun();

        assertThat(runs.append(
                        run.id(),
                        7,
                        BY_COMMAND,
                        List.of(new Event.FloorRaised(CONTRACT)),
                        false,
                        List.of(floor(run, new Versions.Range(">=1.5.0"))),
                        NOON))
                .isInstanceOf(Appended.Behind.class);

        assertThat(standing(run)).isEmpty();
        runs.append(run.id(), 1, BY_COMMAND, List.of(new Event.RolledBack()), true, NOON);
    }

    @Test
    void aFloorIsLiftedOnSomebodysWordWhichIsKept() throws SQLException {
        StoredRun run = begun();
        runs.append(
                run.id(),
                1,
                BY_COMMAND,
                List.of(new Event.FloorRaised(CONTRACT)),
                true,
                List.of(floor(run, new Versions.Range(">=1.5.0"))),
                NOON);

        assertThat(runs.lift(new DatabaseName("elsewhere"), run.id(), "ana", "why", NOON))
                .isFalse();
        assertThat(runs.lift(database(run), run.id(), "ana", "restored", NOON)).isTrue();

        assertThat(standing(run)).isEmpty();
        assertThat(runs.lift(database(run), run.id(), "ana", "once more", NOON)).isFalse();
        assertThat(said(run.id())).isEqualTo("ana: restored");
    }

    @Test
    void nobodyRewritesTheRecord() {
        StoredRun run = begun();
        runs.append(run.id(), 1, BY_COMMAND, List.of(new Event.RolledBack()), true, List.of(), NOON);

        assertThatThrownBy(() -> sql("DELETE FROM floor")).hasMessageContaining("append-only");
        assertThatThrownBy(() -> sql("TRUNCATE floor")).hasMessageContaining("append-only");
        assertThatThrownBy(() -> sql("UPDATE floor SET floors = '{}'")).hasMessageContaining("append-only");
        assertThatThrownBy(() -> sql("SET session_replication_role = replica; DELETE FROM floor"))
                .hasMessageContaining("append-only");
    }

    private static Connection store() throws SQLException {
        return DriverManager.getConnection(
                ConfigProvider.getConfig().getValue("quarkus.datasource.jdbc.url", String.class));
    }

    private static void sql(String sql) throws SQLException {
        try (Connection connection = store();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String said(RunId run) throws SQLException {
        try (Connection connection = store();
                var statement = connection.prepareStatement(
                        "SELECT said_by || ': ' || comment FROM floor WHERE run = ? AND said_by IS NOT NULL")) {
            statement.setObject(1, run.value());
            try (var rows = statement.executeQuery()) {
                rows.next();
                return rows.getString(1);
            }
        }
    }
}
