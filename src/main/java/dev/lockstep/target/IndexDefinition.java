package dev.lockstep.target;

import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells whether an index is the one that a statement would build. The server says so: it builds the same on an empty copy of
 * the table, and prints both; comparing the texts of statements would take every other spelling for another index.
 */
final class IndexDefinition {
    private static final String NAME = "(?:\"(?:[^\"]|\"\")+\"|[^\\s\".(]+)";
    private static final Pattern CREATE = Pattern.compile(
            "\\s*CREATE\\s+(?<unique>UNIQUE\\s+)?INDEX\\s+(?:CONCURRENTLY\\s+)?(?:IF\\s+NOT\\s+EXISTS\\s+)?" + NAME
                    + "\\s+ON\\s+(?:ONLY\\s+)?" + NAME + "(?:\\." + NAME + ")?(?<rest>.*)",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private final Connection connection;
    private final TableName table;
    private final Identifier index;

    IndexDefinition(Connection connection, TableName table, Identifier index) {
        this.connection = connection;
        this.table = table;
        this.index = index;
    }

    boolean isBuiltBy(String create) throws SQLException {
        Matcher matcher = CREATE.matcher(create);
        if (!matcher.matches()) {
            return false;
        }
        String unique = Optional.ofNullable(matcher.group("unique")).isPresent() ? "UNIQUE " : "";
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL lock_timeout = '5s'");
            statement.execute("CREATE TEMP TABLE lockstep_copy (LIKE " + table.sql() + ") ON COMMIT DROP");
            statement.execute("CREATE " + unique + "INDEX lockstep_copied ON pg_temp.lockstep_copy" + " "
                    + matcher.group("rest"));
            return new Query(connection, """
                            SELECT count(DISTINCT (i.indisunique,
                                     substring(pg_get_indexdef(i.indexrelid) FROM ' USING .*'))) = 1
                            FROM pg_index i
                            WHERE i.indexrelid IN ('pg_temp.lockstep_copied'::regclass, ?::regclass)""").one(row -> row.getBoolean(1), new TableName(table.schema(), index).sql());
        } finally {
            ShortTransaction.end(connection);
        }
    }
}
