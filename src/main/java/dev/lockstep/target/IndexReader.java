package dev.lockstep.target;

import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Index;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads one table's indexes and what they are made of, inside the transaction that {@link CatalogueReader} began. */
final class IndexReader {
    private final Connection connection;
    private final long oid;

    IndexReader(Connection connection, long oid) {
        this.connection = connection;
        this.oid = oid;
    }

    List<Index> indexes() throws SQLException {
        Map<Long, List<Index.Key>> keys = keys();
        // indnullsnotdistinct is there from server 15 on; through JSON the same text works on 14.
        return new Query(connection, """
                        SELECT i.indexrelid::bigint AS oid, c.relname, pg_get_indexdef(i.indexrelid) AS definition,
                               i.indisunique, i.indisprimary, i.indisvalid AND i.indisready AS valid, am.amname,
                               coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) AS nulls_not_distinct,
                               c.reloptions AS options, ts.spcname, pg_get_expr(i.indpred, i.indrelid) AS predicate,
                               (SELECT conname FROM pg_constraint WHERE conindid = i.indexrelid
                                 AND conrelid = i.indrelid AND contype IN ('p', 'u', 'x') LIMIT 1) AS constraint,
                               ARRAY(SELECT a.attname::text FROM generate_series(i.indnkeyatts + 1, i.indnatts) AS k(n)
                                     JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.n - 1]
                                     ORDER BY k.n) AS included,
                               ARRAY(SELECT a.attname::text FROM pg_attribute a
                                     WHERE a.attrelid = i.indrelid AND a.attnum > 0 AND NOT a.attisdropped
                                       AND EXISTS (
                                         SELECT FROM regexp_matches(
                                           coalesce(i.indexprs::text, '') || coalesce(i.indpred::text, ''),
                                           ':varattno (-?\\d+)', 'g') AS mentioned
                                         WHERE mentioned[1]::int IN (a.attnum, 0))
                                     ORDER BY a.attnum) AS computed_from,
                               i.indisreplident,
                               (SELECT p.relname FROM pg_inherits h JOIN pg_class p ON p.oid = h.inhparent
                                WHERE h.inhrelid = i.indexrelid) AS attached_to,
                               ARRAY(SELECT DISTINCT pg_describe_object(d.classid, d.objid, d.objsubid)
                                     FROM pg_depend d
                                     LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid
                                       AND k.contype IN ('p', 'u', 'x')
                                     WHERE d.deptype = 'n'
                                       AND (d.refclassid = 'pg_class'::regclass AND d.refobjid = i.indexrelid
                                         OR d.refclassid = 'pg_constraint'::regclass AND d.refobjid = k.oid)
                                     ORDER BY 1) AS needed_by,
                               ARRAY(SELECT format('COMMENT ON INDEX %I.%I IS %L', n.nspname, c.relname, o.description)
                                     FROM pg_description o WHERE o.classoid = 'pg_class'::regclass
                                       AND o.objoid = i.indexrelid AND o.objsubid = 0
                                     UNION ALL
                                     SELECT format('ALTER INDEX %I.%I ALTER COLUMN %s SET STATISTICS %s', n.nspname, c.relname,
                                              s.attnum, s.attstattarget)
                                     FROM pg_attribute s WHERE s.attrelid = i.indexrelid AND s.attstattarget >= 0
                                       AND i.indkey[s.attnum - 1] = 0
                                     UNION ALL
                                     SELECT format('ALTER TABLE %I.%I CLUSTER ON %I', tn.nspname, t.relname, c.relname)
                                     FROM pg_class t JOIN pg_namespace tn ON tn.oid = t.relnamespace
                                     WHERE t.oid = i.indrelid AND i.indisclustered) AS extras
                        FROM pg_index i
                        JOIN pg_class c ON c.oid = i.indexrelid
                        JOIN pg_namespace n ON n.oid = c.relnamespace
                        JOIN pg_am am ON am.oid = c.relam
                        LEFT JOIN pg_tablespace ts ON ts.oid = c.reltablespace
                        WHERE i.indrelid = ?::oid
                        ORDER BY c.relname""")
                .list(row -> index(row, keys.getOrDefault(row.getLong("oid"), List.of())), oid);
    }

    private static Index index(ResultSet row, List<Index.Key> keys) throws SQLException {
        List<Identifier> included = CatalogueReader.identifiers(row, "included");
        Set<Identifier> computedFrom = Set.copyOf(CatalogueReader.identifiers(row, "computed_from"));
        Set<Identifier> mentioned = new LinkedHashSet<>();
        for (Index.Key key : keys) {
            if (key instanceof Index.Key.Plain(Identifier column, var _)) {
                mentioned.add(column);
            }
        }
        mentioned.addAll(included);
        mentioned.addAll(computedFrom);
        return new Index(
                new Identifier(row.getString("relname")),
                List.copyOf(mentioned),
                row.getString("definition"),
                row.getBoolean("indisunique"),
                row.getBoolean("indisprimary"),
                row.getBoolean("valid"),
                Query.text(row, "constraint").map(Identifier::new),
                new Index.Shape(
                        row.getString("amname"),
                        keys,
                        included,
                        row.getBoolean("nulls_not_distinct"),
                        Query.texts(row, "options"),
                        Query.text(row, "spcname").map(Identifier::new),
                        Query.text(row, "predicate"),
                        computedFrom),
                new Index.Ties(
                        row.getBoolean("indisreplident"),
                        Query.text(row, "attached_to").map(Identifier::new),
                        Query.texts(row, "needed_by"),
                        Query.texts(row, "extras")));
    }

    private Map<Long, List<Index.Key>> keys() throws SQLException {
        record Part(long index, Index.Key key) {}
        return new Query(connection, """
                        SELECT i.indexrelid::bigint AS index, a.attname,
                               CASE WHEN a.attname IS NULL THEN pg_get_indexdef(i.indexrelid, k.n, false) END AS expression,
                               concat_ws(' ',
                                 CASE WHEN i.indcollation[k.n - 1] <> 0
                                       AND i.indcollation[k.n - 1] <> coalesce(a.attcollation, 0) THEN
                                   (SELECT format('COLLATE %I.%I', n.nspname, o.collname) FROM pg_collation o
                                    JOIN pg_namespace n ON n.oid = o.collnamespace
                                    WHERE o.oid = i.indcollation[k.n - 1]) END,
                                 (SELECT format('%I.%I', n.nspname, o.opcname) FROM pg_opclass o
                                  JOIN pg_namespace n ON n.oid = o.opcnamespace WHERE o.oid = i.indclass[k.n - 1])
                                   || coalesce((SELECT ' (' || string_agg(
                                        format('%I = %L', o.option_name, o.option_value), ', ') || ')'
                                      FROM pg_options_to_table(ia.attoptions) o), ''),
                                 CASE WHEN pg_indexam_has_property(c.relam, 'can_order') THEN
                                   CASE WHEN i.indoption[k.n - 1] & 1 = 1 THEN 'DESC ' ELSE '' END
                                   || CASE WHEN i.indoption[k.n - 1] & 2 = 2 THEN 'NULLS FIRST' ELSE 'NULLS LAST' END
                                 END) AS qualifiers
                        FROM pg_index i
                        JOIN pg_class c ON c.oid = i.indexrelid
                        CROSS JOIN LATERAL generate_series(1, i.indnkeyatts) AS k(n)
                        JOIN pg_attribute ia ON ia.attrelid = i.indexrelid AND ia.attnum = k.n
                        LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.n - 1]
                          AND i.indkey[k.n - 1] <> 0
                        WHERE i.indrelid = ?::oid
                        ORDER BY i.indexrelid, k.n""")
                .list(row -> new Part(row.getLong("index"), key(row)), oid).stream()
                        .collect(
                                Collectors.groupingBy(Part::index, Collectors.mapping(Part::key, Collectors.toList())));
    }

    private static Index.Key key(ResultSet row) throws SQLException {
        String qualifiers = row.getString("qualifiers");
        Optional<String> expression = Query.text(row, "expression");
        return expression.isPresent()
                ? new Index.Key.Computed(expression.get(), qualifiers)
                : new Index.Key.Plain(new Identifier(row.getString("attname")), qualifiers);
    }
}
