package dev.lockstep.target;

import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/** How to name a row to a person: by its primary key, or by its place where there is none. */
final class RowNames {
    private RowNames() {}

    /** An SQL expression over the table's row. */
    static String expression(Connection connection, TableName table) throws SQLException {
        List<Identifier> key = new Query(connection, """
                        SELECT a.attname FROM pg_index i
                        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey::int2[])
                        WHERE i.indrelid = ?::regclass AND i.indisprimary ORDER BY a.attnum""").list(row -> new Identifier(row.getString(1)), table.sql());
        return key.isEmpty() ? "'row ' || ctid::text" : of(key);
    }

    /** An expression that names the row by these columns. */
    static String of(List<Identifier> key) {
        return key.stream()
                .map(column -> "'" + column.value().replace("'", "''") + " ' || " + column.sql() + "::text")
                .collect(Collectors.joining(" || ', ' || "));
    }
}
