package dev.lockstep.target;

import dev.lockstep.change.TableDependents;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Table.InboundKey;
import dev.lockstep.schema.Table.TableDependent;
import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Reads what refers to a whole table from outside, inside the transaction that {@link CatalogueReader} began. */
final class InboundReader {
    private final Connection connection;
    private final long oid;

    InboundReader(Connection connection, long oid) {
        this.connection = connection;
        this.oid = oid;
    }

    /** Foreign keys of other tables; those that the server made for partitions of theirs or ours are left out. */
    List<InboundKey> keys() throws SQLException {
        return new Query(connection, """
                        SELECT n.nspname, c.relname, k.conname, pg_get_constraintdef(k.oid) AS definition, k.convalidated
                        FROM pg_constraint k
                        JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                        WHERE k.contype = 'f' AND k.confrelid = ?::oid AND k.conrelid <> k.confrelid AND k.conparentid = 0
                        ORDER BY n.nspname, c.relname, k.conname""")
                .list(
                        row -> new InboundKey(
                                new TableName(
                                        new Identifier(row.getString("nspname")),
                                        new Identifier(row.getString("relname"))),
                                new Identifier(row.getString("conname")),
                                row.getString("definition"),
                                row.getBoolean("convalidated")),
                        oid);
    }

    /** What would refuse a DROP TABLE without CASCADE and is no foreign key, and the publications of the table. */
    List<TableDependent> dependents() throws SQLException {
        return new Query(connection, TableDependents.query(oid + "::pg_catalog.oid"))
                .list(row -> new TableDependent(row.getString("kind"), row.getString("description")));
    }
}
