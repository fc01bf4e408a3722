package dev.lockstep.target;

import dev.lockstep.schema.Column.ColumnGrant;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Rehearsed;
import dev.lockstep.schema.Rehearsed.ForeignKey;
import dev.lockstep.schema.Rehearsed.Numbering;
import dev.lockstep.schema.Rehearsed.Remark;
import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What hangs on a column and an empty copy of its table does not get: keys, sequences, marks and comments (P33, P34). */
final class HangingParts {
    private final Connection connection;
    private final long table;
    private final Identifier column;

    HangingParts(Connection connection, long table, Identifier column) {
        this.connection = connection;
        this.table = table;
        this.column = column;
    }

    static TableName name(ResultSet row, String schema, String name) throws SQLException {
        return new TableName(new Identifier(row.getString(schema)), new Identifier(row.getString(name)));
    }

    List<ForeignKey> foreignKeys() throws SQLException {
        return new Query(connection, """
                        SELECT tn.nspname AS schema, t.relname AS name, t.relkind = 'r' AND NOT EXISTS (
                                 SELECT FROM pg_inherits WHERE inhrelid = t.oid OR inhparent = t.oid) AS plain,
                               c.conname, c.convalidated, fn.nspname AS key_schema, f.relname AS key_name,
                               ARRAY(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY AS k(n, place)
                                     JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.n
                                     ORDER BY k.place) AS columns,
                               ARRAY(SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY AS k(n, place)
                                     JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.n
                                     ORDER BY k.place) AS keys,
                               CASE c.confmatchtype WHEN 'f' THEN ' MATCH FULL' ELSE '' END AS match,
                               CASE c.confupdtype WHEN 'r' THEN ' ON UPDATE RESTRICT' WHEN 'c' THEN ' ON UPDATE CASCADE'
                                 WHEN 'n' THEN ' ON UPDATE SET NULL' WHEN 'd' THEN ' ON UPDATE SET DEFAULT'
                                 ELSE '' END AS on_update,
                               CASE c.confdeltype WHEN 'r' THEN ' ON DELETE RESTRICT' WHEN 'c' THEN ' ON DELETE CASCADE'
                                 WHEN 'n' THEN ' ON DELETE SET NULL' WHEN 'd' THEN ' ON DELETE SET DEFAULT'
                                 ELSE '' END AS on_delete,
                               -- There from server 15 on; through JSON the same text works on 14.
                               ARRAY(SELECT a.attname::text
                                     FROM jsonb_array_elements_text(CASE jsonb_typeof(to_jsonb(c) -> 'confdelsetcols')
                                       WHEN 'array' THEN to_jsonb(c) -> 'confdelsetcols' ELSE '[]' END) AS k(n)
                                     JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.n::int) AS set_columns,
                               CASE WHEN c.condeferrable THEN ' DEFERRABLE' ELSE '' END
                                 || CASE WHEN c.condeferred THEN ' INITIALLY DEFERRED' ELSE '' END AS deferrable
                        FROM pg_constraint c
                        JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
                        JOIN pg_class f ON f.oid = c.confrelid JOIN pg_namespace fn ON fn.oid = f.relnamespace
                        JOIN pg_attribute me ON me.attrelid = ?::oid AND me.attname = ?
                        WHERE c.contype = 'f' AND c.conparentid = 0
                          AND (c.conrelid = me.attrelid AND me.attnum = ANY (c.conkey)
                            OR c.confrelid = me.attrelid AND me.attnum = ANY (c.confkey))
                        ORDER BY tn.nspname, t.relname, c.conname""").list(HangingParts::foreignKey, table, column.value());
    }

    private static ForeignKey foreignKey(ResultSet row) throws SQLException {
        return new ForeignKey(
                name(row, "schema", "name"),
                row.getBoolean("plain"),
                new Identifier(row.getString("conname")),
                CatalogueReader.identifiers(row, "columns"),
                name(row, "key_schema", "key_name"),
                CatalogueReader.identifiers(row, "keys"),
                new Rehearsed.Rules(
                        row.getString("match"),
                        row.getString("on_update"),
                        row.getString("on_delete"),
                        CatalogueReader.identifiers(row, "set_columns"),
                        row.getString("deferrable")),
                row.getBoolean("convalidated"));
    }

    /** Bounds that are its type's own are left out: of another type it gets that one's. */
    Optional<Numbering> numbering() throws SQLException {
        return new Query(connection, """
                        SELECT n.nspname, c.relname, c.oid::bigint AS oid, d.deptype = 'i' AS identity,
                               s.seqincrement, concat_ws(' ',
                                 CASE WHEN s.seqmin NOT IN (1, limits.least) THEN 'MINVALUE ' || s.seqmin END,
                                 CASE WHEN s.seqmax NOT IN (-1, limits.most) THEN 'MAXVALUE ' || s.seqmax END,
                                 CASE WHEN s.seqstart <> CASE WHEN s.seqincrement > 0 THEN s.seqmin ELSE s.seqmax END
                                   THEN 'START WITH ' || s.seqstart END,
                                 'CACHE ' || s.seqcache, CASE WHEN s.seqcycle THEN 'CYCLE' END) AS options,
                               EXISTS (SELECT FROM pg_attrdef def JOIN pg_depend on_sequence
                                         ON on_sequence.classid = 'pg_attrdef'::regclass AND on_sequence.objid = def.oid
                                       WHERE def.adrelid = a.attrelid AND def.adnum = a.attnum
                                         AND on_sequence.refobjid = c.oid) AS used
                        FROM pg_attribute a
                        JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
                          AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum AND d.deptype IN ('a', 'i')
                        JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S'
                        JOIN pg_namespace n ON n.oid = c.relnamespace
                        JOIN pg_sequence s ON s.seqrelid = c.oid
                        CROSS JOIN LATERAL (SELECT
                          CASE s.seqtypid WHEN 'smallint'::regtype THEN -32768 WHEN 'integer'::regtype THEN -2147483648
                            ELSE -9223372036854775808 END AS least,
                          CASE s.seqtypid WHEN 'smallint'::regtype THEN 32767 WHEN 'integer'::regtype THEN 2147483647
                            ELSE 9223372036854775807 END AS most) AS limits
                        WHERE a.attrelid = ?::oid AND a.attname = ?""").first(this::numbering, table, column.value());
    }

    private Numbering numbering(ResultSet row) throws SQLException {
        List<ColumnGrant> grants = new Query(connection, """
                        SELECT acl.privilege_type, acl.is_grantable,
                               CASE acl.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(acl.grantee) END AS grantee
                        FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) AS acl
                        WHERE c.oid = ?::oid AND acl.grantee <> c.relowner ORDER BY 3, 1""")
                .list(
                        grant -> new ColumnGrant(
                                grant.getString("privilege_type"),
                                new Identifier(grant.getString("grantee")),
                                grant.getBoolean("is_grantable")),
                        row.getLong("oid"));
        return new Numbering(
                name(row, "nspname", "relname"),
                row.getBoolean("identity"),
                row.getLong("seqincrement"),
                row.getString("options"),
                row.getBoolean("used"),
                grants);
    }

    /** Comments on these constraints of the table, and on these statistics. */
    List<Remark> remarks(List<Identifier> names, List<Rehearsed.Statistics> statistics) throws SQLException {
        List<Remark> remarks =
                new ArrayList<>(new Query(connection, """
                        SELECT format('CONSTRAINT %I ON %I.%I', k.conname, n.nspname, c.relname),
                               obj_description(k.oid, 'pg_constraint')
                        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                        WHERE k.conrelid = ?::oid AND k.conname = ANY (?::text[])
                          AND obj_description(k.oid, 'pg_constraint') IS NOT NULL
                        ORDER BY 1""").list(HangingParts::remark, table, array(names)));
        for (Rehearsed.Statistics each : statistics) {
            remarks.addAll(new Query(connection, """
                            SELECT 'STATISTICS ' || ?, obj_description(s.oid, 'pg_statistic_ext') FROM pg_statistic_ext s
                            JOIN pg_namespace n ON n.oid = s.stxnamespace
                            WHERE n.nspname = ? AND s.stxname = ?
                              AND obj_description(s.oid, 'pg_statistic_ext') IS NOT NULL""")
                    .list(
                            HangingParts::remark,
                            each.name().sql(),
                            each.name().schema().value(),
                            each.name().name().value()));
        }
        return remarks;
    }

    private static Remark remark(ResultSet row) throws SQLException {
        return new Remark(row.getString(1), row.getString(2));
    }

    private Object array(List<Identifier> names) throws SQLException {
        return connection.createArrayOf(
                "text", names.stream().map(Identifier::value).toArray());
    }
}
