package dev.lockstep.change;

import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Index;
import dev.lockstep.schema.Table;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Names rows for a person: by primary key, or by place where the table has none. */
final class RowNames {
    private static final int AT_MOST = 5;

    private RowNames() {}

    /** A query of up to five rows that satisfy this condition, each as a text that names it. */
    static String query(Table table, String condition) {
        return "SELECT " + name(table) + "\nFROM " + table.name().sql() + "\nWHERE " + condition + "\nLIMIT " + AT_MOST;
    }

    /** The columns of the primary key, in its order; empty where there is none. */
    static List<Identifier> key(Table table) {
        return table.indexes().stream()
                .filter(Index::primary)
                .flatMap(index -> index.shape().keys().stream())
                .flatMap(part ->
                        part instanceof Index.Key.Plain(Identifier column, var _) ? Stream.of(column) : Stream.of())
                .toList();
    }

    /** An expression over the row that names it. */
    static String name(Table table) {
        List<Identifier> key = key(table);
        return key.isEmpty()
                ? "'row at ' || ctid::text"
                : key.stream()
                        .map(column -> SqlText.literal(column.value() + " = ") + " || " + column.sql() + "::text")
                        .collect(Collectors.joining(" || ', ' || "));
    }
}
