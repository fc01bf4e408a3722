package dev.lockstep.change;

/**
 * What {@code pg_depend} knows of everything outside a table that would refuse its DROP without CASCADE (P35). Asked when a
 * plan is explained, and again right before the drop.
 */
public final class TableDependents {
    /** The kind of what does not refuse, and is named all the same. */
    static final String PUBLICATION = "publication";

    private TableDependents() {}

    /**
     * A query of {@code kind} and {@code description} of whatever needs the table itself, one of its columns, its row type
     * or a sequence that would go with it. Foreign keys are left out. A publication of the table is among them, although the
     * server would take the table out of it without a word.
     *
     * @param table an SQL expression for its oid
     */
    public static String query(String table) {
        return """
                WITH the AS (SELECT %s AS oid),
                going AS (
                  SELECT 'pg_catalog.pg_class'::pg_catalog.regclass AS class, oid AS object FROM the
                  UNION SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, pg_catalog.unnest(ARRAY[t.oid, t.typarray])
                  FROM the JOIN pg_catalog.pg_type t ON t.typrelid = the.oid
                  UNION SELECT d.classid, d.objid
                  FROM the JOIN pg_catalog.pg_depend d ON d.refobjid = the.oid AND d.deptype IN ('a', 'i')
                    AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
                    AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                  JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'),
                needing AS (
                  SELECT d.classid, d.objid, d.objsubid
                  FROM going g JOIN pg_catalog.pg_depend d ON d.refclassid = g.class AND d.refobjid = g.object
                  WHERE d.deptype = 'n' AND d.classid <> 'pg_catalog.pg_publication_rel'::pg_catalog.regclass),
                named AS (
                  SELECT n.*, v.oid AS view, v.relkind AS view_kind,
                         coalesce(c.oid, f.adrelid, k.conrelid, r.ev_class, l.polrelid, t.tgrelid) AS owner
                  FROM needing n
                  LEFT JOIN pg_catalog.pg_rewrite r
                    ON n.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND r.oid = n.objid
                  LEFT JOIN pg_catalog.pg_class v ON v.oid = r.ev_class AND v.relkind IN ('v', 'm')
                  LEFT JOIN pg_catalog.pg_class c
                    ON n.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = n.objid
                  LEFT JOIN pg_catalog.pg_attrdef f
                    ON n.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND f.oid = n.objid
                  LEFT JOIN pg_catalog.pg_constraint k
                    ON n.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND k.oid = n.objid
                  LEFT JOIN pg_catalog.pg_policy l
                    ON n.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass AND l.oid = n.objid
                  LEFT JOIN pg_catalog.pg_trigger t
                    ON n.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass AND t.oid = n.objid
                  WHERE k.contype IS DISTINCT FROM 'f')
                SELECT CASE view_kind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
                         ELSE (pg_catalog.pg_identify_object(classid, objid, objsubid)).type END AS kind,
                       CASE WHEN view IS NULL THEN pg_catalog.pg_describe_object(classid, objid, objsubid)
                         ELSE pg_catalog.pg_describe_object('pg_catalog.pg_class'::pg_catalog.regclass, view, 0)
                         END AS description
                FROM named, the WHERE owner IS DISTINCT FROM the.oid
                UNION
                SELECT 'publication', pg_catalog.quote_ident(p.pubname)
                FROM the JOIN pg_catalog.pg_publication_rel m ON m.prrelid = the.oid
                JOIN pg_catalog.pg_publication p ON p.oid = m.prpubid
                ORDER BY 1, 2""".formatted(table);
    }
}
