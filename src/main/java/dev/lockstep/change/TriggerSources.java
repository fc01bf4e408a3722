package dev.lockstep.change;

import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.util.stream.Collectors;

/** What the catalogue does not know by {@code pg_depend}: which trigger functions speak of a column (G31). */
final class TriggerSources {
    private TriggerSources() {}

    /** The same for a table and all its partitions. */
    static String mentioning(Tree tree, Identifier column) {
        return tree.all().stream()
                .map(table -> mentioning(table.name(), column))
                .collect(Collectors.joining(")\nUNION (", tree.divided() ? "(" : "", tree.divided() ? ")" : ""));
    }

    /** A query of the table's triggers whose function's source, or whose arguments, contain the name as a word. */
    static String mentioning(TableName table, Identifier column) {
        return """
                SELECT pg_catalog.format('trigger %%s calls %%s', t.tgname, p.oid::pg_catalog.regprocedure)
                FROM pg_catalog.pg_trigger t
                JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
                JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
                WHERE t.tgrelid = %s AND NOT t.tgisinternal AND n.nspname <> %s
                  AND (p.prosrc ~* %3$s
                    OR pg_catalog.replace(pg_catalog.encode(t.tgargs, 'escape'), '\\000', ' ') ~* %3$s)
                ORDER BY t.tgname
                LIMIT 5""".formatted(
                        Look.oid(table),
                        SqlText.literal(Ground.SCHEMA.value()),
                        SqlText.literal(SqlText.wordPattern(column.value())));
    }
}
