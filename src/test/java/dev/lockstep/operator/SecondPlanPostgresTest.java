package dev.lockstep.operator;

import static dev.lockstep.operator.ObjectWorld.condition;
import static dev.lockstep.operator.ObjectWorld.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.engine.EngineWorld;
import dev.lockstep.fixture.Fact;
import dev.lockstep.fixture.Postgres;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.PlanKey;
import dev.lockstep.target.JdbcTargets;
import dev.lockstep.target.TargetConnection;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Two plans by kubectl on one table of a real database, where the first has made its column and triggers by the time the
 * second comes.
 */
class SecondPlanPostgresTest {
    private final String url = Postgres.freshDatabase();
    private ObjectWorld world;

    @BeforeEach
    void openWithTheFirstPlanHeldInTheMiddle() {
        sql("""
            CREATE TABLE users (id bigint PRIMARY KEY, name text, region text);
            INSERT INTO users SELECT id, 'name ' || id, 'north' FROM generate_series(1, 100) id""");
        world = new ObjectWorld(new EngineWorld(new JdbcTargets(
                Map.of(new DatabaseName("shop"), new TargetConnection(url, "", () -> "")), InstantSource.system())));
        apply("first", ">=1.5.0", "name", "full_name");
        world.awaitsReason("first", "TemplateOld");
    }

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    @Fact("G33")
    void waitsForThePlanWhoseTriggersAreThereAndBeginsWhenThatIsOver() {
        apply("second", ">=1.6.0", "region", "area");

        PlanStatus held = world.awaitsReason("second", "AnotherPlan");
        assertThat(held.state()).isEqualTo("Held");
        assertThat(held.message())
                .contains("Plan shop/first has been changing table users of database shop since 2026-01-01T")
                .contains("begins by itself");
        assertThat(condition(held, "Stalled").status()).isEqualTo("False");
        assertThat(condition(held, "Reconciling").status()).isEqualTo("True");
        assertThat(condition(held, "Validated").status()).isEqualTo("Unknown");

        rollOut();
        world.awaits("first", "Succeeded");
        assertThat(secondIsWoken().currentPhase()).isEqualTo("new-only");
    }

    @Test
    void beginsAlsoWhenTheFirstPlanIsTakenBack() {
        apply("second", ">=1.6.0", "region", "area");
        world.awaitsReason("second", "AnotherPlan");

        world.client
                .resources(MigrationPlan.class)
                .inNamespace("shop")
                .withName("first")
                .delete();
        world.whileTimeGoesOn("the first to go", "1.4.0")
                .until(() -> world.find("first").isEmpty());

        secondIsWoken();
    }

    /** The first renames the column that the second wants: only its end tells. */
    @Test
    void isInvalidWhenItTrulyDoesNotFitOnceTheFirstIsOver() {
        apply("second", ">=1.6.0", "name", "title");
        world.awaitsReason("second", "AnotherPlan");

        rollOut();
        world.awaits("first", "Succeeded");

        PlanStatus invalid = world.awaitsReason("second", "PlanInvalid");
        assertThat(invalid.message()).contains("spec.changes[0].renameColumn").contains("name");
        assertThat(condition(invalid, "Stalled").status()).isEqualTo("True");
    }

    @Test
    void isInvalidAtOnceWhereTheDocumentItselfIsWrong() {
        apply("second", "the newest", "region", "area");

        PlanStatus invalid = world.awaitsReason("second", "PlanInvalid");
        assertThat(invalid.message()).contains("spec.workloads[0].versions.new-only");
        assertThat(world.engine.operations().list())
                .extracting(plan -> plan.plan().document().key())
                .containsExactly(new PlanKey("shop", "first"));
    }

    /** Each write of ours is a change that has the object looked at again: one that waits must not write for ever. */
    @Test
    void leavesTheObjectThatWaitsAlone() {
        apply("second", ">=1.6.0", "region", "area");
        world.awaitsReason("second", "AnotherPlan");
        String before = world.get("second").getMetadata().getResourceVersion();

        patiently("nothing to be written")
                .during(Duration.ofSeconds(1))
                .until(() ->
                        world.get("second").getMetadata().getResourceVersion().equals(before));
        assertThat(world.get("second").getFinalizers()).isEmpty();
    }

    /** By the end of the first, and not only found by its own next look. */
    private PlanStatus secondIsWoken() {
        patiently("the second to wait no more")
                .atMost(PlanReconciler.LOOK_AGAIN.minusSeconds(5))
                .until(() ->
                        !"AnotherPlan".equals(world.get("second").getStatus().reason()));
        return world.awaitsReason("second", "TemplateOld");
    }

    private void apply(String name, String versions, String from, String to) {
        world.apply(ObjectWorld.read("""
            apiVersion: lockstep.dev/v1alpha1
            kind: MigrationPlan
            metadata: {name: %s, namespace: shop}
            spec:
              databaseRef: {name: shop}
              description: %s becomes %s
              minStableSeconds: 10
              workloads:
                - name: web
                  kind: Deployment
                  resource: web
                  versions: {new-only: "%s"}
              changes:
                - renameColumn: {table: users, from: %s, to: %s}
            """.formatted(name, from, to, versions, from, to)));
    }

    private void rollOut() {
        world.whileTimeGoesOn("the first to be over", "1.5.0")
                .until(() -> "Succeeded".equals(world.get("first").getStatus().state()));
    }

    private void sql(String sql) {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
