package dev.lockstep.change;

import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;

/** Queries of one boolean that see by the catalogue whether something is so. */
final class Look {
    /** The catalogue keeps no trace of it: only the ledger knows. */
    static final String NO_TRACE = "SELECT NULL::boolean";

    private Look() {}

    static String columnExists(TableName table, Identifier column) {
        return "SELECT EXISTS (" + attribute(table, column) + ")";
    }

    static String columnGone(TableName table, Identifier column) {
        return "SELECT NOT EXISTS (" + attribute(table, column) + ")";
    }

    static String renamed(TableName table, Identifier from, Identifier to) {
        return "SELECT NOT EXISTS (" + attribute(table, from) + ") AND EXISTS (" + attribute(table, to) + ")";
    }

    static String notNull(TableName table, Identifier column) {
        return "SELECT EXISTS (" + attribute(table, column) + " AND attnotnull)";
    }

    static String nullable(TableName table, Identifier column) {
        return "SELECT EXISTS (" + attribute(table, column) + " AND NOT attnotnull)";
    }

    static String tableGone(TableName table) {
        return "SELECT " + oid(table) + " IS NULL";
    }

    static String defaultSet(TableName table, Identifier column) {
        return "SELECT EXISTS (" + attribute(table, column) + " AND atthasdef)";
    }

    static String defaultGone(TableName table, Identifier column) {
        return "SELECT EXISTS (" + attribute(table, column) + " AND NOT atthasdef)";
    }

    /** @param text SQL, NULL for none */
    static String tableComment(TableName table, String text) {
        return "SELECT pg_catalog.obj_description(" + oid(table) + ", 'pg_class') IS NOT DISTINCT FROM " + text;
    }

    /** @param text SQL, NULL for none */
    static String columnComment(TableName table, Identifier column, String text) {
        return "SELECT EXISTS (" + attribute(table, column)
                + " AND pg_catalog.col_description(attrelid, attnum) IS NOT DISTINCT FROM " + text + ")";
    }

    static String enumHas(TableName type, String value) {
        return "SELECT EXISTS (SELECT FROM pg_catalog.pg_enum WHERE enumtypid = pg_catalog.to_regtype("
                + SqlText.literal(type.sql()) + ") AND enumlabel = " + SqlText.literal(value) + ")";
    }

    static String constraintExists(TableName table, Identifier constraint) {
        return "SELECT EXISTS (" + constraint(table, constraint) + ")";
    }

    static String constraintValid(TableName table, Identifier constraint) {
        return "SELECT EXISTS (" + constraint(table, constraint) + " AND convalidated)";
    }

    static String constraintGone(TableName table, Identifier constraint) {
        return "SELECT NOT EXISTS (" + constraint(table, constraint) + ")";
    }

    static String triggerExists(TableName table, Identifier trigger) {
        return "SELECT EXISTS (" + trigger(table, trigger) + ")";
    }

    static String triggerGone(TableName table, Identifier trigger) {
        return "SELECT NOT EXISTS (" + trigger(table, trigger) + ")";
    }

    static String indexValid(TableName table, Identifier index) {
        return "SELECT EXISTS (" + index(table, index) + " AND i.indisvalid)";
    }

    static String indexExists(TableName table, Identifier index) {
        return "SELECT EXISTS (" + index(table, index) + ")";
    }

    static String indexAttached(TableName table, Identifier index) {
        return "SELECT EXISTS (" + index(table, index) + " AND c.relispartition)";
    }

    static String indexGone(TableName table, Identifier index) {
        return "SELECT NOT EXISTS (" + index(table, index) + ")";
    }

    /** Whether the first name is a table and the second one a view. */
    static String tableBesideView(TableName table, TableName view) {
        return "SELECT EXISTS (" + relation(table, "'r', 'p'") + ") AND EXISTS (" + relation(view, "'v'") + ")";
    }

    static String tableExists(TableName table) {
        return "SELECT EXISTS (" + relation(table, "'r', 'p'") + ")";
    }

    static String viewGone(TableName view) {
        return "SELECT NOT EXISTS (" + relation(view, "'v'") + ")";
    }

    /** Whether the table has the second name, and nothing has the first. */
    static String tableRenamed(TableName from, TableName to) {
        return "SELECT " + oid(from) + " IS NULL AND EXISTS (" + relation(to, "'r', 'p'") + ")";
    }

    private static String relation(TableName name, String kinds) {
        return "SELECT FROM pg_catalog.pg_class WHERE oid = " + oid(name) + " AND relkind IN (" + kinds + ")";
    }

    static String noRow(String query) {
        return "SELECT NOT EXISTS (" + query + ")";
    }

    private static String trigger(TableName table, Identifier trigger) {
        return "SELECT FROM pg_catalog.pg_trigger WHERE tgrelid = " + oid(table) + " AND tgname = "
                + SqlText.literal(trigger.value());
    }

    /** The column itself, as a query of one row. */
    static String attribute(TableName table, Identifier column) {
        return "SELECT FROM pg_catalog.pg_attribute WHERE attrelid = " + oid(table) + " AND NOT attisdropped"
                + " AND attname = " + SqlText.literal(column.value());
    }

    /** The table's number, or NULL where there is no such table. */
    static String oid(TableName table) {
        return "pg_catalog.to_regclass(" + SqlText.literal(table.sql()) + ")";
    }

    private static String constraint(TableName table, Identifier constraint) {
        return "SELECT FROM pg_catalog.pg_constraint WHERE conrelid = " + oid(table) + " AND conname = "
                + SqlText.literal(constraint.value());
    }

    private static String index(TableName table, Identifier index) {
        return "SELECT FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = "
                + oid(table) + " AND c.relname = " + SqlText.literal(index.value());
    }
}
