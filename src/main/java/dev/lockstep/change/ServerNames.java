package dev.lockstep.change;

import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Index;
import dev.lockstep.schema.Table;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The names that the server itself would give to indexes, so that what is built in safe steps ends with the names of the
 * plain statement. Source: makeObjectName, ChooseRelationName and ChooseIndexColumnNames of PostgreSQL 14 to 18.
 */
final class ServerNames {
    private final Table table;

    ServerNames(Table table) {
        this.table = table;
    }

    /** Of a primary key that was given no name. */
    Identifier primaryKey() {
        return free(table.name().name().value(), "", "pkey");
    }

    /** Of a plain or unique index. */
    Identifier index(List<String> columns) {
        return free(table.name().name().value(), joined(columns), "idx");
    }

    /** Of a unique constraint. */
    Identifier unique(List<String> columns) {
        return free(table.name().name().value(), joined(columns), "key");
    }

    /**
     * As far as the table's own indexes tell; what else has the name is found when it is needed. The debris of an earlier
     * build does not keep its name: it is built anew under it.
     */
    private Identifier free(String first, String second, String label) {
        Set<Identifier> taken =
                table.indexes().stream().filter(Index::valid).map(Index::name).collect(Collectors.toSet());
        Identifier name = object(first, second, label);
        for (int pass = 1; taken.contains(name); pass++) {
            name = object(first, second, label + pass);
        }
        return name;
    }

    /** The parts cut, the longer one first, until they fit with the label. */
    private static Identifier object(String first, String second, String label) {
        int room = Identifier.MAX_BYTES - label.length() - 1 - (second.isEmpty() ? 0 : 1);
        int one = bytes(first);
        int other = bytes(second);
        while (one + other > room) {
            if (one > other) {
                one--;
            } else {
                other--;
            }
        }
        String end = second.isEmpty() ? "" : "_" + cut(second, other);
        return new Identifier(cut(first, one) + end + "_" + label);
    }

    private static String joined(List<String> columns) {
        List<String> distinct = new ArrayList<>();
        for (String column : columns) {
            String name = column;
            for (int number = 1; distinct.contains(name); number++) {
                name = cut(
                                column,
                                Identifier.MAX_BYTES - Integer.toString(number).length())
                        + number;
            }
            distinct.add(name);
        }
        return String.join("_", distinct);
    }

    private static String cut(String text, int bytes) {
        String kept = text;
        while (bytes(kept) > bytes) {
            kept = kept.substring(0, kept.offsetByCodePoints(kept.length(), -1));
        }
        return kept;
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
