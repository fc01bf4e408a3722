package dev.lockstep.change;

import dev.lockstep.change.Step.Undo;
import dev.lockstep.schema.Column;
import dev.lockstep.schema.Column.DefaultValue;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.stream.Stream;

/**
 * Gives a new column its value in rows that code writes which does not know the column yet.
 *
 * @param expression SQL over the row, as the author wrote it: the row is offered to it under the table's name, so that no
 *     text has to be rewritten (P23)
 * @param generated the table's generated columns, which the server only works out behind a BEFORE trigger (P19)
 * @param lenient whether a row that the expression fails on is written without a value; otherwise its write fails
 */
record FillTrigger(TableName table, Identifier column, String expression, List<Column> generated, boolean lenient) {
    FillTrigger {
        generated = List.copyOf(generated);
    }

    /** For a column that this table is to have. */
    static FillTrigger of(Table table, Identifier column, String expression, boolean lenient) {
        return new FillTrigger(
                table.name(),
                column,
                expression,
                table.columns().stream()
                        .filter(each -> each.defaultValue() instanceof DefaultValue.Generated)
                        .toList(),
                lenient);
    }

    Identifier trigger() {
        // Sorts after the triggers that keep an alias equal, so that the expression sees both sides of a rename.
        return Identifier.derived("~lockstep_then_fill_", column.value(), identity());
    }

    private Identifier function() {
        return Identifier.derived("fill_", column.value(), identity());
    }

    private String identity() {
        return table.sql() + "." + column.sql();
    }

    /** The expression is tried out first: a trigger that fails would fail every write of the application. */
    List<String> create() {
        return List.of(
                "EXPLAIN UPDATE " + table.sql() + " SET " + column.sql() + " = " + SqlText.enclosed(expression),
                """
                CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql
                -- The backfill reads the expression with this path too.
                SET search_path FROM CURRENT AS %s""".formatted(inOurSchema(), SqlText.body("""
                                        #variable_conflict use_column
                                        BEGIN
                                          %s
                                          RETURN NEW;
                                        END
                                        """.formatted(lenient ? attempt() : evaluation()))),
                """
                CREATE TRIGGER %s BEFORE INSERT OR UPDATE ON %s
                FOR EACH ROW WHEN (NEW.%s IS NULL)
                EXECUTE FUNCTION %s()""".formatted(trigger().sql(), table.sql(), column.sql(), inOurSchema()),
                "ALTER TABLE " + table.sql() + " ENABLE ALWAYS TRIGGER "
                        + trigger().sql());
    }

    private String evaluation() {
        return generate() + assign(column, expression);
    }

    /** Errors of values; what another row need not share. */
    private String attempt() {
        return """
                BEGIN
                    %s
                  EXCEPTION WHEN OTHERS THEN
                    IF pg_catalog.left(SQLSTATE, 2) OPERATOR(pg_catalog.<>) ALL (ARRAY['22', '23', 'P0']) THEN
                      RAISE;
                    END IF;
                  END;""".formatted(evaluation());
    }

    /** Beforehand, for the expression; the server puts its own values in the place of these afterwards. */
    private String generate() {
        StringBuilder all = new StringBuilder();
        for (Column each : generated) {
            if (each.defaultValue() instanceof DefaultValue.Generated(String made)) {
                all.append(assign(each.name(), made)).append("\n  ");
            }
        }
        return all.toString();
    }

    private String assign(Identifier target, String value) {
        return "NEW." + target.sql() + " := (SELECT " + SqlText.enclosed(value) + " FROM (SELECT NEW.*) AS "
                + table.name().sql() + ");";
    }

    List<String> drop() {
        return List.of(
                "DROP TRIGGER IF EXISTS " + trigger().sql() + " ON " + table.sql(),
                "DROP FUNCTION IF EXISTS " + inOurSchema() + "()");
    }

    /** Takes away the column and the trigger that came with it, unless they are not there; the trigger is the mark. */
    List<String> removeWithColumn() {
        return List.of(SqlText.onlyIf(
                Look.triggerExists(table, trigger()),
                Stream.concat(drop().stream(), Stream.of("ALTER TABLE " + table.sql() + " DROP COLUMN " + column.sql()))
                        .toArray(String[]::new)));
    }

    /** The last step of the contract: by then all code writes the column itself. */
    Step end(Tree tree, StepNames names) {
        List<String> again = Stream.concat(drop().stream(), create().stream()).toList();
        return new Step(
                names.claim("drop-fill"),
                "Stop filling " + column + " for code that does not write it",
                tree.brief(drop()),
                new Undo.By(tree.brief(again)),
                Look.triggerGone(table, trigger()));
    }

    private String inOurSchema() {
        return Ground.SCHEMA.sql() + "." + function().sql();
    }
}
