package dev.lockstep.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What an API server asks of a definition before it takes it. */
class DefinitionsTest {
    private static final Path DIRECTORY = Path.of("k8s", "crds");

    /** What the documentation of structural schemas forbids, and what nobody here needs. */
    private static final Set<String> FORBIDDEN = Set.of(
            "$ref",
            "definitions",
            "dependencies",
            "deprecated",
            "discriminator",
            "id",
            "patternProperties",
            "readOnly",
            "writeOnly",
            "xml",
            "uniqueItems",
            "oneOf",
            "anyOf",
            "allOf",
            "not",
            "nullable");

    static Stream<Map<String, Object>> definitions() {
        return Stream.of(Definitions.plan(), Definitions.database());
    }

    /** Those that are written by hand, too. */
    static Stream<Map<String, Object>> allDefinitions() throws IOException {
        return Stream.concat(definitions(), Stream.of(interlock()));
    }

    private static Map<String, Object> interlock() throws IOException {
        Path file = Path.of("k8s", "components", "admission-policy", "interlocks.yaml");
        return tree(Serialization.unmarshal(Files.readString(file), Map.class));
    }

    /** A place in a schema. */
    private record Place(String path, Map<String, Object> schema) {
        List<String> texts(String field) {
            return schema.get(field) instanceof List<?> values
                    ? values.stream().map(String::valueOf).toList()
                    : List.of();
        }

        Map<String, Object> object(String field) {
            return tree(schema.get(field));
        }
    }

    @Test
    void filesAreWhatTheBuildWouldWrite() throws IOException {
        check("migrationplans.yaml", Definitions.yaml(Definitions.plan()));
        check("databases.yaml", Definitions.yaml(Definitions.database()));
    }

    private static void check(String name, String wanted) throws IOException {
        Path file = DIRECTORY.resolve(name);
        if (Boolean.getBoolean("lockstep.write")) {
            Files.writeString(file, wanted);
        }
        assertThat(file)
                .describedAs("%s is stale; run ./lockstep test -Dtest=DefinitionsTest -Dlockstep.write=true", file)
                .hasContent(wanted);
    }

    @ParameterizedTest
    @MethodSource("definitions")
    void everyFieldIsDescribed(Map<String, Object> definition) {
        assertThat(fields(definition))
                .filteredOn(place -> !place.path().equals(".metadata"))
                .isNotEmpty()
                .allSatisfy(place -> assertThat(place.schema().get("description"))
                        .describedAs(place.path())
                        .asString()
                        .matches("(?s)[A-Z0-9].{8,}[.…]"));
    }

    @ParameterizedTest
    @MethodSource("allDefinitions")
    void schemaIsStructural(Map<String, Object> definition) {
        for (Place place : places(definition)) {
            Map<String, Object> schema = place.schema();
            assertThat(schema.keySet()).describedAs(place.path()).doesNotContainAnyElementsOf(FORBIDDEN);
            assertThat(schema.containsKey("type") ^ schema.containsKey("x-kubernetes-preserve-unknown-fields"))
                    .describedAs("%s has a type, or keeps what nobody knows", place.path())
                    .isTrue();
            assertThat(schema.containsKey("properties") && schema.containsKey("additionalProperties"))
                    .describedAs("%s has both properties and additionalProperties", place.path())
                    .isFalse();
            assertThat(schema.containsKey("items"))
                    .describedAs(place.path())
                    .isEqualTo("array".equals(schema.get("type")));
            if (schema.containsKey("required")) {
                assertThat(place.object("properties").keySet())
                        .describedAs(place.path())
                        .containsAll(place.texts("required"));
            }
        }
    }

    /** A definition may restrict names, and say nothing else of an object's metadata, not even what it is for. */
    @ParameterizedTest
    @MethodSource("allDefinitions")
    void schemaLeavesTheMetadataToTheApiServer(Map<String, Object> definition) {
        assertThat(places(definition))
                .filteredOn(place -> place.path().equals(".metadata"))
                .singleElement()
                .satisfies(place -> assertThat(place.schema()).isEqualTo(Map.of("type", "object")));
    }

    @ParameterizedTest
    @MethodSource("definitions")
    void listsSayWhatKeepsTheirElementsApart(Map<String, Object> definition) {
        for (Place place : places(definition)) {
            if ("array".equals(place.schema().get("type"))) {
                assertThat(place.schema()).describedAs(place.path()).containsKey("maxItems");
                Map<String, Object> items = place.object("items");
                switch (String.valueOf(place.schema().get("x-kubernetes-list-type"))) {
                    case "set" -> assertThat(items.get("type")).isEqualTo("string");
                    case "map" ->
                        assertThat(new Place("", items).texts("required"))
                                .describedAs("%s: keys are required", place.path())
                                .containsAll(place.texts("x-kubernetes-list-map-keys"));
                    default ->
                        assertThat(place.schema().get("x-kubernetes-list-type"))
                                .describedAs(place.path())
                                .isEqualTo("atomic");
                }
            }
        }
    }

    /** The API server matches with RE2, which knows no look-around. */
    @ParameterizedTest
    @MethodSource("definitions")
    void patternsAreKnownToTheApiServer(Map<String, Object> definition) {
        assertThat(places(definition))
                .filteredOn(place -> place.schema().containsKey("pattern"))
                .isNotEmpty()
                .allSatisfy(place -> Pattern.compile((String) place.schema().get("pattern")));
    }

    /** A value that is filled in within a list would be a difference for ever to a tool that compares. */
    @ParameterizedTest
    @MethodSource("definitions")
    void nothingIsFilledInWithinLists(Map<String, Object> definition) {
        assertThat(places(definition))
                .filteredOn(place -> place.schema().containsKey("default"))
                .isNotEmpty()
                .allSatisfy(place -> assertThat(place.path()).doesNotContain("[]"));
    }

    @ParameterizedTest
    @MethodSource("definitions")
    void rulesHaveAMessage(Map<String, Object> definition) {
        assertThat(places(definition))
                .filteredOn(place -> place.schema().containsKey("x-kubernetes-validations"))
                .isNotEmpty()
                .allSatisfy(place -> assertThat((List<?>) place.schema().get("x-kubernetes-validations"))
                        .allSatisfy(rule -> assertThat(tree(rule).get("message"))
                                .asString()
                                .isNotBlank()
                                .doesNotContain("\n")));
    }

    /** Read by the client's own classes, which refuse a field that the API does not have. */
    @ParameterizedTest
    @MethodSource("definitions")
    void definitionIsWhatTheApiCallsOne(Map<String, Object> definition) {
        CustomResourceDefinition read =
                Serialization.unmarshal(Definitions.yaml(definition), CustomResourceDefinition.class);
        assertThat(read.getAdditionalProperties()).isEmpty();
        assertThat(read.getSpec().getAdditionalProperties()).isEmpty();
        CustomResourceDefinitionVersion version = read.getSpec().getVersions().getFirst();
        assertThat(version.getAdditionalProperties()).isEmpty();
        assertThat(version.getSubresources().getStatus()).isNotNull();
        assertThat(version.getAdditionalPrinterColumns()).hasSizeGreaterThan(3);
        JSONSchemaProps schema = version.getSchema().getOpenAPIV3Schema();
        assertThat(schema.getProperties()).containsKeys("spec", "status");
        assertThat(read.getMetadata().getName())
                .isEqualTo(read.getSpec().getNames().getPlural() + "."
                        + read.getSpec().getGroup());
        assertThat(Serialization.asYaml(read)).contains("x-kubernetes-validations");
    }

    private static List<Place> fields(Map<String, Object> definition) {
        return places(definition).stream()
                .filter(place -> !place.path().endsWith("[]") && !place.path().endsWith("{}"))
                .toList();
    }

    private static List<Place> places(Map<String, Object> definition) {
        List<Place> all = new ArrayList<>();
        collect("", Schemas.of(definition), all);
        return all;
    }

    private static void collect(String path, Map<String, Object> schema, List<Place> all) {
        all.add(new Place(path, schema));
        if (schema.containsKey("properties")) {
            tree(schema.get("properties")).forEach((name, field) -> collect(path + "." + name, tree(field), all));
        }
        if (schema.containsKey("items")) {
            collect(path + "[]", tree(schema.get("items")), all);
        }
        if (schema.containsKey("additionalProperties")) {
            collect(path + "{}", tree(schema.get("additionalProperties")), all);
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> tree(@Nullable Object value) {
        return (Map<String, Object>) Objects.requireNonNull(value);
    }
}
