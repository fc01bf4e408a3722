package dev.lockstep.change;

import dev.lockstep.schema.Column;
import dev.lockstep.schema.Column.DefaultValue;
import dev.lockstep.schema.Identifier;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Triggers that keep a table and its twin equal, whichever of the two code writes.
 *
 * <p>The original decides. What is written to the twin goes to the original first, through its triggers, checks and foreign
 * keys, and the twin then stores what the original has made of it, so that RETURNING is right as well. What is written to
 * the original is fetched from there by its key when all is done: not the row that the trigger was called with, as a later
 * trigger may have changed it again. So it does not matter in which order triggers fire (P18), and no write is lost that
 * changes the key, or sets NULL (P36).
 *
 * <p>A setting of the transaction keeps the two from calling each other for ever (P22): it is a star while the twin is
 * brought into line, and otherwise the depth at which the triggers of the original will see a write that comes from the
 * twin, with the keys that are written. What other triggers write at that moment, of other rows, is not mistaken for it.
 *
 * <p>The functions run with the rights of the table's owner: a role may be allowed to insert and not to read, or to change
 * some columns only. Rights and policies are checked where the statement came in. They set no search path, as the triggers
 * of the original may rely on the session's; everything in them is qualified instead.
 */
record TwinTriggers(TwinTable twin) {
    /** The setting, in the schema of ours. */
    Identifier mark() {
        String name = twin.derived("").value();
        return new Identifier("copying" + name.substring(name.lastIndexOf('_')));
    }

    /** On the original; the mark that all of it is there. */
    Identifier rowTrigger() {
        return twin.derived("~lockstep_copy_");
    }

    private Identifier truncateTrigger() {
        return twin.derived("~lockstep_truncate_");
    }

    private String function(String prefix) {
        return Ground.SCHEMA.sql() + "." + twin.derived(prefix).sql();
    }

    /** They belong in the transaction that makes the twin: no write may see one without the other. */
    List<String> create() {
        List<String> statements = new ArrayList<>();
        statements.addAll(function(function("copy_"), onOriginal()));
        statements.addAll(function(function("pass_"), onTwin()));
        String old = twin.oldName().sql();
        String renamed = twin.name().sql();
        statements.addAll(trigger(rowTrigger(), "AFTER INSERT OR UPDATE OR DELETE", old, "ROW", "copy_"));
        statements.addAll(trigger(truncateTrigger(), "AFTER TRUNCATE", old, "STATEMENT", "copy_"));
        statements.addAll(
                trigger(twin.derived("lockstep_before_"), "BEFORE INSERT OR UPDATE", renamed, "ROW", "pass_"));
        statements.addAll(trigger(twin.derived("lockstep_after_"), "AFTER INSERT OR DELETE", renamed, "ROW", "pass_"));
        statements.addAll(
                trigger(twin.derived("lockstep_truncate_"), "BEFORE TRUNCATE", renamed, "STATEMENT", "pass_"));
        return List.copyOf(statements);
    }

    /** Those on the twin go with it, which comes next; their function only then. */
    List<String> dropFromOriginal() {
        return List.of(
                "DROP TRIGGER " + rowTrigger().sql() + " ON " + twin.oldName().sql(),
                "DROP TRIGGER " + truncateTrigger().sql() + " ON "
                        + twin.oldName().sql());
    }

    List<String> dropFunctions() {
        return List.of(
                "DROP FUNCTION IF EXISTS " + function("copy_") + "()",
                "DROP FUNCTION IF EXISTS " + function("pass_") + "()");
    }

    /** A session in replica role must not leave the tables apart (P20). */
    private List<String> trigger(Identifier name, String when, String table, String level, String function) {
        return List.of(
                "CREATE TRIGGER " + name.sql() + " " + when + " ON " + table + "\nFOR EACH " + level
                        + " EXECUTE FUNCTION " + function(function) + "()",
                "ALTER TABLE " + table + " ENABLE ALWAYS TRIGGER " + name.sql());
    }

    private List<String> function(String name, String code) {
        List<String> statements = new ArrayList<>();
        statements.add("CREATE OR REPLACE FUNCTION " + name + "() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS "
                + SqlText.body(code));
        statements.addAll(twin.owned(name + "()"));
        return statements;
    }

    private String onOriginal() {
        return """
                #variable_conflict use_column
                DECLARE
                  busy pg_catalog.text := coalesce(pg_catalog.current_setting(%1$s, true), '');
                  ours pg_catalog.text[];
                BEGIN
                  -- It comes from the twin, which stores the row itself when this statement is through.
                  IF busy OPERATOR(pg_catalog.~~) '{%%' THEN
                    ours := busy::pg_catalog.text[];
                    IF ours[1]::pg_catalog.int4 OPERATOR(pg_catalog.=) pg_catalog.pg_trigger_depth() THEN
                      RETURN NULL;
                    END IF;
                  END IF;
                  PERFORM pg_catalog.set_config(%1$s, '*', true);
                  IF TG_OP OPERATOR(pg_catalog.=) 'TRUNCATE' THEN
                    TRUNCATE %2$s;
                  ELSE
                    IF TG_OP OPERATOR(pg_catalog.=) 'DELETE' OR TG_OP OPERATOR(pg_catalog.=) 'UPDATE'
                        AND %3$s OPERATOR(pg_catalog.<>) %4$s THEN
                      IF ours IS NULL OR NOT %3$s OPERATOR(pg_catalog.=) ANY (ours[2:]) THEN
                        %5$s
                      END IF;
                    END IF;
                    IF TG_OP OPERATOR(pg_catalog.<>) 'DELETE' THEN
                      IF ours IS NULL OR NOT %4$s OPERATOR(pg_catalog.=) ANY (ours[2:]) THEN
                        %6$s
                      END IF;
                    END IF;
                  END IF;
                  PERFORM pg_catalog.set_config(%1$s, busy, true);
                  RETURN NULL;
                END
                """.formatted(
                        setting(),
                        twin.name().sql(),
                        keyText("OLD"),
                        keyText("NEW"),
                        indented(fetch("OLD"), 8),
                        indented(fetch("NEW"), 8));
    }

    /**
     * Makes the twin's row what the original's is, or is not any more.
     *
     * <p>A batch may insert the same row at the same moment. ON CONFLICT that names the key would then fail at another unique
     * index, because it forgives at the one that it names only; without a name it forgives at all of them, and waits for the
     * other. What is really in the way is told by the last INSERT.
     */
    private String fetch(String row) {
        return """
                INSERT INTO %1$s (%2$s) SELECT %2$s FROM %3$s AS o WHERE %4$s ON CONFLICT DO NOTHING;
                IF NOT FOUND THEN
                  UPDATE %1$s AS t SET %5$s FROM %3$s AS o WHERE %4$s AND %6$s;
                  IF NOT FOUND THEN
                    DELETE FROM %1$s AS o WHERE %4$s;
                    INSERT INTO %1$s (%2$s) SELECT %2$s FROM %3$s AS o WHERE %4$s;
                  END IF;
                END IF;""".formatted(
                        twin.name().sql(),
                        SqlText.joined(twin.written(), "%s"),
                        twin.oldName().sql(),
                        SqlText.sameKey(twin.key(), "o", row),
                        SqlText.joined(twin.written(), "%1$s = o.%1$s"),
                        SqlText.sameKey(twin.key(), "t", row));
    }

    private String onTwin() {
        return """
                #variable_conflict use_column
                DECLARE
                  busy pg_catalog.text := coalesce(pg_catalog.current_setting(%1$s, true), '');
                  depth pg_catalog.text := (pg_catalog.pg_trigger_depth() OPERATOR(pg_catalog.+) 1)::pg_catalog.text;
                  kept pg_catalog.bool;
                  %2$s
                BEGIN
                  IF busy OPERATOR(pg_catalog.=) '*' THEN
                    RETURN NEW;
                  ELSIF TG_OP OPERATOR(pg_catalog.=) 'TRUNCATE' THEN
                    PERFORM pg_catalog.set_config(%1$s, ARRAY[depth]::pg_catalog.text, true);
                    TRUNCATE %3$s;
                    PERFORM pg_catalog.set_config(%1$s, busy, true);
                    RETURN NULL;
                  ELSIF TG_OP OPERATOR(pg_catalog.=) 'DELETE' THEN
                    PERFORM pg_catalog.set_config(%1$s, ARRAY[depth, %4$s]::pg_catalog.text, true);
                    DELETE FROM %3$s AS o WHERE %5$s;
                    -- A trigger of the original may have kept it.
                    PERFORM pg_catalog.set_config(%1$s, '*', true);
                    %6$s
                    PERFORM pg_catalog.set_config(%1$s, busy, true);
                    RETURN NULL;
                  ELSIF TG_WHEN OPERATOR(pg_catalog.=) 'AFTER' THEN
                    -- A row that the original did not take, because of a conflict that the twin does not know of.
                    IF NOT EXISTS (SELECT FROM %3$s AS o WHERE %7$s AND NOT %8$s) THEN
                      RAISE unique_violation USING MESSAGE = %9$s, HINT = %10$s;
                    END IF;
                    RETURN NULL;
                  END IF;
                %11$s
                END
                """.formatted(
                setting(),
                indented(keyVariables(), 2),
                twin.oldName().sql(),
                keyText("OLD"),
                SqlText.sameKey(twin.key(), "o", "OLD"),
                indented(fetch("OLD"), 4),
                SqlText.sameKey(twin.key(), "o", "NEW"),
                SqlText.differ(SqlText.joined(twin.written(), "o.%s"), SqlText.joined(twin.written(), "NEW.%s")),
                SqlText.literal("a row of " + twin.oldName() + " is in the way of this one"),
                SqlText.literal("Lockstep has not copied that row to " + twin.name()
                        + " yet. Code that uses this name may run only when the plan lets it."),
                passOn());
    }

    /** INSERT and UPDATE on the twin, before it is written. */
    private String passOn() {
        return """
                  IF TG_OP OPERATOR(pg_catalog.=) 'INSERT' THEN
                    PERFORM pg_catalog.set_config(%1$s, ARRAY[depth, %2$s]::pg_catalog.text, true);
                    -- Where there is a conflict the statement meets it on the twin, and does what it says about it.
                    INSERT INTO %3$s AS o (%4$s) OVERRIDING SYSTEM VALUE VALUES (%5$s)
                    ON CONFLICT DO NOTHING RETURNING %6$s INTO %7$s;
                  ELSE
                    %8$sPERFORM pg_catalog.set_config(%1$s, ARRAY[depth, %9$s, %2$s]::pg_catalog.text, true);
                    %10$s
                  END IF;
                  kept := FOUND;
                  IF kept THEN
                    SELECT %11$s INTO %5$s FROM %3$s AS o WHERE %12$s;
                  END IF;
                  PERFORM pg_catalog.set_config(%1$s, busy, true);
                  -- A trigger of the original may want a row left as it is.
                  IF NOT kept AND TG_OP OPERATOR(pg_catalog.=) 'UPDATE' THEN
                    RETURN NULL;
                  END IF;
                  RETURN NEW;""".formatted(
                        setting(),
                        keyText("NEW"),
                        twin.oldName().sql(),
                        SqlText.joined(twin.written(), "%s"),
                        SqlText.joined(twin.written(), "NEW.%s"),
                        SqlText.joined(twin.key(), "o.%s"),
                        variables().collect(Collectors.joining(", ")),
                        refuseNewIdentity(),
                        keyText("OLD"),
                        update(),
                        SqlText.joined(twin.written(), "o.%s"),
                        sameAsVariables());
    }

    private String update() {
        String old = twin.oldName().sql();
        String where = " WHERE " + SqlText.sameKey(twin.key(), "o", "OLD");
        String keys = SqlText.joined(twin.key(), "o.%s");
        String into = " INTO " + variables().collect(Collectors.joining(", ")) + ";";
        List<Identifier> settable = twin.written().stream()
                .filter(column -> alwaysIdentity().noneMatch(column::equals))
                .toList();
        return settable.isEmpty()
                ? "SELECT " + keys + into.replace(";", "") + " FROM " + old + " AS o" + where + ";"
                : "UPDATE " + old + " AS o SET " + SqlText.joined(settable, "%1$s = NEW.%1$s") + where + " RETURNING "
                        + keys + into;
    }

    /** As the server does for the original: such a column can be set to DEFAULT only (P27). */
    private String refuseNewIdentity() {
        return alwaysIdentity()
                .map(column -> "IF " + SqlText.differ("NEW." + column.sql(), "OLD." + column.sql())
                        + " THEN\n      RAISE generated_always USING MESSAGE = "
                        + SqlText.literal("column \"" + column + "\" can only be updated to DEFAULT")
                        + ";\n    END IF;\n    ")
                .collect(Collectors.joining());
    }

    private Stream<Identifier> alwaysIdentity() {
        return twin.original().columns().stream()
                .filter(column -> column.defaultValue() instanceof DefaultValue.Identity(boolean always) && always)
                .map(Column::name);
    }

    private Stream<String> variables() {
        return IntStream.rangeClosed(1, twin.key().size()).mapToObj(number -> "lockstep_key_" + number);
    }

    private String keyVariables() {
        return IntStream.range(0, twin.key().size())
                .mapToObj(at -> "lockstep_key_" + (at + 1) + " "
                        + twin.oldName().sql() + "." + twin.key().get(at).sql() + "%TYPE;")
                .collect(Collectors.joining("\n"));
    }

    private String sameAsVariables() {
        return IntStream.range(0, twin.key().size())
                .mapToObj(at -> "o." + twin.key().get(at).sql() + " OPERATOR(pg_catalog.=) lockstep_key_" + (at + 1))
                .collect(Collectors.joining(" AND "));
    }

    private String keyText(String row) {
        return "CAST(ROW(" + SqlText.joined(twin.key(), row + ".%s") + ") AS pg_catalog.text)";
    }

    private String setting() {
        return SqlText.literal(Ground.SCHEMA.value() + "." + mark().value());
    }

    private static String indented(String code, int by) {
        return code.strip().indent(by).strip();
    }
}
