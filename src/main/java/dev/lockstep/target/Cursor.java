package dev.lockstep.target;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** How far a step is, as the ledger keeps it: texts by name, in no order. */
record Cursor(Map<String, String> values) {
    static final Cursor NONE = new Cursor(Map.of());

    Cursor {
        values = Map.copyOf(values);
    }

    static Cursor of(Map<String, Long> numbers) {
        return new Cursor(numbers.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> String.valueOf(entry.getValue()))));
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /** A number, or this one where there is none of that name. */
    long number(String name, long otherwise) {
        return text(name).map(Long::parseLong).orElse(otherwise);
    }

    /** For a cursor that is made of numbers only. */
    Map<String, Long> numbers() {
        return values.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> Long.parseLong(entry.getValue())));
    }

    /** The values whose names begin with this, under the rest of their names. */
    Cursor part(String prefix) {
        Map<String, String> part = new HashMap<>();
        values.forEach((name, value) -> {
            if (name.startsWith(prefix)) {
                part.put(name.substring(prefix.length()), value);
            }
        });
        return new Cursor(part);
    }

    /** The same values with this before each name. */
    Cursor under(String prefix) {
        return new Cursor(values.entrySet().stream()
                .collect(Collectors.toMap(entry -> prefix + entry.getKey(), Map.Entry::getValue)));
    }

    /** Both; where both have a name, the other's value. */
    Cursor with(Cursor other) {
        Map<String, String> both = new HashMap<>(values);
        both.putAll(other.values);
        return new Cursor(both);
    }
}
