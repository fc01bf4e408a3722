package dev.lockstep.operator;

import static dev.lockstep.operator.ObjectWorld.condition;
import static dev.lockstep.operator.ObjectWorld.patiently;
import static dev.lockstep.operator.ObjectWorld.plan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.engine.Actor;
import dev.lockstep.fixture.Fact;
import dev.lockstep.lifecycle.RunStatus;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.PlanKey;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans as objects, on an API server with a real port. */
class PlanOperatorTest {
    private static final Actor ANN = new Actor("ann", true);
    private static final PlanKey RENAME = new PlanKey("shop", "rename");

    private ObjectWorld world;

    @BeforeEach
    void open() {
        world = new ObjectWorld();
    }

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void appliedPlanRunsToItsEnd() {
        world.apply(plan("rename"));

        PlanStatus held = world.awaitsReason("rename", "TemplateOld");
        assertThat(held.state()).isEqualTo("Held");
        assertThat(held.currentPhase()).isEqualTo("contract");
        assertThat(held.pods()).isEqualTo("0/1");
        assertThat(held.observedGeneration()).isEqualTo(1);
        assertThat(held.blockers())
                .isNotEmpty()
                .allSatisfy(each -> assertThat(each.since()).startsWith("2026-01-01T"));
        assertThat(held.workloads()).singleElement().satisfies(web -> {
            assertThat(web.name()).isEqualTo("web");
            assertThat(web.old()).isEqualTo(1);
            assertThat(web.matching()).isZero();
        });
        assertThat(condition(held, "Validated").status()).isEqualTo("True");
        assertThat(condition(held, "Reconciling").status()).isEqualTo("True");
        assertThat(condition(held, "GateOpen").reason()).isEqualTo("TemplateOld");
        assertThat(condition(held, "Approved").message()).contains(held.digest(), "signed in as a person");
        assertThat(world.get("rename").getFinalizers()).containsExactly(PlanReconciler.FINALIZER);
        assertThat(world.complaints("rename")).isEmpty();

        world.rollOut("rename");
        PlanStatus asking = world.awaits("rename", "AwaitingApproval");
        assertThat(asking.message()).contains("/phases/contract/approvals", Objects.requireNonNull(asking.digest()));
        world.engine.approve(RENAME, "contract");

        PlanStatus done = world.awaits("rename", "Succeeded");
        assertThat(condition(done, "Succeeded").status()).isEqualTo("True");
        assertThat(condition(done, "Ready").status()).isEqualTo("True");
        assertThat(condition(done, "Reconciling").status()).isEqualTo("False");
        patiently("the finalizer to go")
                .until(() -> world.get("rename").getFinalizers().isEmpty());
        assertThat(world.complaints("rename")).isEmpty();
        assertThat(world.reasons("rename"))
                .contains(
                        "Started", "TemplateOld", "GateOpened", "PhaseApproved", "PointOfNoReturnPassed", "Succeeded");
    }

    /** Held is how a plan waits; a tool that waits for it must not take it for broken. */
    @Test
    void heldIsNeverStalled() {
        world.apply(plan("rename"));
        PlanStatus held = world.awaitsReason("rename", "TemplateOld");
        assertThat(condition(held, "Stalled").status()).isEqualTo("False");

        world.engine.operations().abort(RENAME, ANN);
        PlanStatus failed = world.awaits("rename", "Failed");
        assertThat(condition(failed, "Stalled").status()).isEqualTo("True");
        assertThat(condition(failed, "Succeeded").status()).isEqualTo("False");
        assertThat(failed.message()).contains("retry");
    }

    @Test
    void transitionTimesMoveOnlyWithTheStatus() {
        world.apply(plan("rename"));
        String since = condition(world.awaitsReason("rename", "TemplateOld"), "Validated")
                .lastTransitionTime();
        world.engine.later(Duration.ofMinutes(5), "1.5.0");
        PlanStatus later = world.awaits("rename", "matching", status -> "1/1".equals(status.pods()));
        assertThat(condition(later, "Validated").lastTransitionTime()).isEqualTo(since);
    }

    @Test
    void changedSpecOfARunningPlanIsRefusedAndTheRunGoesOn() {
        world.apply(plan("rename"));
        PlanStatus before = world.awaitsReason("rename", "TemplateOld");

        world.edit("rename", object -> with(object, "description", "something else"));
        PlanStatus refused = world.awaits(
                "rename",
                "refused",
                status -> condition(status, "Validated").reason().equals("SpecChangeRefused"));
        assertThat(refused.digest()).isEqualTo(before.digest());
        assertThat(refused.state()).isEqualTo("Held");
        assertThat(refused.observedGeneration()).isEqualTo(2);
        assertThat(condition(refused, "Stalled").status()).isEqualTo("False");
        assertThat(refused.blockers().getFirst().code()).isEqualTo("SpecChangeRefused");
        assertThat(world.reasons("rename")).contains("SpecChangeRefused");

        world.edit("rename", object -> with(object, "description", "what rename does"));
        world.awaits(
                "rename",
                "accepted",
                status -> condition(status, "Validated").status().equals("True"));
    }

    /** The clock stands at midnight. */
    @Test
    void windowsMayChangeAtAnyTime() {
        world.engine.runs("1.5.0");
        world.apply(with(plan("rename"), "windows", windows("08:00", "18:00")));
        PlanStatus held = world.awaitsReason("rename", "OutsideWindow");
        assertThat(held.state()).isEqualTo("Held");
        assertThat(held.message()).contains("2026-01-01T08:00:00Z", "1 approval, which can be given now");
        assertThat(condition(held, "GateOpen").reason()).isEqualTo("OutsideWindow");
        assertThat(condition(held, "Stalled").status()).isEqualTo("False");

        world.edit("rename", object -> with(object, "windows", windows("00:00", "18:00")));
        world.awaits("rename", "a gate that counts", status -> !"OutsideWindow".equals(status.reason()));
        world.rollOut("rename");
        PlanStatus asking = world.awaits("rename", "AwaitingApproval");

        assertThat(condition(asking, "Validated").status()).isEqualTo("True");
        assertThat(asking.digest()).isEqualTo(held.digest());
        assertThat(world.reasons("rename")).contains("OutsideWindow", "Rescheduled", "WindowOpened");
    }

    private static List<Map<String, Object>> windows(String from, String to) {
        return List.of(Map.of("name", "hours", "phases", List.of("contract"), "from", from, "to", to));
    }

    @Test
    void suspendMayChangeAtAnyTime() {
        world.apply(with(plan("rename"), "suspend", true));
        PlanStatus waiting = world.awaitsReason("rename", "Suspended");
        assertThat(waiting.state()).isEqualTo("Pending");
        assertThat(world.get("rename").getFinalizers()).isEmpty();

        world.edit("rename", object -> with(object, "suspend", false));
        world.awaitsReason("rename", "TemplateOld");
        world.edit("rename", object -> with(object, "suspend", true));
        PlanStatus paused = world.awaits("rename", "Paused");
        assertThat(paused.suspendedBySpec()).isTrue();
        assertThat(paused.message()).contains("spec.suspend is true");
        assertThat(condition(paused, "Validated").status()).isEqualTo("True");
        world.edit("rename", object -> with(object, "suspend", false));
        world.awaits("rename", "Held");
    }

    /** What a person paused over REST, an object that says nothing about it does not set going again. */
    @Test
    void whatAPersonPausedStaysPaused() {
        world.apply(plan("rename"));
        world.awaitsReason("rename", "TemplateOld");
        world.engine.operations().suspend(RENAME, ANN);
        PlanStatus paused = world.awaits("rename", "Paused");
        assertThat(paused.reason()).isEqualTo("Paused");
        world.edit("rename", object -> with(object, "suspend", false));
        world.awaits("rename", "seen", status -> Long.valueOf(2).equals(status.observedGeneration()));
        assertThat(world.engine.operations().glance(RENAME).status()).isEqualTo(RunStatus.PAUSED);
    }

    @Test
    @Fact("G50")
    void deletionInTheMiddleTakesBackAndNeverContracts() {
        world.apply(plan("rename"));
        world.awaitsReason("rename", "TemplateOld");
        world.rollOut("rename");
        world.awaits("rename", "AwaitingApproval");
        world.client
                .resources(MigrationPlan.class)
                .inNamespace("shop")
                .withName("rename")
                .delete();
        PlanStatus going = world.awaitsReason("rename", "RollingBack");
        assertThat(going.message()).contains(Farewell.ABANDON);

        // What old code needs is there, so the way back is open as soon as new code is gone.
        world.whileTimeGoesOn("the object to go", "1.4.0")
                .until(() -> world.find("rename").isEmpty());
        assertThat(world.engine.operations().glance(RENAME).status()).isEqualTo(RunStatus.ROLLED_BACK);
        assertThat(world.engine.effects()).noneMatch(effect -> effect.contains("drop"));
    }

    @Test
    @Fact("G50")
    void abandonedPlanLetsItsObjectGoAndLeavesTheDatabaseAsItIs() {
        world.apply(plan("rename"));
        world.awaitsReason("rename", "TemplateOld");
        world.edit("rename", object -> {
            object.getMetadata().setAnnotations(Map.of(Farewell.ABANDON, "true"));
            return object;
        });
        world.client
                .resources(MigrationPlan.class)
                .inNamespace("shop")
                .withName("rename")
                .delete();

        patiently("the object to go").until(() -> world.find("rename").isEmpty());
        assertThat(world.engine.operations().glance(RENAME).status()).isEqualTo(RunStatus.FAILED);
        assertThat(world.reasons("rename")).contains("Abandoned");
    }

    @Test
    @Fact("G50")
    void deletionPastThePointOfNoReturnPauses() {
        world.apply(plan("rename"));
        world.awaitsReason("rename", "TemplateOld");
        world.rollOut("rename");
        world.awaits("rename", "AwaitingApproval");
        world.engine.hangs("drop");
        world.engine.approve(RENAME, "contract");
        patiently("the drop to begin").until(() -> world.reasons("rename").contains("PointOfNoReturnPassed"));
        world.client
                .resources(MigrationPlan.class)
                .inNamespace("shop")
                .withName("rename")
                .delete();

        PlanStatus paused = world.awaitsReason("rename", Farewell.PAUSED);
        assertThat(paused.message()).contains("/resume");
        world.engine.awaits(RENAME, RunStatus.PAUSED);
        assertThat(world.engine.effects()).noneMatch(effect -> effect.contains("drop"));

        // Whoever decides to finish it is not overruled, and then the object goes.
        world.engine.operations().resume(RENAME, ANN);
        world.whileTimeGoesOn("the object to go", "1.5.0")
                .until(() -> world.find("rename").isEmpty());
        assertThat(world.engine.operations().glance(RENAME).status()).isEqualTo(RunStatus.SUCCEEDED);
    }

    @Test
    @Fact("G33")
    void secondPlanOnATableWaitsUntilTheFirstIsOver() {
        world.apply(plan("rename"));
        world.awaitsReason("rename", "TemplateOld");
        world.apply(plan("second"));
        PlanStatus waiting = world.awaitsReason("second", "AnotherPlan");
        assertThat(waiting.state()).isEqualTo("Held");
        assertThat(waiting.message()).contains("shop/rename");
        assertThat(condition(waiting, "Stalled").status()).isEqualTo("False");

        world.engine.operations().rollback(RENAME, ANN);
        world.whileTimeGoesOn("the way back", "1.4.0")
                .until(() -> state("rename").equals("RolledBack"));
        world.awaitsReason("second", "TemplateOld");
    }

    /** A run that was taken back would otherwise begin again for ever. */
    @Test
    void takenBackPlanDoesNotBeginAgainByItself() {
        world.apply(plan("rename"));
        world.awaitsReason("rename", "TemplateOld");
        world.engine.operations().rollback(RENAME, ANN);
        world.whileTimeGoesOn("the way back", "1.4.0")
                .until(() -> state("rename").equals("RolledBack"));
        PlanStatus back = world.awaits("rename", "RolledBack");
        assertThat(condition(back, "Stalled").status()).isEqualTo("True");

        world.edit("rename", object -> with(object, "description", "another try"));
        PlanStatus again = world.awaitsReason("rename", "TemplateOld");
        assertThat(again.revision()).isEqualTo(2);
    }

    /** Whoever deletes an object and applies it again wants what it says. */
    @Test
    void takenBackPlanBeginsAgainAsANewObject() {
        world.apply(plan("rename"));
        world.awaitsReason("rename", "TemplateOld");
        world.client
                .resources(MigrationPlan.class)
                .inNamespace("shop")
                .withName("rename")
                .delete();
        world.whileTimeGoesOn("the object to go", "1.4.0")
                .until(() -> world.find("rename").isEmpty());

        world.apply(plan("rename"));

        PlanStatus again = world.awaitsReason("rename", "TemplateOld");
        assertThat(again.revision()).isEqualTo(1);
    }

    @Test
    void invalidPlanSaysWhatIsWrong() {
        world.apply(with(plan("rename"), "minStableSeconds", -1));
        PlanStatus refused = world.awaitsReason("rename", "PlanInvalid");
        assertThat(refused.message()).contains("spec.minStableSeconds");
        assertThat(condition(refused, "Stalled").status()).isEqualTo("True");
        assertThat(condition(refused, "Validated").status()).isEqualTo("False");
        assertThat(world.get("rename").getFinalizers()).isEmpty();

        world.edit("rename", object -> with(object, "minStableSeconds", 10));
        world.awaitsReason("rename", "TemplateOld");
    }

    @Test
    void missingDatabaseHoldsUntilItIsThere() {
        world.apply(with(plan("rename"), "databaseRef", Map.of("name", "warehouse")));
        PlanStatus held = world.awaitsReason("rename", "DatabaseMissing");
        assertThat(held.state()).isEqualTo("Held");
        assertThat(held.message()).contains("Database warehouse");
        assertThat(condition(held, "Stalled").status()).isEqualTo("False");

        applySecret("s3cret");
        world.client.resource(database("warehouse", "shop")).create();
        world.awaitsReason("rename", "TemplateOld");
    }

    @Test
    void credentialsAreReadAgainAtEveryConnection() {
        world.client.resource(database("warehouse", "shop")).create();
        patiently("the Secret to be missed")
                .until(() -> ready("warehouse").reason().equals("SecretUnreadable"));
        assertThat(ready("warehouse").message()).contains("Secret shop/warehouse");

        applySecret("first");
        var access = Objects.requireNonNull(world.databases.declared.get(new DatabaseName("warehouse")));
        assertThat(access.credentials().get().password()).isEqualTo("first");
        applySecret("second");
        assertThat(access.credentials().get().password()).isEqualTo("second");
        assertThat(access.credentials().get().toString()).doesNotContain("second");
    }

    @Test
    void databaseBelongsToItsNamespace() {
        applySecret("s3cret");
        world.client.resource(database("warehouse", "shop")).create();
        patiently("the database to be declared")
                .until(() -> ready("warehouse").status().equals("True"));
        MigrationPlan stranger = with(plan("rename"), "databaseRef", Map.of("name", "warehouse"));
        stranger.getMetadata().setNamespace("billing");
        world.client.resource(stranger).create();
        patiently("the stranger to be refused").until(() -> {
            PlanStatus status = world.client
                    .resources(MigrationPlan.class)
                    .inNamespace("billing")
                    .withName("rename")
                    .get()
                    .getStatus();
            return status != null && "DatabaseOfAnotherNamespace".equals(status.reason());
        });
        world.client.resource(database("warehouse", "zoo")).create();
        patiently("the second of a name to be refused")
                .until(() -> ready("zoo", "warehouse").reason().equals("NameTaken"));
        world.client.resource(database("configured", "shop")).create();
        patiently("the name to be refused")
                .until(() -> ready("configured").reason().equals("NameConfigured"));
    }

    /** G49: what waits for a deploy that waits for it must let that deploy go first. */
    @Test
    @Fact("G49")
    void reportsReadyAtTheMilestoneThatItsAnnotationNames() {
        MigrationPlan plan = plan("rename");
        plan.getMetadata().setAnnotations(Map.of(PlanReconciler.HEALTHY_AT, "contract"));
        world.apply(plan);
        PlanStatus held = world.awaitsReason("rename", "TemplateOld");
        assertThat(condition(held, "Ready").reason()).isEqualTo("MilestoneReached");
        assertThat(condition(held, "Ready").status()).isEqualTo("True");
        assertThat(condition(held, "Reconciling").status()).isEqualTo("False");
        assertThat(condition(held, "Succeeded").status()).isEqualTo("Unknown");
    }

    /** The real kubectl, as far as the simulated API server goes: no server-side validation, no watch. */
    @Test
    void kubectlAppliesShowsAndDeletesAPlan(@TempDir Path directory) throws Exception {
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/kubectl")),
                "kubectl is not installed; apt-get install kubernetes-client brings it");
        Path file =
                Files.writeString(directory.resolve("plan.yaml"), ObjectWorld.PLAN.formatted("rename", "by kubectl"));

        assertThat(kubectl("apply", "--validate=false", "-f", file.toString())).contains("rename created");
        PlanStatus held = world.awaitsReason("rename", "TemplateOld");
        assertThat(kubectl("-n", "shop", "get", "mplan", "rename", "-o", "jsonpath={.status.state} {.status.pods}"))
                .isEqualTo("Held 0/1");
        assertThat(kubectl("apply", "--validate=false", "-f", file.toString())).contains("rename unchanged");
        assertThat(held.digest())
                .isEqualTo(
                        world.engine.operations().glance(RENAME).plan().digest().toString());
        assertThat(kubectl("-n", "shop", "annotate", "mplan", "rename", Farewell.ABANDON + "=true"))
                .contains("annotated");
        assertThat(kubectl("-n", "shop", "delete", "mplan", "rename", "--wait=false"))
                .contains("deleted");
        patiently("the object to go").until(() -> world.find("rename").isEmpty());
    }

    private String kubectl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("/usr/bin/kubectl", "--server=" + world.client.getMasterUrl()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).describedAs(said).isZero();
        return said;
    }

    @Test
    void repeatedEventsAreOneThatCounts() {
        Announcer announcer = new Announcer(world.client, world.engine.clock());
        MigrationPlan plan = plan("quiet");
        world.apply(with(plan, "suspend", true));
        MigrationPlan stored = world.get("quiet");
        announcer.say(stored, Announcer.Announcement.normal("Tried", "Again."));
        announcer.say(stored, Announcer.Announcement.normal("Tried", "Again."));
        assertThat(world.events("quiet"))
                .filteredOn(event -> event.getReason().equals("Tried"))
                .singleElement()
                .satisfies(event -> assertThat(event.getCount()).isEqualTo(2));
    }

    /** Several replicas tell of the same journal, and one of them may do so twice. */
    @Test
    void entryOfAJournalCountsOnce() {
        Announcer announcer = new Announcer(world.client, world.engine.clock());
        world.apply(with(plan("quiet"), "suspend", true));
        MigrationPlan stored = world.get("quiet");
        Announcer.Announcement held = Announcer.Announcement.normal("TemplateOld", "It is held.");
        for (long sequence : List.of(3L, 3L, 7L, 3L, 7L)) {
            announcer.say(stored, held, new Announcer.Entry("one-run", sequence));
        }
        announcer.say(stored, held, new Announcer.Entry("next-run", 2));
        assertThat(world.events("quiet"))
                .filteredOn(event -> event.getReason().equals("TemplateOld"))
                .singleElement()
                .satisfies(event -> assertThat(event.getCount()).isEqualTo(3));
    }

    @Test
    void planThatNeverBeganLeavesNothingBehind() {
        world.apply(with(plan("rename"), "suspend", true));
        world.awaitsReason("rename", "Suspended");
        assertThat(world.operator.of(RENAME, "ann")).isPresent();
        world.client
                .resources(MigrationPlan.class)
                .inNamespace("shop")
                .withName("rename")
                .delete();
        patiently("the plan to go").until(() -> world.engine.operations().list().isEmpty());
        assertThat(world.operator.of(RENAME, "kubectl")).isEmpty();
    }

    private String state(String name) {
        return String.valueOf(
                Objects.requireNonNull(world.get(name).getStatus()).state());
    }

    private Condition ready(String name) {
        return ready("shop", name);
    }

    private Condition ready(String namespace, String name) {
        Database database = world.client
                .resources(Database.class)
                .inNamespace(namespace)
                .withName(name)
                .get();
        DatabaseStatus status = database.getStatus();
        return status == null
                ? new Condition("Ready", "Unknown", "NotSeen", "", "", null)
                : status.known().getFirst();
    }

    private static Database database(String name, String namespace) {
        return Serialization.unmarshal("""
            apiVersion: lockstep.dev/v1alpha1
            kind: Database
            metadata: {name: %s, namespace: %s}
            spec:
              url: jdbc:postgresql://db:5432/shop
              credentialsSecretRef: {name: warehouse}
            """.formatted(name, namespace), Database.class);
    }

    private void applySecret(String password) {
        world.client
                .resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName("warehouse")
                        .withNamespace("shop")
                        .endMetadata()
                        .withData(Map.of("username", base64("keeper"), "password", base64(password)))
                        .build())
                .createOr(each -> each.update());
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static MigrationPlan with(MigrationPlan plan, String field, Object value) {
        Map<String, Object> spec = new LinkedHashMap<>(Objects.requireNonNull(plan.getSpec()));
        spec.put(field, value);
        plan.setSpec(spec);
        return plan;
    }
}
