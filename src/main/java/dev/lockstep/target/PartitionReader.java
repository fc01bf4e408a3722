package dev.lockstep.target;

import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Table.Partition;
import dev.lockstep.schema.Table.PartitionKey;
import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Reads how one table is divided, inside the transaction that {@link CatalogueReader} began. */
final class PartitionReader {
    private final Connection connection;
    private final long oid;

    PartitionReader(Connection connection, long oid) {
        this.connection = connection;
        this.oid = oid;
    }

    Optional<PartitionKey> key() throws SQLException {
        return new Query(connection, """
                        SELECT pg_get_partkeydef(p.partrelid) AS definition, p.partexprs IS NOT NULL AS computed,
                               ARRAY(SELECT a.attname::text FROM unnest(p.partattrs::int2[]) WITH ORDINALITY AS k(attnum, place)
                                     JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = k.attnum
                                     ORDER BY k.place) AS columns
                        FROM pg_partitioned_table p WHERE p.partrelid = ?::oid""")
                .first(
                        row -> new PartitionKey(
                                row.getString("definition"),
                                CatalogueReader.identifiers(row, "columns"),
                                row.getBoolean("computed")),
                        oid);
    }

    /** The direct children, in the order of their names; not one that is being detached. */
    List<Partition> partitions() throws SQLException {
        return new Query(connection, """
                        SELECT n.nspname, c.relname, coalesce(pg_get_expr(c.relpartbound, c.oid), '') AS bound
                        FROM pg_inherits i
                        JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                        WHERE i.inhparent = ?::oid AND NOT i.inhdetachpending
                        ORDER BY n.nspname, c.relname""")
                .list(
                        row -> new Partition(
                                new TableName(
                                        new Identifier(row.getString("nspname")),
                                        new Identifier(row.getString("relname"))),
                                row.getString("bound")),
                        oid);
    }
}
