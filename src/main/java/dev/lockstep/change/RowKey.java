package dev.lockstep.change;

import dev.lockstep.schema.Column;
import dev.lockstep.schema.Constraint;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Index;
import dev.lockstep.schema.Table;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** By what a row of a table can be found again in another one: all columns of a key, not only its first (P36). */
final class RowKey {
    static final Pattern DEFERRABLE = Pattern.compile("(?<!NOT )\\bDEFERRABLE\\b");

    private RowKey() {}

    /** The index of the primary key, or of another key that is never NULL; empty where there is none that will do. */
    static Optional<Index> of(Table table) {
        return table.indexes().stream()
                .filter(index -> index.valid() && index.unique())
                .filter(index -> index.shape().predicate().isEmpty())
                .filter(index -> index.shape().keys().stream().allMatch(key -> identifies(key, table)))
                .filter(index -> !deferrable(index, table))
                .min(Comparator.comparing((Index index) -> !index.primary()).thenComparing(Index::name));
    }

    static List<Identifier> columns(Index index) {
        return index.shape().keys().stream()
                .<Identifier>mapMulti((key, next) -> {
                    if (key instanceof Index.Key.Plain(Identifier column, var _)) {
                        next.accept(column);
                    }
                })
                .toList();
    }

    /** A plain column, never NULL, which the server's own operators compare as the index does. */
    private static boolean identifies(Index.Key key, Table table) {
        return key instanceof Index.Key.Plain(Identifier column, String qualifiers)
                && table.column(column).filter(Column::notNull).isPresent()
                && (qualifiers.isEmpty()
                        || qualifiers.startsWith("pg_catalog.")
                        || qualifiers.startsWith("DESC")
                        || qualifiers.startsWith("NULLS"));
    }

    static boolean deferrable(Index index, Table table) {
        return table.constraints().stream()
                .filter(constraint ->
                        index.constraint().filter(constraint.name()::equals).isPresent())
                .map(Constraint::definition)
                .anyMatch(definition -> DEFERRABLE.matcher(definition).find());
    }
}
