package dev.lockstep.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.lockstep.plan.PlanReader;
import dev.lockstep.plan.Reading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.luaj.vm2.Globals;
import org.luaj.vm2.LuaTable;
import org.luaj.vm2.LuaValue;
import org.luaj.vm2.lib.jse.JsePlatform;

/** The files that people apply or copy. */
class ManifestFilesTest {
    private static final TypeReference<Map<String, Object>> TREE = new TypeReference<>() {};
    private static final Path HEALTH = Path.of("k8s", "gitops", "argocd-health.lua");

    private final YAMLMapper yaml = new YAMLMapper();

    @Test
    void everyWorkedPlanIsTakenByTheApiServerToo() throws IOException {
        Schemas schemas = new Schemas(Definitions.plan());
        for (Path directory : List.of(Path.of("plans"), Path.of("k8s", "examples"))) {
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.sorted().toList()) {
                    for (Map<String, Object> document : documents(file)) {
                        if ("MigrationPlan".equals(document.get("kind"))) {
                            assertThat(schemas.complaints(document))
                                    .describedAs("%s", file)
                                    .isEmpty();
                            assertThat(PlanReader.read(document))
                                    .describedAs("%s", file)
                                    .isInstanceOf(Reading.Accepted.class);
                        }
                    }
                }
            }
        }
    }

    @Test
    void theDatabaseOfTheExamplesIsTaken() throws IOException {
        Map<String, Object> database = documents(Path.of("k8s", "examples", "database.yaml")).stream()
                .filter(document -> "Database".equals(document.get("kind")))
                .findFirst()
                .orElseThrow();
        Schemas schemas = new Schemas(Definitions.database());
        assertThat(schemas.complaints(database)).isEmpty();

        ReaderAndSchemaTest.tree(database.get("spec")).put("url", "jdbc:postgresql://shop:secret@db/shop");
        assertThat(schemas.complaints(database)).isNotEmpty();
    }

    @Test
    void namesThatNoPlanMayHaveAreRefused() throws IOException {
        Map<String, Object> plan =
                documents(Path.of("plans", "rename-users-name.yaml")).getFirst();
        plan.put("metadata", Map.of("name", "has.dots", "namespace", "shop"));
        assertThat(new Schemas(Definitions.plan()).complaints(plan)).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        // Ready, Stalled, observed generation, suspended, what Argo CD shows
        "True, False, 3, false, Healthy",
        "False, False, 3, false, Progressing",
        "False, True, 3, false, Degraded",
        "True, True, 3, false, Degraded",
        "True, False, 2, false, Progressing",
        "False, False, 3, true, Suspended"
    })
    void argoCdShowsHowAPlanIs(String ready, String stalled, int observed, boolean suspended, String shown)
            throws IOException {
        Map<String, Object> plan = Map.of(
                "metadata", Map.of("generation", 3),
                "spec", Map.of("suspend", suspended),
                "status",
                        Map.of(
                                "observedGeneration",
                                observed,
                                "message",
                                "so it is",
                                "conditions",
                                List.of(
                                        condition("Ready", ready),
                                        condition("Stalled", stalled),
                                        condition("Succeeded", "Unknown"))));
        LuaTable health = health(plan);
        assertThat(health.get("status").tojstring()).isEqualTo(shown);
        assertThat(health.get("message").tojstring()).isNotBlank();
    }

    @Test
    void argoCdWaitsForAPlanThatNobodyHasLookedAt() throws IOException {
        assertThat(health(Map.of("metadata", Map.of("generation", 1), "spec", Map.of()))
                        .get("status")
                        .tojstring())
                .isEqualTo("Progressing");
    }

    /** The ConfigMap carries the same script that is tried out here. */
    @Test
    void configMapHasTheScript() throws IOException {
        Map<String, Object> patch =
                documents(Path.of("k8s", "gitops", "argocd-cm.yaml")).getFirst();
        assertThat(ReaderAndSchemaTest.tree(patch.get("data"))
                        .get("resource.customizations.health.lockstep.dev_MigrationPlan"))
                .isEqualTo(Files.readString(HEALTH));
    }

    private static Map<String, Object> condition(String type, String status) {
        return Map.of("type", type, "status", status, "reason", "Why", "message", "because");
    }

    private static LuaTable health(Map<String, Object> object) throws IOException {
        Globals globals = JsePlatform.standardGlobals();
        globals.set("obj", lua(object));
        return globals.load(Files.readString(HEALTH), "health").call().checktable();
    }

    private static LuaValue lua(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                LuaTable table = new LuaTable();
                map.forEach((key, inner) -> table.set(String.valueOf(key), lua(inner)));
                yield table;
            }
            case List<?> list ->
                LuaValue.listOf(list.stream().map(ManifestFilesTest::lua).toArray(LuaValue[]::new));
            case Integer number -> LuaValue.valueOf(number);
            case Boolean truth -> LuaValue.valueOf(truth);
            default -> LuaValue.valueOf(String.valueOf(value));
        };
    }

    private List<Map<String, Object>> documents(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            return List.of();
        }
        try (MappingIterator<Map<String, Object>> all = yaml.readerFor(TREE).readValues(file.toFile())) {
            return all.readAll();
        }
    }
}
