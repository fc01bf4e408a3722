package dev.lockstep.change;

import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Index;
import dev.lockstep.schema.TableName;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** The SQL that builds an index from what it consists of. */
final class IndexSql {
    private IndexSql() {}

    /**
     * Builds it while the application goes on.
     *
     * @param columns what each plain column is called on the table; expressions and the predicate stay as they are (P23)
     */
    static String create(
            Identifier name, TableName table, boolean unique, Index.Shape shape, UnaryOperator<Identifier> columns) {
        StringBuilder sql = new StringBuilder("CREATE ")
                .append(unique ? "UNIQUE " : "")
                .append("INDEX CONCURRENTLY ")
                .append(name.sql())
                .append(" ON ")
                .append(table.sql())
                .append(" USING ")
                .append(new Identifier(shape.method()).sql())
                .append(shape.keys().stream()
                        .map(key -> key(key, columns))
                        .collect(Collectors.joining(", ", " (", ")")));
        if (!shape.included().isEmpty()) {
            sql.append(shape.included().stream()
                    .map(column -> columns.apply(column).sql())
                    .collect(Collectors.joining(", ", " INCLUDE (", ")")));
        }
        sql.append(shape.nullsNotDistinct() && unique ? " NULLS NOT DISTINCT" : "");
        if (!shape.options().isEmpty()) {
            sql.append(
                    shape.options().stream().map(IndexSql::option).collect(Collectors.joining(", ", " WITH (", ")")));
        }
        shape.tablespace().ifPresent(tablespace -> sql.append(" TABLESPACE ").append(tablespace.sql()));
        shape.predicate().ifPresent(predicate -> sql.append(" WHERE ").append(SqlText.enclosed(predicate)));
        return sql.toString();
    }

    private static String key(Index.Key key, UnaryOperator<Identifier> columns) {
        String part = switch (key) {
            case Index.Key.Plain(Identifier column, var _) ->
                columns.apply(column).sql();
            case Index.Key.Computed(String expression, var _) -> SqlText.enclosed(expression);
        };
        return key.qualifiers().isEmpty() ? part : part + " " + key.qualifiers();
    }

    private static String option(String option) {
        int equals = option.indexOf('=');
        return equals < 0
                ? new Identifier(option).sql()
                : new Identifier(option.substring(0, equals)).sql() + " = "
                        + SqlText.literal(option.substring(equals + 1));
    }
}
