package dev.lockstep.target;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Whether the only thing in an expression that the server does not call immutable is a cast between an enumeration and its
 * text. The server is careful there because an enumeration can get more values; no session's settings have a say in it.
 *
 * @param copy the table whose columns the expression names
 */
record EnumCasts(Connection connection, String copy) {
    /** Cautiously: what an expression of the server's own kind might hide (the time, a subquery) counts as something else. */
    boolean only(String expression) throws SQLException {
        try (Statement statement = Query.plain(connection)) {
            statement.execute(
                    "CREATE TEMPORARY VIEW lockstep_expression AS SELECT " + expression + " AS value FROM " + copy);
        }
        boolean settled = new Query(connection, """
                        WITH tree AS (
                          SELECT ev_action::text AS text FROM pg_rewrite
                          WHERE ev_class = 'pg_temp.lockstep_expression'::regclass),
                        called AS (
                          SELECT m[1]::oid AS function FROM tree, regexp_matches(text, ':(?:funcid|opfuncid) (\\d+)', 'g') m
                          UNION SELECT o.oprcode FROM tree, regexp_matches(text, ':opno (\\d+)', 'g') m
                            JOIN pg_operator o ON o.oid = m[1]::oid
                          UNION SELECT unnest(ARRAY[t.typinput::oid, t.typoutput::oid])
                            FROM tree, regexp_matches(text, ':(?:var|const|funcresult|result|case|opresult)type (\\d+)', 'g') m
                            JOIN pg_type t ON t.oid = m[1]::oid WHERE text ~ 'COERCEVIAIO')
                        SELECT (SELECT text FROM tree) !~ 'SQLVALUEFUNCTION|SUBLINK|NEXTVALUEEXPR|XMLEXPR|JSON'
                          AND NOT EXISTS (
                            SELECT FROM called JOIN pg_proc p ON p.oid = called.function
                            WHERE p.provolatile <> 'i'
                              AND p.oid NOT IN ('enum_in'::regproc::oid, 'enum_out'::regproc::oid))
                          -- Neither a generated column, which a trigger does not see (P19), nor the whole row with it.
                          AND NOT EXISTS (
                            SELECT FROM tree, regexp_matches(text, ':varattno (\\d+)', 'g') m
                            LEFT JOIN pg_attribute a ON a.attrelid = ?::regclass AND a.attnum = m[1]::int
                            WHERE a.attgenerated IS DISTINCT FROM '')""").one(row -> row.getBoolean(1), copy);
        try (Statement statement = Query.plain(connection)) {
            statement.execute("DROP VIEW pg_temp.lockstep_expression");
        }
        return settled;
    }
}
