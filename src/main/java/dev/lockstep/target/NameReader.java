package dev.lockstep.target;

import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads which names are there beside those of tables, inside the transaction that {@link CatalogueReader} began. */
final class NameReader {
    private final Connection connection;

    NameReader(Connection connection) {
        this.connection = connection;
    }

    /** @param asked the names for which a plan wants to know whether they are free */
    Catalogue.Names names(Set<TableName> asked) throws SQLException {
        Map<TableName, String> taken = new HashMap<>();
        for (TableName name : asked) {
            new Query(connection, TAKEN)
                    .first(
                            row -> row.getString(1),
                            name.schema().value(),
                            name.name().value(),
                            name.schema().value(),
                            name.name().value())
                    .ifPresent(what -> taken.put(name, what));
        }
        return new Catalogue.Names(schemas(), enums(), taken);
    }

    private Set<Identifier> schemas() throws SQLException {
        return new HashSet<>(new Query(connection, "SELECT nspname FROM pg_namespace")
                .list(row -> new Identifier(row.getString("nspname"))));
    }

    private Map<TableName, List<String>> enums() throws SQLException {
        Map<TableName, List<String>> enums = new HashMap<>();
        new Query(connection, """
                        SELECT n.nspname, t.typname,
                               ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid
                                     ORDER BY e.enumsortorder) AS labels
                        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
                        WHERE t.typtype = 'e'""")
                .list(row -> Map.entry(name(row), Query.texts(row, "labels")))
                .forEach(type -> enums.put(type.getKey(), type.getValue()));
        return enums;
    }

    private static TableName name(ResultSet row) throws SQLException {
        return new TableName(new Identifier(row.getString("nspname")), new Identifier(row.getString("typname")));
    }

    /** A table's own row type and array types, which step aside by themselves, are not in the way. */
    private static final String TAKEN = """
            SELECT CASE c.relkind WHEN 'S' THEN 'a sequence' WHEN 'c' THEN 'a type' ELSE 'an index' END
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = ? AND c.relname = ? AND c.relkind IN ('S', 'c', 'i', 'I')
            UNION ALL
            SELECT 'a type' FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
            WHERE n.nspname = ? AND t.typname = ? AND t.typrelid = 0 AND t.typcategory <> 'A'
            LIMIT 1""";
}
