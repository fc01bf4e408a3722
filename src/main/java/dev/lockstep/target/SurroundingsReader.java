package dev.lockstep.target;

import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Surroundings;
import dev.lockstep.schema.Surroundings.Policy;
import dev.lockstep.schema.Surroundings.Publication;
import dev.lockstep.schema.Surroundings.RowSecurity;
import dev.lockstep.schema.Surroundings.TableGrant;
import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads what stands around one table, inside the transaction that {@link CatalogueReader} began. */
final class SurroundingsReader {
    private static final int SERVER_WITH_SCHEMA_PUBLICATIONS = 150000;

    private final Connection connection;
    private final long oid;
    private final int serverVersion;

    SurroundingsReader(Connection connection, long oid, int serverVersion) {
        this.connection = connection;
        this.oid = oid;
        this.serverVersion = serverVersion;
    }

    Surroundings surroundings() throws SQLException {
        Identifier owner = new Query(
                        connection, "SELECT pg_get_userbyid(relowner) AS owner FROM pg_class WHERE oid = ?::oid")
                .one(row -> new Identifier(row.getString("owner")), oid);
        return new Surroundings(
                owner, grants(), rowSecurity(), publications(), rowFunctions(), rules(), identitySequences());
    }

    private List<TableGrant> grants() throws SQLException {
        return new Query(connection, """
                        SELECT acl.privilege_type, bool_or(acl.is_grantable) AS is_grantable,
                               CASE acl.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(acl.grantee) END AS grantee
                        FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) AS acl
                        WHERE c.oid = ?::oid AND acl.grantee <> c.relowner
                        GROUP BY 1, 3 ORDER BY 3, 1""")
                .list(
                        row -> new TableGrant(
                                row.getString("privilege_type"),
                                new Identifier(row.getString("grantee")),
                                row.getBoolean("is_grantable")),
                        oid);
    }

    private RowSecurity rowSecurity() throws SQLException {
        List<Policy> policies = new Query(connection, """
                        SELECT p.polname, p.polpermissive, p.polcmd,
                               ARRAY(SELECT CASE role WHEN 0 THEN 'public' ELSE pg_get_userbyid(role)::text END
                                     FROM unnest(p.polroles) AS role ORDER BY 1) AS roles,
                               pg_get_expr(p.polqual, p.polrelid) AS using_expression,
                               pg_get_expr(p.polwithcheck, p.polrelid) AS check_expression
                        FROM pg_policy p WHERE p.polrelid = ?::oid ORDER BY p.polname""")
                .list(
                        row -> new Policy(
                                new Identifier(row.getString("polname")),
                                row.getBoolean("polpermissive"),
                                command(row.getString("polcmd")),
                                CatalogueReader.identifiers(row, "roles"),
                                Query.text(row, "using_expression"),
                                Query.text(row, "check_expression")),
                        oid);
        return new Query(connection, "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = ?::oid")
                .one(
                        row -> new RowSecurity(
                                row.getBoolean("relrowsecurity"), row.getBoolean("relforcerowsecurity"), policies),
                        oid);
    }

    private static String command(String code) {
        return switch (code) {
            case "r" -> "SELECT";
            case "a" -> "INSERT";
            case "w" -> "UPDATE";
            case "d" -> "DELETE";
            default -> "ALL";
        };
    }

    private List<Publication> publications() throws SQLException {
        String bySchema = serverVersion >= SERVER_WITH_SCHEMA_PUBLICATIONS
                ? "EXISTS (SELECT FROM pg_publication_namespace s JOIN pg_class c ON c.relnamespace = s.pnnspid"
                        + " WHERE s.pnpubid = p.oid AND c.oid = t.oid)"
                : "false";
        return new Query(connection, """
                        WITH t AS (SELECT ?::oid AS oid), found AS (
                          SELECT p.pubname, p.puballtables OR %s AS whole,
                                 EXISTS (SELECT FROM pg_publication_rel r WHERE r.prpubid = p.oid
                                   AND r.prrelid IN (SELECT t.oid UNION SELECT pg_partition_ancestors(t.oid))) AS named
                          FROM pg_publication p, t)
                        SELECT pubname, whole FROM found WHERE whole OR named ORDER BY pubname""".formatted(bySchema))
                .list(row -> new Publication(new Identifier(row.getString("pubname")), row.getBoolean("whole")), oid);
    }

    private List<String> rowFunctions() throws SQLException {
        return new Query(connection, """
                        SELECT p.oid::regprocedure::text AS function FROM pg_proc p
                        WHERE p.proargtypes::oid[] && ARRAY(
                          SELECT unnest(ARRAY[t.oid, t.typarray]) FROM pg_type t WHERE t.typrelid = ?::oid)
                        ORDER BY 1""").list(row -> row.getString("function"), oid);
    }

    private List<Identifier> rules() throws SQLException {
        return new Query(
                        connection,
                        "SELECT rulename FROM pg_rewrite WHERE ev_class = ?::oid AND rulename <> '_RETURN' ORDER BY 1")
                .list(row -> new Identifier(row.getString("rulename")), oid);
    }

    private Map<Identifier, TableName> identitySequences() throws SQLException {
        record Owned(Identifier column, TableName sequence) {}
        return new Query(connection, """
                        SELECT a.attname, n.nspname, s.relname
                        FROM pg_attribute a
                        JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid
                          AND d.refobjsubid = a.attnum AND d.classid = 'pg_class'::regclass AND d.deptype = 'i'
                        JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
                        JOIN pg_namespace n ON n.oid = s.relnamespace
                        WHERE a.attrelid = ?::oid AND a.attidentity <> ''""")
                        .list(
                                row -> new Owned(
                                        new Identifier(row.getString("attname")),
                                        new TableName(
                                                new Identifier(row.getString("nspname")),
                                                new Identifier(row.getString("relname")))),
                                oid)
                        .stream()
                        .collect(Collectors.toMap(Owned::column, Owned::sequence));
    }
}
