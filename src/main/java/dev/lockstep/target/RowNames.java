package dev.lockstep.target;

import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/** How to name a row to a person: by its primary key, else by another key that is never NULL, else by its place. */
final class RowNames {
    private RowNames() {}

    /** An SQL expression over the table's row. */
    static String expression(Connection connection, TableName table) throws SQLException {
        List<Identifier> key = AccessReader.of(connection, table).access().key().orElse(List.of());
        return key.isEmpty() ? "'row ' || ctid::text" : of(key);
    }

    /** An expression that names the row by these columns. */
    static String of(List<Identifier> key) {
        return key.stream()
                .map(column -> "'" + column.value().replace("'", "''") + " ' || " + column.sql() + "::text")
                .collect(Collectors.joining(" || ', ' || "));
    }
}
