package dev.lockstep.it;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** All of a shop database that a plain {@code RENAME COLUMN} leaves as it was, as lines that can be compared. */
final class ShopShape {
    private static final String OURS =
            "nspname NOT IN ('lockstep', 'information_schema') AND nspname NOT LIKE 'pg\\_%'";

    private ShopShape() {}

    /** Every object outside schema {@code lockstep}. */
    static List<String> of(Connection connection) throws SQLException {
        return RenameWorld.ask(connection, """
                SELECT line FROM (
                  SELECT 'schema ' || nspname AS line FROM pg_namespace WHERE %1$s
                  UNION ALL
                  SELECT concat_ws(' ', 'relation', c.oid::regclass, relkind, relpersistence, relreplident, reloptions::text,
                                   relacl::text, relrowsecurity, obj_description(c.oid))
                    FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE %1$s
                  UNION ALL
                  SELECT concat_ws(' ', 'column', attrelid::regclass, attnum, attname, format_type(atttypid, atttypmod),
                                   attnotnull, attidentity, attgenerated, attstorage, attcompression, attcollation,
                                   attstattarget, attacl::text, attoptions::text, atthasdef,
                                   pg_get_expr(adbin, adrelid), col_description(attrelid, attnum))
                    FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
                    LEFT JOIN pg_attrdef d ON adrelid = attrelid AND adnum = attnum
                   WHERE %1$s AND attnum > 0 AND NOT attisdropped
                  UNION ALL
                  SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(o.oid), convalidated)
                    FROM pg_constraint o JOIN pg_namespace n ON n.oid = connamespace WHERE %1$s
                  UNION ALL
                  SELECT concat_ws(' ', 'index', pg_get_indexdef(indexrelid), indisvalid, indisready, indislive,
                                   indisunique, indisprimary, indisclustered, indisreplident)
                    FROM pg_index JOIN pg_class c ON c.oid = indexrelid JOIN pg_namespace n ON n.oid = relnamespace
                   WHERE %1$s
                  UNION ALL
                  SELECT concat_ws(' ', 'view', viewname, definition) FROM pg_views JOIN pg_namespace ON nspname = schemaname
                   WHERE %1$s
                  UNION ALL
                  SELECT concat_ws(' ', 'trigger', pg_get_triggerdef(t.oid), tgenabled) FROM pg_trigger t
                   WHERE NOT tgisinternal
                  UNION ALL
                  SELECT 'event trigger ' || evtname FROM pg_event_trigger
                  UNION ALL
                  SELECT concat_ws(' ', 'function', pg_get_functiondef(p.oid)) FROM pg_proc p
                    JOIN pg_namespace n ON n.oid = pronamespace WHERE %1$s AND prokind <> 'a'
                  UNION ALL
                  SELECT concat_ws(' ', 'statistics', stxname) FROM pg_statistic_ext
                  UNION ALL
                  SELECT concat_ws(' ', 'policy', polname) FROM pg_policy
                  UNION ALL
                  SELECT concat_ws(' ', 'type', t.oid::regtype) FROM pg_type t
                    JOIN pg_namespace n ON n.oid = typnamespace WHERE %1$s
                ) AS lines ORDER BY line""".formatted(OURS));
    }

    /** A checksum of every row that the writer does not own, all columns in order. */
    static String rows(Connection connection) throws SQLException {
        return String.join(" ", RenameWorld.ask(connection, """
                SELECT count(*) || ' ' || md5(string_agg(u::text, ',' ORDER BY id)) FROM users u
                 WHERE id <= %d AND id %% %d <> 0""".formatted(RenameWorld.USERS, ShopWriter.EVERY)));
    }

    /** What there is in schema {@code lockstep}, functions too. */
    static List<String> ledger(Connection connection) throws SQLException {
        return RenameWorld.ask(connection, """
                SELECT relname::text AS name FROM pg_class WHERE relnamespace = to_regnamespace('lockstep')
                 AND relkind NOT IN ('i', 't')
                UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = to_regnamespace('lockstep')
                ORDER BY 1""");
    }
}
