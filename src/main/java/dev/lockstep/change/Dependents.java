package dev.lockstep.change;

import dev.lockstep.schema.TableName;

/** What stands in the way of dropping a relation: nothing is dropped by CASCADE (P35). */
final class Dependents {
    private Dependents() {}

    /** A query of what needs this relation or its row type, its own parts left out. */
    static String of(TableName relation) {
        return """
                WITH own (relation, classid, objid) AS (
                  SELECT r, 'pg_catalog.pg_class'::pg_catalog.regclass, r FROM %s AS r
                  UNION ALL SELECT r, 'pg_catalog.pg_class'::pg_catalog.regclass, i.indexrelid
                    FROM %1$s AS r JOIN pg_catalog.pg_index i ON i.indrelid = r
                  UNION ALL SELECT r, 'pg_catalog.pg_rewrite'::pg_catalog.regclass, w.oid
                    FROM %1$s AS r JOIN pg_catalog.pg_rewrite w ON w.ev_class = r
                  UNION ALL SELECT r, 'pg_catalog.pg_attrdef'::pg_catalog.regclass, a.oid
                    FROM %1$s AS r JOIN pg_catalog.pg_attrdef a ON a.adrelid = r
                  UNION ALL SELECT r, 'pg_catalog.pg_constraint'::pg_catalog.regclass, c.oid
                    FROM %1$s AS r JOIN pg_catalog.pg_constraint c ON c.conrelid = r
                  UNION ALL SELECT r, 'pg_catalog.pg_policy'::pg_catalog.regclass, p.oid
                    FROM %1$s AS r JOIN pg_catalog.pg_policy p ON p.polrelid = r
                  UNION ALL SELECT r, 'pg_catalog.pg_trigger'::pg_catalog.regclass, t.oid
                    FROM %1$s AS r JOIN pg_catalog.pg_trigger t ON t.tgrelid = r),
                needed (classid, objid) AS (
                  SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, %1$s::oid
                  UNION ALL SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, pg_catalog.unnest(ARRAY[t.oid, t.typarray])
                    FROM pg_catalog.pg_type t WHERE t.typrelid = %1$s)
                SELECT DISTINCT CASE WHEN v.oid IS NULL THEN pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid)
                    ELSE pg_catalog.pg_describe_object('pg_catalog.pg_class'::pg_catalog.regclass, v.oid, 0) END
                FROM pg_catalog.pg_depend d
                JOIN needed n ON d.refclassid = n.classid AND d.refobjid = n.objid
                LEFT JOIN pg_catalog.pg_rewrite w
                  ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND w.oid = d.objid
                LEFT JOIN pg_catalog.pg_class v ON v.oid = w.ev_class AND v.relkind IN ('v', 'm')
                WHERE d.deptype = 'n'
                  AND NOT EXISTS (SELECT FROM own WHERE own.classid = d.classid AND own.objid = d.objid)
                ORDER BY 1
                LIMIT 5""".formatted(Look.oid(relation));
    }
}
