package dev.lockstep.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.cel.bundle.Cel;
import dev.cel.bundle.CelBuilder;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The ValidatingAdmissionPolicy of k8s/, evaluated as an API server does: its variables one after the other, each with the
 * type of its expression, and with the functions of strings that Kubernetes has.
 */
final class Policy {
    private final List<Named> conditions = new ArrayList<>();
    private final List<Named> variables = new ArrayList<>();
    private final Map<String, CelType> types = new LinkedHashMap<>();
    private final Named allowed;
    private final Named message;
    private final List<Named> audit = new ArrayList<>();

    private record Named(String name, CelType type, CelRuntime.Program program) {}

    /** What the policy says of an object. */
    record Verdict(boolean allowed, String message, Map<String, Object> audit) {}

    Policy() throws IOException, CelValidationException, CelEvaluationException {
        JsonNode spec = new YAMLMapper()
                .readTree(Path.of("k8s/components/admission-policy/policy.yaml").toFile())
                .path("spec");
        for (JsonNode each : spec.path("matchConditions")) {
            conditions.add(
                    compiled(each.path("name").asText(), each.path("expression").asText()));
        }
        for (JsonNode each : spec.path("variables")) {
            Named variable = compiled(
                    "variables." + each.path("name").asText(),
                    each.path("expression").asText());
            variables.add(variable);
            types.put(variable.name(), variable.type());
        }
        JsonNode validation = spec.path("validations").path(0);
        allowed = compiled("allowed", validation.path("expression").asText());
        message = compiled("message", validation.path("messageExpression").asText());
        for (JsonNode each : spec.path("auditAnnotations")) {
            audit.add(compiled(
                    each.path("key").asText(), each.path("valueExpression").asText()));
        }
    }

    private Named compiled(String name, String expression) throws CelValidationException, CelEvaluationException {
        Cel environment = environment();
        CelAbstractSyntaxTree tree = environment.compile(expression).getAst();
        return new Named(name, tree.getResultType(), environment.createProgram(tree));
    }

    private Cel environment() {
        CelBuilder builder = CelFactory.standardCelBuilder()
                .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                .addCompilerLibraries(CelExtensions.strings())
                .addRuntimeLibraries(CelExtensions.strings())
                .addVar("object", SimpleType.DYN)
                .addVar("oldObject", SimpleType.DYN)
                .addVar("request", SimpleType.DYN)
                .addVar("params", SimpleType.DYN);
        types.forEach(builder::addVar);
        return builder.build();
    }

    Verdict judge(String operation, Object object, Optional<?> before, List<Map<String, Object>> rules)
            throws CelEvaluationException {
        Map<String, Object> known = new HashMap<>();
        known.put("object", Plain.of(object));
        known.put("oldObject", before.<Object>map(Plain::of).orElse(com.google.protobuf.NullValue.NULL_VALUE));
        known.put("request", Map.of("operation", operation));
        known.put("params", Map.of("spec", Map.of("rules", rules)));
        for (Named condition : conditions) {
            if (!(boolean) evaluate(condition, known)) {
                return new Verdict(true, "", Map.of());
            }
        }
        for (Named variable : variables) {
            known.put(variable.name(), evaluate(variable, known));
        }
        Map<String, Object> annotations = new HashMap<>();
        for (Named each : audit) {
            Object value = evaluate(each, known);
            if (value instanceof String text && !text.isEmpty()) {
                annotations.put(each.name(), text);
            }
        }
        return new Verdict(
                (boolean) evaluate(allowed, known), (String) evaluate(message, known), Map.copyOf(annotations));
    }

    private static Object evaluate(Named expression, Map<String, Object> known) throws CelEvaluationException {
        return expression.program().eval(known);
    }
}
