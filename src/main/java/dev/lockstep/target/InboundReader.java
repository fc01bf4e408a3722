package dev.lockstep.target;

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

    /**
     * What would refuse a DROP TABLE without CASCADE and is no foreign key: whatever needs the table itself, its row type,
     * or a sequence that would go with it. A publication of the table is listed too, although the server would take the
     * table out of it without a word.
     */
    List<TableDependent> dependents() throws SQLException {
        return new Query(connection, """
                        WITH going AS (
                          SELECT 'pg_class'::regclass AS class, ?::oid AS object
                          UNION SELECT 'pg_type'::regclass, t.oid FROM pg_type t WHERE t.typrelid = ?::oid
                          UNION SELECT 'pg_type'::regclass, t.typarray FROM pg_type t
                          WHERE t.typrelid = ?::oid AND t.typarray <> 0
                          UNION SELECT d.classid, d.objid FROM pg_depend d
                          JOIN pg_class s ON d.classid = 'pg_class'::regclass AND s.oid = d.objid AND s.relkind = 'S'
                          WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = ?::oid AND d.deptype IN ('a', 'i')),
                        needing AS (
                          SELECT d.classid, d.objid, d.objsubid FROM going g
                          JOIN pg_depend d ON d.refclassid = g.class AND d.refobjid = g.object AND d.deptype = 'n'),
                        named AS (
                          SELECT n.*, v.oid AS view, v.relkind AS view_kind,
                                 coalesce(c.oid, f.adrelid, k.conrelid, r.ev_class, l.polrelid, t.tgrelid) AS owner
                          FROM needing n
                          LEFT JOIN pg_rewrite r ON n.classid = 'pg_rewrite'::regclass AND r.oid = n.objid
                          LEFT JOIN pg_class v ON v.oid = r.ev_class AND v.relkind IN ('v', 'm')
                          LEFT JOIN pg_class c ON n.classid = 'pg_class'::regclass AND c.oid = n.objid
                          LEFT JOIN pg_attrdef f ON n.classid = 'pg_attrdef'::regclass AND f.oid = n.objid
                          LEFT JOIN pg_constraint k ON n.classid = 'pg_constraint'::regclass AND k.oid = n.objid
                          LEFT JOIN pg_policy l ON n.classid = 'pg_policy'::regclass AND l.oid = n.objid
                          LEFT JOIN pg_trigger t ON n.classid = 'pg_trigger'::regclass AND t.oid = n.objid
                          WHERE k.contype IS DISTINCT FROM 'f' AND n.classid <> 'pg_publication_rel'::regclass)
                        SELECT CASE view_kind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
                                 ELSE (pg_identify_object(classid, objid, objsubid)).type END AS kind,
                               CASE WHEN view IS NOT NULL THEN pg_describe_object('pg_class'::regclass, view, 0)
                                 ELSE pg_describe_object(classid, objid, objsubid) END AS description
                        FROM named WHERE owner IS DISTINCT FROM ?::oid
                        UNION
                        SELECT 'publication', quote_ident(p.pubname)
                        FROM pg_publication_rel m JOIN pg_publication p ON p.oid = m.prpubid WHERE m.prrelid = ?::oid
                        ORDER BY 1, 2""")
                .list(
                        row -> new TableDependent(row.getString("kind"), row.getString("description")),
                        oid,
                        oid,
                        oid,
                        oid,
                        oid,
                        oid);
    }
}
