package dev.lockstep.target;

import dev.lockstep.schema.RowAccess;
import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Reads how the rows of one table can be reached. */
final class AccessReader {
    private final Connection connection;
    private final long oid;

    AccessReader(Connection connection, long oid) {
        this.connection = connection;
        this.oid = oid;
    }

    static AccessReader of(Connection connection, TableName table) throws SQLException {
        return new AccessReader(
                connection,
                new Query(connection, "SELECT ?::regclass::oid::bigint").one(row -> row.getLong(1), table.sql()));
    }

    RowAccess access() throws SQLException {
        List<RowAccess.Order> orders = orders();
        // Of the bits for what can be done, 4 is UPDATE. A foreign table whose wrapper has no handler cannot be
        // asked, and nor can a view of one: the question itself would fail.
        return new Query(connection, """
                        WITH RECURSIVE beneath AS (
                          SELECT ?::oid AS oid
                          UNION SELECT d.refobjid FROM beneath b
                          JOIN pg_rewrite r ON r.ev_class = b.oid
                          JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
                                          AND d.refclassid = 'pg_class'::regclass),
                        answering AS (
                          SELECT NOT EXISTS (
                            SELECT FROM beneath b
                            JOIN pg_foreign_table t ON t.ftrelid = b.oid
                            JOIN pg_foreign_server s ON s.oid = t.ftserver
                            JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
                            WHERE w.fdwhandler = 0) AS yes)
                        SELECT coalesce(m.amname = 'heap', false) AS in_blocks,
                               CASE WHEN a.yes THEN pg_relation_is_updatable(c.oid, false) & 4 <> 0 ELSE false END
                                 AS updatable,
                               CASE WHEN a.yes THEN pg_relation_is_updatable(c.oid, true) & 4 <> 0 ELSE false END
                                 AS updatable_by_triggers
                        FROM pg_class c LEFT JOIN pg_am m ON m.oid = c.relam CROSS JOIN answering a
                        WHERE c.oid = ?::oid""")
                .one(
                        row -> new RowAccess(
                                row.getBoolean("in_blocks"),
                                row.getBoolean("updatable"),
                                row.getBoolean("updatable_by_triggers"),
                                orders),
                        oid,
                        oid);
    }

    private List<RowAccess.Order> orders() throws SQLException {
        return new Query(connection, """
                        SELECT c.names, i.indisunique AND c.given AS key
                        FROM pg_index i
                        JOIN pg_class x ON x.oid = i.indexrelid
                        JOIN pg_am m ON m.oid = x.relam AND m.amname = 'btree'
                        CROSS JOIN LATERAL (
                          SELECT array_agg(a.attname::text ORDER BY k.place) AS names, bool_and(a.attnotnull) AS given
                          FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place)
                          JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                          WHERE k.place <= i.indnkeyatts) AS c
                        WHERE i.indrelid = ?::oid AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
                          AND (SELECT bool_and(o.opcdefault AND (k.coll = 0 OR k.coll = a.attcollation)
                                               AND k.direction = i.indoption[0])
                               FROM unnest(i.indkey::int2[], i.indclass::oid[], i.indcollation::oid[],
                                           i.indoption::int2[]) AS k(attnum, opclass, coll, direction)
                               JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                               JOIN pg_opclass o ON o.oid = k.opclass)
                        ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid""")
                .list(
                        row -> new RowAccess.Order(CatalogueReader.identifiers(row, "names"), row.getBoolean("key")),
                        oid);
    }
}
