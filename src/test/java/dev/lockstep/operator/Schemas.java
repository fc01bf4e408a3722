package dev.lockstep.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Holds objects against a definition as an API server does: schema, unknown fields, and rules in CEL. */
final class Schemas {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final CelCompiler COMPILER = CelCompilerFactory.standardCelCompilerBuilder()
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addVar("self", SimpleType.DYN)
            .build();
    private static final CelRuntime RUNTIME =
            CelRuntimeFactory.standardCelRuntimeBuilder().build();
    private static final Map<String, CelRuntime.Program> PROGRAMS = new ConcurrentHashMap<>();

    private final Map<String, Object> schema;
    private final JsonSchema compiled;

    Schemas(Map<String, Object> definition) {
        this.schema = of(definition);
        this.compiled =
                JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(JSON.valueToTree(closed(schema)));
    }

    static Map<String, Object> of(Map<String, Object> definition) {
        Object versions = ReaderAndSchemaTest.tree(definition.get("spec")).get("versions");
        Map<String, Object> version = ReaderAndSchemaTest.tree(((List<?>) Objects.requireNonNull(versions)).getFirst());
        return ReaderAndSchemaTest.tree(
                ReaderAndSchemaTest.tree(version.get("schema")).get("openAPIV3Schema"));
    }

    /** Everything that is wrong; empty for an object that the API server would take. */
    List<String> complaints(Map<String, Object> object) {
        JsonNode tree = JSON.valueToTree(object);
        List<String> all = compiled.validate(tree).stream()
                .map(ValidationMessage::getMessage)
                .collect(Collectors.toCollection(ArrayList::new));
        if (all.isEmpty()) {
            // The API server looks at rules only where the schema is met, too.
            rules("", schema, object, all);
        }
        return all;
    }

    /** What kubectl refuses as an unknown field, and the server would otherwise drop. */
    private static Object closed(Object schema) {
        if (schema instanceof List<?> list) {
            return list.stream().map(Schemas::closed).toList();
        }
        if (!(schema instanceof Map<?, ?> map)) {
            return schema;
        }
        Map<Object, Object> copy = new LinkedHashMap<>();
        map.forEach((key, value) -> {
            if (!String.valueOf(key).startsWith("x-kubernetes-")) {
                copy.put(key, closed(value));
            }
        });
        if (map.get("properties") instanceof Map<?, ?> && "object".equals(map.get("type"))) {
            copy.put("additionalProperties", false);
        }
        return copy;
    }

    @SuppressWarnings("unchecked")
    private static void rules(String path, Map<String, Object> schema, @Nullable Object value, List<String> all) {
        if (schema.get("x-kubernetes-validations") instanceof List<?> rules) {
            for (Object rule : rules) {
                Map<String, Object> one = (Map<String, Object>) rule;
                if (!holds(String.valueOf(one.get("rule")), value)) {
                    all.add(path + ": " + one.get("message"));
                }
            }
        }
        if (schema.get("properties") instanceof Map<?, ?> properties && value instanceof Map<?, ?> fields) {
            properties.forEach((name, field) -> {
                if (fields.containsKey(name)) {
                    rules(path + "." + name, (Map<String, Object>) field, fields.get(name), all);
                }
            });
        }
        if (schema.get("items") instanceof Map<?, ?> items && value instanceof List<?> elements) {
            elements.forEach(element -> rules(path + "[]", (Map<String, Object>) items, element, all));
        }
    }

    static boolean holds(String rule, @Nullable Object self) {
        try {
            return (Boolean) PROGRAMS.computeIfAbsent(rule, Schemas::compile).eval(Map.of("self", escaped(self)));
        } catch (Exception e) {
            throw new AssertionError("rule " + rule + " on " + self, e);
        }
    }

    private static CelRuntime.Program compile(String rule) {
        try {
            return RUNTIME.createProgram(COMPILER.compile(rule).getAst());
        } catch (Exception e) {
            throw new AssertionError("rule " + rule, e);
        }
    }

    /** Names that CEL keeps for itself are written otherwise in rules of Kubernetes. */
    private static Object escaped(@Nullable Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                Map<Object, Object> copy = new LinkedHashMap<>();
                map.forEach((key, inner) -> copy.put(key.equals("namespace") ? "__namespace__" : key, escaped(inner)));
                yield copy;
            }
            case List<?> list -> list.stream().map(Schemas::escaped).toList();
            case Integer number -> number.longValue();
            case null -> throw new IllegalArgumentException("the API server knows no null here");
            default -> value;
        };
    }
}
