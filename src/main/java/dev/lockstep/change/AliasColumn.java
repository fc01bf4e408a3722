package dev.lockstep.change;

import dev.lockstep.schema.Column;
import dev.lockstep.schema.Column.DefaultValue;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A second column that has the new name, kept equal to the original by triggers both ways, and the SQL for it.
 *
 * <p>Which side did a statement write? On INSERT the new side, where it differs from what it would have got by default;
 * otherwise the old one is copied. On UPDATE the new side, where it changed; otherwise the old one is copied, which also
 * fills rows that the backfill has not reached. So where a statement writes both sides differently, the new side wins
 * (P21).
 *
 * <p>Where the table has row triggers of its own that fire before the write, one trigger of ours fires first, so that they
 * see both sides filled, and leaves the agreed value in a setting of the transaction; one fires last and knows by it
 * which side they changed. Without such triggers the last one is enough, and it is not even called for writes that leave
 * the sides equal.
 */
record AliasColumn(Table table, Column original, Identifier name) {
    /** Sort before and after every name that people give to triggers: BEFORE triggers fire in name order (P18). */
    private static final String FIRST = "!lockstep_sync_";

    private static final String LAST = "~lockstep_sync_";

    Identifier lastTrigger() {
        return derived(LAST);
    }

    Identifier firstTrigger() {
        return derived(FIRST);
    }

    private Identifier lastFunction() {
        return derived("sync_");
    }

    private Identifier firstFunction() {
        return derived("agree_");
    }

    private Identifier derived(String prefix) {
        return Identifier.derived(
                prefix,
                original.name().value(),
                table.name().sql() + "." + original.name().sql() + ">" + name.sql());
    }

    boolean hasRowChangers() {
        return !Ground.rowChangers(table).isEmpty();
    }

    /** Adds the column and its triggers. They belong in one transaction: no write may see one without the other. */
    List<String> create() {
        List<String> statements = new ArrayList<>();
        statements.add("ALTER TABLE " + on() + " ADD COLUMN " + name.sql() + " " + original.baseType()
                + original.collation().map(collation -> " COLLATE " + collation).orElse(""));
        if (!original.notNull() && original.defaultValue() instanceof DefaultValue.Stable(String expression)) {
            // Only now, so that rows that exist stay NULL and nothing is rewritten.
            statements.add(
                    "ALTER TABLE " + on() + " ALTER COLUMN " + name.sql() + " SET DEFAULT " + enclosed(expression));
        }
        original.grants().forEach(grant -> statements.add(grant(grant)));
        statements.addAll(triggers());
        return List.copyOf(statements);
    }

    /** The triggers that keep both sides equal. */
    List<String> triggers() {
        List<String> statements = new ArrayList<>();
        if (hasRowChangers()) {
            statements.add(function(firstFunction(), agreeing()));
            statements.addAll(trigger(firstTrigger(), firstFunction(), ""));
            statements.add(function(lastFunction(), settling()));
        } else {
            statements.add(function(lastFunction(), syncing()));
        }
        statements.addAll(trigger(
                lastTrigger(), lastFunction(), "\nWHEN (" + SqlText.differ("NEW." + name.sql(), bareOld("NEW")) + ")"));
        return List.copyOf(statements);
    }

    /**
     * Takes all of it away again, unless it is not there. The trigger is the mark that the column is ours: it came in the
     * same transaction.
     */
    List<String> remove() {
        return List.of(SqlText.onlyIf(
                Look.triggerExists(table.name(), lastTrigger()),
                Stream.concat(dropTriggers(), Stream.of("ALTER TABLE " + on() + " DROP COLUMN " + name.sql()))
                        .toArray(String[]::new)));
    }

    /**
     * Ends the alias and gives its name to the original, which keeps everything that hangs on it: views, constraints,
     * foreign keys, indexes, statistics, grants and its place in the row.
     */
    List<String> swap() {
        List<String> statements = new ArrayList<>(dropTriggers().toList());
        statements.add("ALTER TABLE " + on() + " DROP COLUMN " + name.sql());
        statements.add(
                "ALTER TABLE " + on() + " RENAME COLUMN " + original.name().sql() + " TO " + name.sql());
        if (hasDomain()) {
            statements.add(forgetPlans());
        }
        return List.copyOf(statements);
    }

    boolean hasDomain() {
        return !original.type().equals(original.baseType());
    }

    /** True for rows whose two sides differ. */
    String pending() {
        return SqlText.differ(name.sql(), SqlText.bare(original.name().sql(), original));
    }

    Stream<String> dropTriggers() {
        Stream<String> last = Stream.of(
                "DROP TRIGGER IF EXISTS " + lastTrigger().sql() + " ON " + on(),
                "DROP FUNCTION IF EXISTS " + inOurSchema(lastFunction()) + "()");
        Stream<String> first = Stream.of(
                "DROP TRIGGER IF EXISTS " + firstTrigger().sql() + " ON " + on(),
                "DROP FUNCTION IF EXISTS " + inOurSchema(firstFunction()) + "()");
        return hasRowChangers() ? Stream.concat(last, first) : last;
    }

    private List<String> trigger(Identifier trigger, Identifier function, String when) {
        return List.of(
                "CREATE TRIGGER " + trigger.sql() + " BEFORE INSERT OR UPDATE ON " + on() + "\nFOR EACH ROW" + when
                        + "\nEXECUTE FUNCTION " + inOurSchema(function) + "()",
                // A session in replica role, logical replication for one, must not leave the sides apart (P20).
                "ALTER TABLE " + on() + " ENABLE ALWAYS TRIGGER " + trigger.sql());
    }

    /**
     * It runs with the rights and the search path of whoever writes the table. It sets no path of its own, as a default's
     * function may rely on the session's; everything in it is qualified instead.
     */
    private static String function(Identifier name, String code) {
        return "CREATE OR REPLACE FUNCTION " + inOurSchema(name) + "() RETURNS trigger LANGUAGE plpgsql AS "
                + SqlText.body(code);
    }

    private String syncing() {
        return """
                BEGIN
                  %s
                  RETURN NEW;
                END
                """.formatted(choice());
    }

    private String choice() {
        return """
                IF TG_OP OPERATOR(pg_catalog.=) 'INSERT' THEN
                    IF %1$s THEN
                      %3$s
                    ELSE
                      %4$s
                    END IF;
                  ELSIF %2$s THEN
                    %3$s
                  ELSE
                    %4$s
                  END IF;""".formatted(
                        SqlText.differ("NEW." + name.sql(), givenByDefault()),
                        SqlText.differ("NEW." + name.sql(), "OLD." + name.sql()),
                        toOld(),
                        toNew());
    }

    private String agreeing() {
        return """
                BEGIN
                  %s
                  PERFORM pg_catalog.set_config(%s, %s, true);
                  RETURN NEW;
                END
                """.formatted(choice(), setting(), stash("NEW." + name.sql()));
    }

    private String settling() {
        return """
                BEGIN
                  IF %s OPERATOR(pg_catalog.<>) pg_catalog.current_setting(%s) THEN
                    %s
                  ELSE
                    %s
                  END IF;
                  RETURN NEW;
                END
                """.formatted(stash("NEW." + name.sql()), setting(), toOld(), toNew());
    }

    /** One setting for each depth: a trigger of the table's own may write other rows of it. */
    private String setting() {
        String hash = derived("").value().replaceAll(".*_", "");
        return "pg_catalog.concat('lockstep.agreed_" + hash + "_', pg_catalog.pg_trigger_depth())";
    }

    /** A value as text in which NULL differs from every value. */
    private static String stash(String value) {
        return "coalesce(pg_catalog.textcat('v', CAST(" + value + " AS pg_catalog.text)), 'n')";
    }

    private String toOld() {
        return "NEW." + original.name().sql() + " := NEW." + name.sql() + ";";
    }

    private String toNew() {
        return "NEW." + name.sql() + " := NEW." + original.name().sql() + ";";
    }

    private String givenByDefault() {
        String expression = !original.notNull() && original.defaultValue() instanceof DefaultValue.Stable(String given)
                ? enclosed(given)
                : "NULL";
        return "CAST(" + expression + " AS " + original.baseType() + ")";
    }

    private String bareOld(String row) {
        return SqlText.bare(row + "." + original.name().sql(), original);
    }

    private String grant(Column.ColumnGrant grant) {
        return "GRANT " + grant.privilege() + " (" + name.sql() + ") ON " + on() + " TO "
                + grant.grantee().sql() + (grant.grantable() ? " WITH GRANT OPTION" : "");
    }

    /**
     * The alias has the domain's base type, so plans that functions have cached for the new name expect another type than
     * the column will have (P17). Writing the catalogue row of a function anew, unchanged, makes every session forget
     * them.
     */
    String forgetPlans() {
        return "DO " + SqlText.body("""
                        DECLARE
                          stale record;
                        BEGIN
                          FOR stale IN
                            SELECT DISTINCT p.oid::pg_catalog.regprocedure AS function, p.procost AS cost
                            FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
                            WHERE t.tgrelid = %s AND NOT t.tgisinternal
                          LOOP
                            EXECUTE pg_catalog.format('ALTER FUNCTION %%s COST %%s', stale.function, stale.cost);
                          END LOOP;
                        END
                        """.formatted(Look.oid(table.name())));
    }

    private String on() {
        return table.name().sql();
    }

    private static String enclosed(String expression) {
        return SqlText.enclosed(expression);
    }

    private static String inOurSchema(Identifier function) {
        return Ground.SCHEMA.sql() + "." + function.sql();
    }
}
