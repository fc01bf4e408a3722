package dev.lockstep.traffic;

import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * How one version of the code says a fact about a row. The fact has the same name in all versions; the columns differ.
 *
 * @param columns all are written, and the first is read; more than one where the code writes an old and a new shape
 * @param mayBeNull whether the code writes NULL; where not, it never writes back a NULL that it has read
 * @param values what the operation with this number writes, as the database gives it back; empty is NULL
 */
record Field(
        String fact, List<String> columns, Binding type, boolean mayBeNull, LongFunction<Optional<String>> values) {
    Field {
        columns = List.copyOf(columns);
    }

    /** A text in a column of the fact's name. */
    static Field text(String fact) {
        return of(fact, Binding.TEXT, operation -> fact + " " + operation);
    }

    /** A value in a column of the fact's name. */
    static Field of(String fact, Binding type, LongFunction<String> value) {
        return new Field(fact, List.of(fact), type, false, operation -> Optional.of(value.apply(operation)));
    }

    /** The same, and every fifth operation writes NULL. */
    Field nullable() {
        return new Field(
                fact,
                columns,
                type,
                true,
                operation -> operation % 5 == 0 ? Optional.empty() : values.apply(operation));
    }

    /** The same fact in these columns. */
    Field in(String... others) {
        return new Field(fact, List.of(others), type, mayBeNull, values);
    }

    /** The same fact as another type. */
    Field as(Binding other) {
        return new Field(fact, columns, other, mayBeNull, values);
    }

    /** The column that is read. */
    String column() {
        return columns.getFirst();
    }
}
