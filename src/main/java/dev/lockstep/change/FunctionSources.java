package dev.lockstep.change;

import dev.lockstep.schema.TableName;

/**
 * What the catalogue does not know by {@code pg_depend}: which functions with a text body speak of a table (G31). A body
 * in the standard's form ({@code BEGIN ATOMIC}) is parsed, and follows a renamed table by itself.
 */
final class FunctionSources {
    /** What stands before a table's name in a statement; a bare word could be anything, a comment for one. */
    private static final String BEFORE = "(from|join|into|update|only|table|truncate|using|,)\\s+";

    private FunctionSources() {}

    /** A query of functions that use the table, in statements or by {@code %ROWTYPE} and {@code %TYPE}. */
    static String using(TableName table) {
        return """
                SELECT pg_catalog.format('function %%s', p.oid::pg_catalog.regprocedure)
                FROM pg_catalog.pg_proc p
                JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
                JOIN pg_catalog.pg_language l ON l.oid = p.prolang
                WHERE n.nspname NOT IN (%s, 'pg_catalog', 'information_schema') AND l.lanname NOT IN ('c', 'internal')
                  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype = 'e')
                  AND (p.prosrc ~* %s OR p.prosrc ~* %s)
                ORDER BY 1
                LIMIT 5""".formatted(
                        SqlText.literal(Ground.SCHEMA.value()),
                        SqlText.literal(BEFORE + named(table) + "($|[^[:alnum:]_\"])"),
                        SqlText.literal("(^|[^[:alnum:]_.\"])" + named(table)
                                + "\\s*(%\\s*rowtype|\\.\\s*[[:alnum:]_\"]+\\s*%\\s*type)"));
    }

    /** The name, with or without its schema, with or without quotes. */
    private static String named(TableName table) {
        return "(\"?" + SqlText.escaped(table.schema().value()) + "\"?\\s*\\.\\s*)?\"?"
                + SqlText.escaped(table.name().value()) + "\"?";
    }
}
