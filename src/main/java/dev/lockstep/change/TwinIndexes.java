package dev.lockstep.change;

import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Index;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.stream.Collectors;

/** The original's indexes, on its twin. They go with it, so their names are of no importance. */
final class TwinIndexes {
    private TwinIndexes() {}

    /** Those that only make queries fast: they are built when the rows are there. */
    static List<Index> later(TwinTable twin) {
        return twin.original().indexes().stream()
                .filter(Index::valid)
                .filter(index -> !index.unique() && index.constraint().isEmpty())
                .toList();
    }

    static Identifier nameFor(TwinTable twin, Index index) {
        return Identifier.derived(
                "lockstep_",
                index.name().value(),
                twin.oldName().sql() + "." + index.name().sql() + ">"
                        + twin.name().sql());
    }

    static String definition(TwinTable twin, Index index, TableName on) {
        return "CREATE " + (index.unique() ? "UNIQUE " : "") + "INDEX " + body(twin, index, on);
    }

    static String concurrently(TwinTable twin, Index index) {
        return "CREATE INDEX CONCURRENTLY " + body(twin, index, twin.name());
    }

    private static String body(TwinTable twin, Index index, TableName on) {
        Index.Shape shape = index.shape();
        StringBuilder sql = new StringBuilder(nameFor(twin, index).sql())
                .append(" ON ")
                .append(on.sql())
                .append(" USING ")
                .append(new Identifier(shape.method()).sql())
                .append(shape.keys().stream().map(TwinIndexes::key).collect(Collectors.joining(", ", " (", ")")));
        if (!shape.included().isEmpty()) {
            sql.append(" INCLUDE (")
                    .append(SqlText.joined(shape.included(), "%s"))
                    .append(')');
        }
        sql.append(shape.nullsNotDistinct() ? " NULLS NOT DISTINCT" : "");
        if (!shape.options().isEmpty()) {
            sql.append(shape.options().stream()
                    .map(TwinIndexes::option)
                    .collect(Collectors.joining(", ", " WITH (", ")")));
        }
        shape.tablespace().ifPresent(tablespace -> sql.append(" TABLESPACE ").append(tablespace.sql()));
        shape.predicate().ifPresent(predicate -> sql.append(" WHERE ").append(SqlText.enclosed(predicate)));
        return sql.toString();
    }

    private static String key(Index.Key key) {
        String part = switch (key) {
            case Index.Key.Plain(Identifier column, var _) -> column.sql();
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
