package dev.lockstep.target;

import dev.lockstep.schema.Identifier;
import java.util.List;
import java.util.stream.Collectors;

/** In which order a backfill goes through the rows. */
sealed interface Scan {
    /** For a person: which it is, and why. */
    String why();

    /** By the blocks in which the rows lie. Needs no key, and each page is read once. */
    record Blocks(String why) implements Scan {}

    /**
     * By the values of a key, in its own order. The key need not be unique: rows with equal keys are always done together.
     * It must not be NULL; such rows are found by the proof at the end.
     */
    record Keys(List<KeyColumn> columns, String why) implements Scan {
        public Keys {
            columns = List.copyOf(columns);
            if (columns.isEmpty()) {
                throw new IllegalArgumentException("a key has columns");
            }
        }

        String names() {
            return columns.stream().map(column -> column.name().sql()).collect(Collectors.joining(", "));
        }

        /** The values as texts that the types themselves can read back. */
        String texts() {
            // format() asks the type's own output function; a cast to text may be another function.
            return columns.stream()
                    .map(column -> "pg_catalog.format('%s', " + column.name().sql() + ")")
                    .collect(Collectors.joining(", "));
        }

        /** A condition on the key, for example {@code >}, as an index of it can answer. */
        String compared(String operator, List<String> values) {
            if (columns.size() == 1) {
                // Not as a row, so that a foreign server may be asked, too.
                return names() + " " + operator + " " + columns.getFirst().constant(values.getFirst());
            }
            StringBuilder row = new StringBuilder();
            for (int i = 0; i < columns.size(); i++) {
                row.append(i == 0 ? "" : ", ").append(columns.get(i).constant(values.get(i)));
            }
            return "(" + names() + ") " + operator + " (" + row + ")";
        }
    }

    /**
     * A column of a key.
     *
     * @param type as {@code format_type} prints it
     */
    record KeyColumn(Identifier name, String type) {
        /** The value without a collation of its own, so that the column's counts. */
        String constant(String value) {
            String quoted = "'" + value.replace("'", "''") + "'";
            return "CAST(" + (value.indexOf('\\') < 0 ? quoted : "E" + quoted.replace("\\", "\\\\")) + " AS " + type
                    + ")";
        }
    }
}
