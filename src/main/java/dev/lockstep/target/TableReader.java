package dev.lockstep.target;

import dev.lockstep.schema.Column;
import dev.lockstep.schema.Column.ColumnGrant;
import dev.lockstep.schema.Column.DefaultValue;
import dev.lockstep.schema.Constraint;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import dev.lockstep.schema.Trigger;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads one table's columns, constraints and triggers, inside the transaction that {@link CatalogueReader} began. */
final class TableReader {
    private final Connection connection;
    private final long oid;

    TableReader(Connection connection, long oid) {
        this.connection = connection;
        this.oid = oid;
    }

    List<Column> columns() throws SQLException {
        Map<Integer, List<ColumnGrant>> grants = grants();
        return new Query(connection, """
                        SELECT a.attname, a.attnum, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull,
                               a.attidentity, a.attgenerated,
                               CASE WHEN a.attcollation <> t.typcollation AND a.attcollation <> 0 THEN
                                 (SELECT format('%I.%I', n.nspname, c.collname) FROM pg_collation c
                                  JOIN pg_namespace n ON n.oid = c.collnamespace WHERE c.oid = a.attcollation)
                               END AS collation,
                               (WITH RECURSIVE base (oid, typmod) AS (
                                  SELECT a.atttypid, a.atttypmod
                                  UNION ALL
                                  SELECT u.typbasetype, u.typtypmod FROM base b
                                  JOIN pg_type u ON u.oid = b.oid AND u.typtype = 'd')
                                SELECT format_type(b.oid, b.typmod) FROM base b
                                JOIN pg_type u ON u.oid = b.oid AND u.typtype <> 'd') AS base_type,
                               pg_get_expr(d.adbin, d.adrelid) AS expression,
                               col_description(a.attrelid, a.attnum) AS comment,
                               -- The server knows what it calls: every function in the stored expression, and the one
                               -- behind every operator.
                               EXISTS (
                                 SELECT FROM regexp_matches(d.adbin::text, ':(?:funcid|opfuncid) (\\d+)', 'g') AS called
                                 JOIN pg_proc p ON p.oid = called[1]::oid AND p.provolatile = 'v')
                               OR EXISTS (
                                 SELECT FROM regexp_matches(d.adbin::text, ':opno (\\d+)', 'g') AS called
                                 JOIN pg_operator o ON o.oid = called[1]::oid
                                 JOIN pg_proc p ON p.oid = o.oprcode AND p.provolatile = 'v')
                               OR coalesce(d.adbin::text ~ 'NEXTVALUEEXPR', false) AS volatile
                        FROM pg_attribute a
                        JOIN pg_type t ON t.oid = a.atttypid
                        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                        WHERE a.attrelid = ?::oid AND a.attnum > 0 AND NOT a.attisdropped
                        ORDER BY a.attnum""").list(row -> column(row, grants), oid);
    }

    private static Column column(ResultSet row, Map<Integer, List<ColumnGrant>> grants) throws SQLException {
        int attribute = row.getInt("attnum");
        return new Column(
                new Identifier(row.getString("attname")),
                attribute,
                row.getString("type"),
                Query.text(row, "collation"),
                row.getBoolean("attnotnull"),
                defaultValue(row),
                grants.getOrDefault(attribute, List.of()),
                row.getString("base_type"),
                Query.text(row, "comment"));
    }

    private static DefaultValue defaultValue(ResultSet row) throws SQLException {
        String identity = row.getString("attidentity");
        if (!identity.isEmpty()) {
            return new DefaultValue.Identity(identity.equals("a"));
        }
        Optional<String> expression = Query.text(row, "expression");
        if (expression.isEmpty()) {
            return new DefaultValue.None();
        }
        if (!row.getString("attgenerated").isEmpty()) {
            return new DefaultValue.Generated(expression.get());
        }
        return row.getBoolean("volatile")
                ? new DefaultValue.Volatile(expression.get())
                : new DefaultValue.Stable(expression.get());
    }

    private Map<Integer, List<ColumnGrant>> grants() throws SQLException {
        record Granted(int attribute, ColumnGrant grant) {}
        // The server reserves the role name "public", so it can stand for everybody here as it does in GRANT.
        return new Query(connection, """
                        SELECT a.attnum, acl.privilege_type, acl.is_grantable,
                               CASE acl.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(acl.grantee) END AS grantee
                        FROM pg_attribute a CROSS JOIN LATERAL aclexplode(a.attacl) AS acl
                        WHERE a.attrelid = ?::oid AND a.attnum > 0 AND NOT a.attisdropped
                        ORDER BY a.attnum, 4, 2""")
                        .list(
                                row -> new Granted(
                                        row.getInt("attnum"),
                                        new ColumnGrant(
                                                row.getString("privilege_type"),
                                                new Identifier(row.getString("grantee")),
                                                row.getBoolean("is_grantable"))),
                                oid)
                        .stream()
                        .collect(Collectors.groupingBy(
                                Granted::attribute, Collectors.mapping(Granted::grant, Collectors.toList())));
    }

    List<Constraint> constraints() throws SQLException {
        return new Query(connection, """
                        SELECT c.conname, c.contype, c.convalidated, pg_get_constraintdef(c.oid) AS definition,
                               fn.nspname AS referenced_schema, f.relname AS referenced_table,
                               ARRAY(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY AS k(attnum, place)
                                     JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum
                                     ORDER BY k.place) AS columns
                        FROM pg_constraint c
                        LEFT JOIN pg_class f ON f.oid = c.confrelid
                        LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace
                        WHERE c.conrelid = ?::oid AND c.contype IN ('c', 'f', 'p', 'u', 'x', 'n')
                        ORDER BY c.conname""").list(TableReader::constraint, oid);
    }

    private static Constraint constraint(ResultSet row) throws SQLException {
        Optional<TableName> referenced = Optional.empty();
        Optional<String> schema = Query.text(row, "referenced_schema");
        if (schema.isPresent()) {
            referenced = Optional.of(
                    new TableName(new Identifier(schema.get()), new Identifier(row.getString("referenced_table"))));
        }
        Constraint.Kind kind = switch (row.getString("contype")) {
            case "f" -> Constraint.Kind.FOREIGN_KEY;
            case "p" -> Constraint.Kind.PRIMARY_KEY;
            case "u" -> Constraint.Kind.UNIQUE;
            case "x" -> Constraint.Kind.EXCLUSION;
            case "n" -> Constraint.Kind.NOT_NULL;
            default -> Constraint.Kind.CHECK;
        };
        return new Constraint(
                new Identifier(row.getString("conname")),
                kind,
                CatalogueReader.identifiers(row, "columns"),
                referenced,
                row.getString("definition"),
                row.getBoolean("convalidated"));
    }

    List<Trigger> triggers() throws SQLException {
        // tgtype is a set of bits: 1 row, 2 before, 4 insert, 16 update.
        return new Query(connection, """
                        SELECT t.tgname, t.tgtype & 2 <> 0 AS before, t.tgtype & 1 <> 0 AS for_each_row,
                               t.tgtype & 4 <> 0 AS on_insert, t.tgtype & 16 <> 0 AS on_update, t.tgenabled,
                               ARRAY(SELECT a.attname::text FROM unnest(t.tgattr::int2[]) AS k(attnum)
                                     JOIN pg_attribute a ON a.attrelid = t.tgrelid AND a.attnum = k.attnum
                                     ORDER BY a.attnum) AS of_columns,
                               format('%I.%I', n.nspname, p.proname) AS function, coalesce(p.prosrc, '') AS source
                        FROM pg_trigger t
                        JOIN pg_proc p ON p.oid = t.tgfoid
                        JOIN pg_namespace n ON n.oid = p.pronamespace
                        WHERE t.tgrelid = ?::oid AND NOT t.tgisinternal
                        ORDER BY t.tgname""").list(TableReader::trigger, oid);
    }

    private static Trigger trigger(ResultSet row) throws SQLException {
        Trigger.Firing firing = switch (row.getString("tgenabled")) {
            case "A" -> Trigger.Firing.ALWAYS;
            case "R" -> Trigger.Firing.REPLICA;
            case "D" -> Trigger.Firing.DISABLED;
            default -> Trigger.Firing.ORIGIN;
        };
        return new Trigger(
                new Identifier(row.getString("tgname")),
                row.getBoolean("before"),
                row.getBoolean("for_each_row"),
                row.getBoolean("on_insert"),
                row.getBoolean("on_update"),
                CatalogueReader.identifiers(row, "of_columns"),
                firing,
                row.getString("function"),
                row.getString("source"));
    }
}
