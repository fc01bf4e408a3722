package dev.lockstep.traffic;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How one version of the code uses a table.
 *
 * @param entity what its rows are, the same in all versions
 * @param table the name as SQL under which it is read
 * @param writes the names under which it is written, in one transaction where there are several
 * @param key the column that identifies a row
 * @param counter the column that all clients count in, on rows that they share
 * @param shapes the ways in which the code speaks to it
 */
record TableUse(
        String entity,
        String table,
        List<String> writes,
        String key,
        List<Field> fields,
        Optional<String> counter,
        Set<Shape> shapes) {
    TableUse {
        writes = List.copyOf(writes);
        fields = List.copyOf(fields);
        shapes = Set.copyOf(shapes);
    }

    /** A table of the entity's name with key {@code id}, used in all ways but counting and finding. */
    static TableUse of(String entity, Field... fields) {
        return new TableUse(
                entity,
                entity,
                List.of(entity),
                "id",
                List.of(fields),
                Optional.empty(),
                EnumSet.complementOf(EnumSet.of(Shape.COUNT, Shape.FIND)));
    }

    /** The same under another name. */
    TableUse named(String other) {
        return new TableUse(entity, other, List.of(other), key, fields, counter, shapes);
    }

    /** The same, written under all of these names; the order is the same for all code, as it must be for rows that it shares. */
    TableUse writing(String... names) {
        return new TableUse(entity, table, List.of(names), key, fields, counter, shapes);
    }

    /** This for each name under which it is written. */
    List<TableUse> written() {
        return writes.stream()
                .map(name -> new TableUse(
                        entity, name, name.equals(table) ? List.of(name) : List.of(), key, fields, counter, shapes))
                .toList();
    }

    /** False for what {@link #written} gives for a name that the code writes and does not read. */
    boolean isRead() {
        return !writes.isEmpty();
    }

    /** The same with a counter. */
    TableUse counting(String column) {
        Set<Shape> more = EnumSet.of(Shape.COUNT);
        more.addAll(shapes);
        return new TableUse(entity, table, writes, key, fields, Optional.of(column), more);
    }

    /** The same, with rows also looked up by their first text. */
    TableUse finding() {
        Set<Shape> more = EnumSet.of(Shape.FIND);
        more.addAll(shapes);
        return new TableUse(entity, table, writes, key, fields, counter, more);
    }

    /** By what rows are looked up. */
    Field found() {
        return fields.stream()
                .filter(field -> field.type().equals(Binding.TEXT))
                .findFirst()
                .orElseThrow();
    }

    /** The same, never spoken to in these ways. */
    TableUse without(Shape... never) {
        Set<Shape> left = EnumSet.copyOf(shapes);
        left.removeAll(List.of(never));
        return new TableUse(entity, table, writes, key, fields, counter, left);
    }

    /** The same; a field replaces the one of the same fact, or is new. */
    TableUse with(Field... others) {
        List<Field> merged = new ArrayList<>(fields);
        for (Field other : others) {
            merged.removeIf(field -> field.fact().equals(other.fact()));
            merged.add(other);
        }
        return new TableUse(entity, table, writes, key, merged, counter, shapes);
    }

    /** The same with this fact alone. */
    TableUse only(String fact) {
        return new TableUse(
                entity,
                table,
                writes,
                key,
                fields.stream().filter(field -> field.fact().equals(fact)).toList(),
                counter,
                shapes);
    }

    /** The same without a fact. */
    TableUse forgetting(String fact) {
        return new TableUse(
                entity,
                table,
                writes,
                key,
                fields.stream().filter(field -> !field.fact().equals(fact)).toList(),
                counter,
                shapes);
    }

    List<String> columns(List<Field> some) {
        return some.stream().flatMap(field -> field.columns().stream()).toList();
    }

    String placeholders(List<Field> some) {
        return some.stream()
                .flatMap(field -> field.columns().stream().map(_ -> field.type().placeholder()))
                .collect(Collectors.joining(", "));
    }
}
