package dev.lockstep.operator;

import dev.lockstep.plan.Shape;
import dev.lockstep.plan.Shape.Field;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A spec with one thing wrong.
 *
 * @param name what is wrong and where
 */
record Breakage(String name, Map<String, Object> spec) {
    /** Every single thing that this shape can refuse, at every place that this spec has. */
    static List<Breakage> of(Shape shape, Map<String, Object> spec) {
        List<Breakage> all = new ArrayList<>();
        at("", shape, spec, (name, broken) -> all.add(new Breakage(name, ReaderAndSchemaTest.tree(broken))));
        return all;
    }

    static List<Field> fields(Shape shape) {
        return switch (shape) {
            case Shape.Fields(var fields, var _) -> fields;
            case Shape.OneOf(var kinds) -> kinds;
            case Shape.Text _,
                    Shape.Word _,
                    Shape.Whole _,
                    Shape.Truth _,
                    Shape.Count _,
                    Shape.Moment _,
                    Shape.ListOf _,
                    Shape.Texts _,
                    Shape.Several _ -> List.of();
        };
    }

    private interface Found {
        void add(String name, Object broken);

        /** As found one level up, where this value goes into its place. */
        default Found within(UnaryOperator<Object> put) {
            return (name, broken) -> add(name, put.apply(broken));
        }
    }

    private static void at(String path, Shape shape, Object value, Found found) {
        switch (shape) {
            case Shape.Text(int least, int most, var pattern) -> {
                found.add(path + " is a number", 7);
                if (least > 0) {
                    found.add(path + " is empty", "");
                }
                if (most > 0) {
                    found.add(path + " is too long", "a".repeat(most + 1));
                }
                pattern.filter(expression -> expression.startsWith("^"))
                        .ifPresent(_ -> found.add(path + " looks otherwise", "~ \n~"));
            }
            case Shape.Word _ -> found.add(path + " is an unknown word", "Perhaps");
            case Shape.Whole(int least, int most) -> {
                found.add(path + " is too small", least - 1);
                found.add(path + " is too large", most + 1);
                found.add(path + " is a text", "7");
            }
            case Shape.Truth() -> found.add(path + " is a text", "true");
            case Shape.Texts _ -> found.add(path + " has a number", Map.of("app", 7));
            case Shape.ListOf list -> list(path, list, (List<?>) value, found);
            case Shape.Fields(var fields, var _) -> object(path, fields, ReaderAndSchemaTest.tree(value), found);
            case Shape.OneOf(var kinds) -> {
                object(path, kinds, ReaderAndSchemaTest.tree(value), found);
                found.add(path + " says nothing", Map.of());
            }
            case Shape.Several _, Shape.Count _, Shape.Moment _ -> {
                // Nothing that a schema would refuse, or nothing of a spec's.
            }
        }
    }

    private static void list(String path, Shape.ListOf list, List<?> elements, Found found) {
        found.add(path + " is a text", "one");
        if (list.least() > 0) {
            found.add(path + " is an empty list", List.of());
        }
        for (int index = 0; index < elements.size(); index++) {
            int place = index;
            at(path + "[]", list.element(), elements.get(index), found.within(broken -> {
                List<Object> copy = new ArrayList<>(elements);
                copy.set(place, broken);
                return copy;
            }));
        }
    }

    private static void object(String path, List<Field> fields, Map<String, Object> value, Found found) {
        if (!path.isEmpty()) {
            found.add(path + " is a text", "one");
        }
        found.add(path + " has an unknown field", with(value, "surprise", 1));
        for (Field field : fields) {
            if (value.containsKey(field.name())) {
                if (field.required()) {
                    Map<String, Object> copy = new LinkedHashMap<>(value);
                    copy.remove(field.name());
                    found.add(path + "." + field.name() + " is missing", copy);
                }
                at(
                        path + "." + field.name(),
                        field.shape(),
                        value.get(field.name()),
                        found.within(broken -> with(value, field.name(), broken)));
            }
        }
    }

    private static Map<String, Object> with(Map<String, Object> value, String name, Object field) {
        Map<String, Object> copy = new LinkedHashMap<>(value);
        copy.put(name, field);
        return copy;
    }
}
