package dev.lockstep.demo;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** What a plan left behind in the shop that is neither the change nor the ledger. */
final class Leftovers {
    private Leftovers() {}

    /** One description for each; none after a plan that ended as it should. */
    static List<String> in(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        SELECT 'trigger ' || tgname FROM pg_trigger
                         WHERE tgrelid IN ('users'::regclass, 'orders'::regclass) AND NOT tgisinternal
                           AND tgname <> 'users_touch_updated_at'
                        UNION ALL
                        SELECT 'function ' || p.oid::regprocedure FROM pg_proc p
                         WHERE p.pronamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'lockstep'))
                           AND p.proname <> 'touch_updated_at'
                           AND NOT EXISTS (SELECT FROM pg_depend
                                            WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e')
                        UNION ALL
                        SELECT 'column ' || attname FROM pg_attribute
                         WHERE attrelid = 'users'::regclass AND attnum > 0 AND NOT attisdropped
                           AND attname NOT IN ('id', 'email', 'full_name', 'phone', 'country', 'street', 'city', 'postcode',
                                               'newsletter', 'preferences', 'created_at', 'updated_at', 'deactivated_at')
                        UNION ALL
                        SELECT 'invalid index ' || indexrelid::regclass FROM pg_index WHERE NOT indisvalid
                        UNION ALL
                        SELECT 'constraint ' || conname FROM pg_constraint
                         WHERE conrelid IN ('users'::regclass, 'orders'::regclass) AND contype = 'c'
                           AND conname <> 'orders_status_check'
                        UNION ALL
                        SELECT 'index ' || indexrelid::regclass FROM pg_index
                         WHERE indrelid = 'users'::regclass AND indexrelid::regclass::text
                               NOT IN ('users_pkey', 'users_email_key', 'users_name_idx', 'users_country_idx')
                        UNION ALL
                        SELECT 'table ' || oid::regclass FROM pg_class
                         WHERE relkind = 'r' AND relnamespace = to_regnamespace('lockstep')
                           AND relname NOT IN ('ledger', 'fence', 'format')""")) {
            List<String> found = new ArrayList<>();
            while (row.next()) {
                found.add(row.getString(1));
            }
            return found;
        }
    }
}
