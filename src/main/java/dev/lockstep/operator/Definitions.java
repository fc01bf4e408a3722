package dev.lockstep.operator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import dev.lockstep.plan.PlanShape;
import dev.lockstep.plan.Shape;
import dev.lockstep.plan.Shape.Field;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The custom resource definitions, as {@code k8s/crds} holds them. */
final class Definitions {
    private static final ObjectMapper YAML = new ObjectMapper(YAMLFactory.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .build());

    private static final String HEAD = """
        # Generated from what the plan's reader accepts; do not edit. To write it again:
        # ./lockstep test -Dtest=DefinitionsTest -Dlockstep.write=true
        """;

    private static final Shape.Rule PLAIN_NAME = new Shape.Rule(
            "size(self.metadata.name) <= 63 && !self.metadata.name.contains('.')",
            "metadata.name may have 63 characters at most and no dots, because it stands in addresses and in"
                    + " application_name");

    private Definitions() {}

    /**
     * A column that kubectl prints.
     *
     * @param wide whether only {@code -o wide} shows it
     */
    private record Column(String name, String type, String path, String description, boolean wide) {}

    static Map<String, Object> plan() {
        return definition(
                MigrationPlan.KIND,
                "migrationplans",
                List.of(MigrationPlan.SHORT_NAME),
                List.of(
                        column("Database", ".spec.databaseRef.name", "The database that is changed."),
                        column("Phase", ".status.currentPhase", "The phase in which the run stands."),
                        column("State", ".status.state", "What the plan does now."),
                        column("Reason", ".status.reason", "Why."),
                        column("Pods", ".status.pods", "How many pods match what the next gate asks."),
                        age(),
                        wide("Blocker", ".status.blockers[0].object", "The first thing that is in the way."),
                        wide("Message", ".status.message", "Why, in sentences.")),
                root(
                        "A change of a database's schema, made in step with the code that uses it.",
                        planSpec(),
                        StatusShape.plan()));
    }

    static Map<String, Object> database() {
        return definition(
                Database.KIND,
                "databases",
                List.of(Database.SHORT_NAME),
                List.of(
                        column("Ready", ".status.conditions[?(@.type==\"Ready\")].status", "Whether plans can use it."),
                        column("Reason", ".status.conditions[?(@.type==\"Ready\")].reason", "Why."),
                        age(),
                        wide("Message", ".status.conditions[?(@.type==\"Ready\")].message", "Why, in sentences.")),
                root(
                        "A PostgreSQL database that plans of its namespace may change.",
                        DatabaseShape.spec(),
                        StatusShape.database()));
    }

    /** What REST takes as well, and what only an object that stays there can say. */
    static Shape.Fields planSpec() {
        Shape.Fields shared = PlanShape.spec();
        List<Field> all = new ArrayList<>(shared.fields());
        all.add(new Field(
                "suspend",
                "Whether the plan is kept from starting, or its run paused at the next safe point. May change at any"
                        + " time. Over REST this is POST …/suspend.",
                new Shape.Truth(),
                false,
                Optional.of(false)));
        return new Shape.Fields(all, shared.rules());
    }

    static String yaml(Map<String, Object> definition) {
        try {
            return HEAD + YAML.writeValueAsString(definition);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("maps, lists and texts are always YAML", e);
        }
    }

    private static Map<String, Object> root(String description, Shape.Fields spec, Shape.Fields status) {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("apiVersion", text("Version of this format: " + MigrationPlan.API_VERSION + "."));
        properties.put("kind", text("What this object is."));
        properties.put("metadata", Map.of("type", "object"));
        properties.put("spec", described("What is wanted.", SchemaTree.of(spec)));
        properties.put("status", described("What is so; written by Lockstep alone.", SchemaTree.of(status)));
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("description", description);
        root.put("type", "object");
        root.put("required", List.of("spec"));
        root.put("properties", properties);
        SchemaTree.rules(root, List.of(PLAIN_NAME));
        return root;
    }

    private static Map<String, Object> text(String description) {
        return described(description, Map.of("type", "string"));
    }

    private static Map<String, Object> described(String description, Map<String, Object> schema) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("description", description);
        all.putAll(schema);
        return all;
    }

    private static Map<String, Object> definition(
            String kind, String plural, List<String> shortNames, List<Column> columns, Map<String, Object> schema) {
        Map<String, Object> names = new LinkedHashMap<>();
        names.put("kind", kind);
        names.put("listKind", kind + "List");
        names.put("plural", plural);
        names.put("singular", kind.toLowerCase(Locale.ROOT));
        names.put("shortNames", shortNames);
        names.put("categories", List.of("lockstep"));
        Map<String, Object> version = new LinkedHashMap<>();
        version.put("name", MigrationPlan.VERSION);
        version.put("served", true);
        version.put("storage", true);
        version.put("subresources", Map.of("status", Map.of()));
        version.put(
                "additionalPrinterColumns",
                columns.stream().map(Definitions::tree).toList());
        version.put("schema", Map.of("openAPIV3Schema", schema));
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put("group", MigrationPlan.GROUP);
        spec.put("scope", "Namespaced");
        spec.put("names", names);
        spec.put("versions", List.of(version));
        Map<String, Object> definition = new LinkedHashMap<>();
        definition.put("apiVersion", "apiextensions.k8s.io/v1");
        definition.put("kind", "CustomResourceDefinition");
        definition.put("metadata", Map.of("name", plural + "." + MigrationPlan.GROUP));
        definition.put("spec", spec);
        return definition;
    }

    private static Map<String, Object> tree(Column column) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", column.name());
        tree.put("type", column.type());
        tree.put("jsonPath", column.path());
        tree.put("description", column.description());
        if (column.wide()) {
            tree.put("priority", 1);
        }
        return tree;
    }

    private static Column column(String name, String path, String description) {
        return new Column(name, "string", path, description, false);
    }

    private static Column wide(String name, String path, String description) {
        return new Column(name, "string", path, description, true);
    }

    private static Column age() {
        return new Column("Age", "date", ".metadata.creationTimestamp", "How old the object is.", false);
    }
}
