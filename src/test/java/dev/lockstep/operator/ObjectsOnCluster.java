package dev.lockstep.operator;

import static dev.lockstep.operator.ObjectWorld.condition;
import static dev.lockstep.operator.ObjectWorld.patiently;
import static dev.lockstep.operator.ObjectWorld.plan;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fixture.RealCluster;
import dev.lockstep.lifecycle.RunStatus;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.PlanKey;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Plans as objects of a real API server, by an operator that has the rights of the manifests and no others. The engine's
 * surroundings do what a test says; what is real is whatever passes between operator and API server.
 */
class ObjectsOnCluster {
    @RegisterExtension
    static final RealCluster CLUSTER = new RealCluster();

    private static final PlanKey RENAME = new PlanKey("shop", "rename");

    private ObjectWorld world;

    @BeforeEach
    void open() {
        world = new ObjectWorld(CLUSTER);
    }

    @AfterEach
    void close() {
        world.find("rename").ifPresent(left -> {
            world.edit("rename", object -> {
                object.getMetadata().setAnnotations(Map.of(Farewell.ABANDON, "true"));
                return object;
            });
            delete();
        });
        patiently("the object to go").until(() -> world.find("rename").isEmpty());
        world.close();
    }

    @Test
    void planRunsToItsEndAndItsStatusIsTheOperatorsAlone() {
        applyAs("kubectl", plan("rename"));
        PlanStatus held = world.awaitsReason("rename", "TemplateOld");
        assertThat(held.observedGeneration()).isEqualTo(1);
        assertThat(world.get("rename").getFinalizers()).containsExactly(PlanReconciler.FINALIZER);
        assertThat(managers("status")).containsExactly("lockstep/Apply");
        assertThat(RealCluster.done("-n", "shop", "get", "mplan", "rename", "-o", "wide"))
                .contains("contract", "Held", "TemplateOld", "0/1");

        // Whoever wrote the spec writes it again, and meets nobody.
        applyAs("kubectl", plan("rename"));
        assertThat(world.get("rename").getMetadata().getGeneration()).isEqualTo(1);
        assertThat(world.get("rename").getStatus()).isNotNull();

        world.rollOut("rename");
        world.awaits("rename", "AwaitingApproval");
        world.engine.approve(RENAME, "contract");
        RealCluster.done("-n", "shop", "wait", "--for=condition=Succeeded", "mplan/rename", "--timeout=60s");
        patiently("the finalizer to go")
                .until(() -> world.get("rename").getFinalizers().isEmpty());
        assertThat(managers("status")).containsExactly("lockstep/Apply");
        assertThat(world.reasons("rename")).contains("Started", "TemplateOld", "PhaseApproved", "Succeeded");
    }

    @Test
    void changedSpecIsRefusedAndSuspensionIsNot() {
        applyAs("kubectl", plan("rename"));
        PlanStatus before = world.awaitsReason("rename", "TemplateOld");

        applyAs("kubectl", with(plan("rename"), "description", "something else"));
        PlanStatus refused = world.awaits(
                "rename",
                "refused",
                status -> condition(status, "Validated").reason().equals("SpecChangeRefused"));
        assertThat(refused.digest()).isEqualTo(before.digest());
        assertThat(refused.observedGeneration()).isEqualTo(2);

        applyAs("kubectl", with(plan("rename"), "suspend", true));
        world.awaits("rename", "Paused");
        applyAs("kubectl", plan("rename"));
        world.awaits("rename", "Held");
    }

    @Test
    void deletionInTheMiddleTakesBackBeforeTheObjectGoes() {
        applyAs("kubectl", plan("rename"));
        world.awaitsReason("rename", "TemplateOld");
        delete();
        world.awaitsReason("rename", "RollingBack");
        world.whileTimeGoesOn("the object to go", "1.4.0")
                .until(() -> world.find("rename").isEmpty());
        assertThat(world.engine.operations().glance(RENAME).status()).isEqualTo(RunStatus.ROLLED_BACK);
    }

    @Test
    void twoOperatorsWriteTheSameAndCountNothingTwice() {
        PlanOperator other = world.replica();
        try {
            applyAs("kubectl", plan("rename"));
            world.awaitsReason("rename", "TemplateOld");
            world.rollOut("rename");
            world.awaits("rename", "AwaitingApproval");
            world.engine.approve(RENAME, "contract");
            world.awaits("rename", "Succeeded");
            patiently("both to have told of the end")
                    .until(() -> world.reasons("rename").contains("Succeeded"));
            String uid = world.get("rename").getMetadata().getUid();
            assertThat(world.events("rename"))
                    .filteredOn(event -> uid.equals(event.getInvolvedObject().getUid()))
                    .filteredOn(event ->
                            List.of("Started", "PhaseApproved", "Succeeded").contains(event.getReason()))
                    .hasSize(3)
                    .extracting(Event::getCount)
                    .containsOnly(1);
        } finally {
            other.close();
        }
    }

    /** The example has the right to read its one Secret, and nothing has the right to read others. */
    @Test
    void credentialsAreReadByTheRoleOfTheExample() {
        RealCluster.done("apply", "-f", "k8s/examples/database.yaml");
        try {
            patiently("the database to be declared").until(() -> {
                Database known = database();
                return known.getStatus() != null
                        && known.getStatus().known().stream()
                                .anyMatch(ready -> ready.status().equals("True"));
            });
            var access = Objects.requireNonNull(world.databases.declared.get(new DatabaseName("shop")));
            assertThat(access.credentials().get().user()).isEqualTo("lockstep");
            assertThat(database().getMetadata().getManagedFields())
                    .filteredOn(entry -> "status".equals(entry.getSubresource()))
                    .extracting(ManagedFieldsEntry::getManager)
                    .containsExactly("lockstep");
        } finally {
            RealCluster.done("delete", "-f", "k8s/examples/database.yaml");
        }
    }

    private Database database() {
        return world.client
                .resources(Database.class)
                .inNamespace("shop")
                .withName("shop")
                .get();
    }

    private void applyAs(String manager, MigrationPlan plan) {
        world.client.resource(plan).fieldManager(manager).serverSideApply();
    }

    private void delete() {
        world.client
                .resources(MigrationPlan.class)
                .inNamespace("shop")
                .withName("rename")
                .delete();
    }

    /** Who holds fields of this part of the object, and how. */
    private List<String> managers(String part) {
        return world.get("rename").getMetadata().getManagedFields().stream()
                .filter(entry -> part.equals(entry.getSubresource()))
                .map(entry -> entry.getManager() + "/" + entry.getOperation())
                .toList();
    }

    private static MigrationPlan with(MigrationPlan plan, String field, Object value) {
        Map<String, Object> spec = new LinkedHashMap<>(plan.getSpec());
        spec.put(field, value);
        plan.setSpec(spec);
        return plan;
    }
}
