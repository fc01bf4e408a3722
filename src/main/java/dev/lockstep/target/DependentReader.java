package dev.lockstep.target;

import dev.lockstep.schema.Dependent;
import dev.lockstep.schema.Identifier;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Reads what would stand in the way of dropping one of a table's columns (P35). */
final class DependentReader {
    private final Connection connection;
    private final long oid;

    DependentReader(Connection connection, long oid) {
        this.connection = connection;
        this.oid = oid;
    }

    /**
     * What the server records as needing a column. The table's own indexes, constraints, statistics and owned sequences go
     * with the column and are not in the way; nor is a trigger's {@code UPDATE OF} list, which the trigger itself shows.
     */
    List<Dependent> dependents() throws SQLException {
        return new Query(connection, """
                        WITH needed AS (
                          SELECT d.classid, d.objid, d.objsubid, d.refobjsubid
                          FROM pg_depend d
                          WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = ?::oid AND d.refobjsubid > 0
                            AND d.deptype IN ('n', 'a')),
                        found AS (
                          SELECT n.refobjsubid, CASE v.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
                                   ELSE 'rule' END AS kind,
                                 CASE WHEN v.relkind IN ('v', 'm') THEN pg_describe_object('pg_class'::regclass, v.oid, 0)
                                   ELSE pg_describe_object(n.classid, n.objid, 0) END AS description
                          FROM needed n JOIN pg_rewrite r ON n.classid = 'pg_rewrite'::regclass AND r.oid = n.objid
                          JOIN pg_class v ON v.oid = r.ev_class
                          UNION
                          SELECT n.refobjsubid, 'generated column', pg_describe_object('pg_class'::regclass, a.attrelid,
                                   a.attnum)
                          FROM needed n
                          LEFT JOIN pg_attrdef d ON n.classid = 'pg_attrdef'::regclass AND d.oid = n.objid
                          JOIN pg_attribute a ON a.attgenerated <> ''
                            AND a.attrelid = CASE WHEN n.classid = 'pg_class'::regclass THEN n.objid ELSE d.adrelid END
                            AND a.attnum = CASE WHEN n.classid = 'pg_class'::regclass THEN n.objsubid ELSE d.adnum END
                          WHERE a.attnum <> n.refobjsubid
                          UNION
                          SELECT n.refobjsubid, 'policy', pg_describe_object(n.classid, n.objid, 0)
                          FROM needed n WHERE n.classid = 'pg_policy'::regclass
                          UNION
                          SELECT n.refobjsubid, 'publication', pg_describe_object(n.classid, n.objid, 0)
                          FROM needed n WHERE n.classid = 'pg_publication_rel'::regclass
                          UNION
                          SELECT n.refobjsubid, 'foreign key', pg_describe_object(n.classid, n.objid, 0)
                          FROM needed n JOIN pg_constraint c ON n.classid = 'pg_constraint'::regclass AND c.oid = n.objid
                          WHERE c.contype = 'f' AND c.conrelid <> ?::oid AND c.conparentid = 0
                          UNION
                          SELECT n.refobjsubid, 'function', pg_describe_object(n.classid, n.objid, 0)
                          FROM needed n WHERE n.classid = 'pg_proc'::regclass
                          UNION
                          SELECT n.refobjsubid, 'trigger', pg_describe_object(n.classid, n.objid, 0)
                          FROM needed n JOIN pg_trigger t ON n.classid = 'pg_trigger'::regclass AND t.oid = n.objid
                          WHERE NOT n.refobjsubid = ANY (t.tgattr::int2[]))
                        SELECT a.attname, f.kind, f.description
                        FROM found f JOIN pg_attribute a ON a.attrelid = ?::oid AND a.attnum = f.refobjsubid
                        ORDER BY a.attnum, f.kind, f.description""")
                .list(
                        row -> new Dependent(
                                new Identifier(row.getString("attname")),
                                row.getString("kind"),
                                row.getString("description")),
                        oid,
                        oid,
                        oid);
    }
}
