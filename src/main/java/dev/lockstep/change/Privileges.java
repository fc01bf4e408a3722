package dev.lockstep.change;

import dev.lockstep.schema.Column;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;

/** Gives one relation the privileges that another one has. */
final class Privileges {
    private Privileges() {}

    /** The grants of the table and of its columns, for a relation with the same columns. */
    static List<String> grants(Table from, TableName to) {
        List<String> grants = new ArrayList<>();
        from.surroundings()
                .grants()
                .forEach(grant -> grants.add(grant(grant.privilege(), "", to, grant.grantee(), grant.grantable())));
        for (Column column : from.columns()) {
            column.grants()
                    .forEach(grant -> grants.add(grant(
                            grant.privilege(),
                            " (" + column.name().sql() + ")",
                            to,
                            grant.grantee(),
                            grant.grantable())));
        }
        return List.copyOf(grants);
    }

    private static String grant(String privilege, String columns, TableName on, Identifier grantee, boolean grantable) {
        return "GRANT " + privilege + columns + " ON " + on.sql() + " TO " + grantee.sql()
                + (grantable ? " WITH GRANT OPTION" : "");
    }

    /** Takes away what ALTER DEFAULT PRIVILEGES has given a relation that has just been made. */
    static String revokeAll(TableName on) {
        return "DO " + SqlText.body("""
                        DECLARE
                          given record;
                        BEGIN
                          FOR given IN
                            SELECT DISTINCT acl.grantee FROM pg_catalog.pg_class c
                            CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) AS acl
                            WHERE c.oid = %s AND acl.grantee <> c.relowner
                          LOOP
                            EXECUTE pg_catalog.format('REVOKE ALL ON %%s FROM %%s', %s,
                              CASE given.grantee WHEN 0 THEN 'PUBLIC'
                                ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(given.grantee)) END);
                          END LOOP;
                        END
                        """.formatted(Look.oid(on), SqlText.literal(on.sql())));
    }
}
