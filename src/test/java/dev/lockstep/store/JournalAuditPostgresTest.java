package dev.lockstep.store;

import static dev.lockstep.store.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.engine.RunId;
import dev.lockstep.engine.Runs.Authority;
import dev.lockstep.engine.StoredRun;
import dev.lockstep.fixture.StoreDatabase;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.plan.PlanDocument;
import dev.lockstep.schema.TableName;
import dev.lockstep.store.JournalAudit.Chain;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(value = StoreDatabase.class, restrictToAnnotatedClass = true)
class JournalAuditPostgresTest {
    private static final AtomicInteger NAMES = new AtomicInteger();

    @Inject
    ReactivePlans plans;

    @Inject
    ReactiveRuns runs;

    @Inject
    JournalAudit audit;

    @Inject
    @ConfigProperty(name = "quarkus.datasource.jdbc.url")
    String url;

    @Test
    void findsAnUntouchedJournalIntact() {
        RunId run = journal();

        assertThat(audit.verify(run))
                .isInstanceOfSatisfying(
                        Chain.Intact.class,
                        intact -> assertThat(intact.entries())
                                .isEqualTo(1 + Samples.events().size()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE journal SET at = at",
                "DELETE FROM journal",
                "TRUNCATE journal",
                "TRUNCATE run CASCADE",
                "SET session_replication_role = replica; DELETE FROM journal",
                "DELETE FROM run"
            })
    void refusesToChangeOrLoseWhatIsWritten(String tampering) {
        journal();

        assertThatThrownBy(() -> execute(tampering)).isInstanceOf(SQLException.class);
    }

    @Test
    void seesAChangedEntry() throws SQLException {
        RunId run = journal();

        tamper("UPDATE journal SET event = jsonb_set(event, '{actor}', '\"mallory\"') WHERE run = '" + run
                + "' AND sequence = 2");

        assertThat(audit.verify(run))
                .isInstanceOfSatisfying(
                        Chain.Broken.class,
                        broken -> assertThat(broken.sequence()).isEqualTo(2));
    }

    @Test
    void seesAChangedMoment() throws SQLException {
        RunId run = journal();

        tamper("UPDATE journal SET at = at + interval '1 microsecond' WHERE run = '" + run + "' AND sequence = 3");

        assertThat(audit.verify(run))
                .isInstanceOfSatisfying(
                        Chain.Broken.class,
                        broken -> assertThat(broken.sequence()).isEqualTo(3));
    }

    @Test
    void seesAMissingEntryAndAMissingEnd() throws SQLException {
        RunId run = journal();
        tamper("DELETE FROM journal WHERE run = '" + run + "' AND sequence = 20");
        assertThat(audit.verify(run))
                .isInstanceOfSatisfying(
                        Chain.Broken.class,
                        broken -> assertThat(broken.sequence()).isEqualTo(20));

        tamper("DELETE FROM journal WHERE run = '" + run + "' AND sequence >= 20");
        assertThat(audit.verify(run))
                .isInstanceOfSatisfying(
                        Chain.Broken.class,
                        broken -> assertThat(broken.reason()).contains("end"));
    }

    private RunId journal() {
        String name = "audited-" + NAMES.incrementAndGet();
        PlanDocument document = Samples.plan(name, Samples.USERS);
        plans.save(document, "ana", Optional.empty(), NOON);
        StoredRun run = Samples.run(document, TableName.parse(name));
        runs.begin(run, List.of(new Event.Started("ana")), NOON);
        runs.append(run.id(), 1, new Authority.Command(), Samples.events(), false, NOON.plusNanos(999));
        return run.id();
    }

    /** Leaves the triggers as the migration made them, or the other tests would test what this one has made of them. */
    private void tamper(String sql) throws SQLException {
        execute("""
                DO $$
                DECLARE
                    kept record;
                BEGIN
                    CREATE TEMP TABLE before AS
                        SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'journal'::regclass AND NOT tgisinternal;
                    ALTER TABLE journal DISABLE TRIGGER USER;
                    %s;
                    FOR kept IN SELECT * FROM before LOOP
                        EXECUTE format('ALTER TABLE journal ENABLE %%s TRIGGER %%I',
                            CASE kept.tgenabled WHEN 'A' THEN 'ALWAYS' ELSE '' END, kept.tgname);
                    END LOOP;
                END $$""".formatted(sql));
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
