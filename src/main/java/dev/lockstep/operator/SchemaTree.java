package dev.lockstep.operator;

import dev.lockstep.plan.Shape;
import dev.lockstep.plan.Shape.Field;
import dev.lockstep.plan.Shape.Order;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Shapes as structural schemas of Kubernetes. Lists and texts that a rule looks at are bounded, because the API server
 * estimates what a rule may cost before it takes a schema.
 */
final class SchemaTree {
    private SchemaTree() {}

    /** The schema, without description. */
    static Map<String, Object> of(Shape shape) {
        Map<String, Object> schema = new LinkedHashMap<>();
        switch (shape) {
            case Shape.Text(int least, int most, Optional<String> pattern) -> text(schema, least, most, pattern);
            case Shape.Word(List<String> choices) -> {
                schema.put("type", "string");
                schema.put("enum", choices);
            }
            case Shape.Whole(int least, int most) -> {
                schema.put("type", "integer");
                schema.put("format", "int32");
                schema.put("minimum", least);
                schema.put("maximum", most);
            }
            case Shape.Truth() -> schema.put("type", "boolean");
            case Shape.Count() -> {
                schema.put("type", "integer");
                schema.put("format", "int64");
                schema.put("minimum", 0);
            }
            case Shape.Moment() -> {
                schema.put("type", "string");
                schema.put("format", "date-time");
            }
            case Shape.ListOf list -> list(schema, list);
            case Shape.Texts(int most) -> {
                schema.put("type", "object");
                schema.put("maxProperties", most);
                schema.put("additionalProperties", Map.of("type", "string"));
            }
            case Shape.Several() -> schema.put("x-kubernetes-preserve-unknown-fields", true);
            case Shape.Fields(List<Field> fields, List<Shape.Rule> rules) -> {
                object(schema, fields);
                rules(schema, rules);
            }
            case Shape.OneOf(List<Field> kinds) -> {
                object(schema, kinds);
                schema.put("minProperties", 1);
                schema.put("maxProperties", 1);
            }
        }
        return schema;
    }

    private static void text(Map<String, Object> schema, int least, int most, Optional<String> pattern) {
        schema.put("type", "string");
        if (least > 0) {
            schema.put("minLength", least);
        }
        if (most > 0) {
            schema.put("maxLength", most);
        }
        pattern.ifPresent(expression -> schema.put("pattern", expression));
    }

    private static void list(Map<String, Object> schema, Shape.ListOf list) {
        schema.put("type", "array");
        if (list.least() > 0) {
            schema.put("minItems", list.least());
        }
        schema.put("maxItems", list.most());
        switch (list.order()) {
            case Order.Place() -> schema.put("x-kubernetes-list-type", "atomic");
            case Order.Value() -> schema.put("x-kubernetes-list-type", "set");
            case Order.Key(String field) -> {
                schema.put("x-kubernetes-list-type", "map");
                schema.put("x-kubernetes-list-map-keys", List.of(field));
            }
        }
        schema.put("items", of(list.element()));
    }

    private static void object(Map<String, Object> schema, List<Field> fields) {
        schema.put("type", "object");
        List<String> required =
                fields.stream().filter(Field::required).map(Field::name).toList();
        if (!required.isEmpty()) {
            schema.put("required", required);
        }
        Map<String, Object> properties = new LinkedHashMap<>();
        for (Field field : fields) {
            properties.put(field.name(), described(field));
        }
        schema.put("properties", properties);
    }

    private static Map<String, Object> described(Field field) {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("description", field.description());
        schema.putAll(of(field.shape()));
        field.standard().ifPresent(value -> schema.put("default", value));
        return schema;
    }

    static void rules(Map<String, Object> schema, List<Shape.Rule> rules) {
        if (!rules.isEmpty()) {
            schema.put(
                    "x-kubernetes-validations",
                    rules.stream().map(SchemaTree::rule).toList());
        }
    }

    private static Map<String, Object> rule(Shape.Rule rule) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("rule", rule.expression());
        tree.put("message", rule.message());
        return tree;
    }
}
