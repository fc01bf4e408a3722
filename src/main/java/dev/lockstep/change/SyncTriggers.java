package dev.lockstep.change;

import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The triggers that keep two columns of a table equal: their names, and how they come and go.
 *
 * <p>Where the table has row triggers of its own that fire before the write, one trigger of ours fires first, so that they
 * see both sides filled, and leaves what was agreed in settings of the transaction; one fires last and knows by them which
 * side they changed. Without such triggers the last one is enough.
 */
record SyncTriggers(Table table, Identifier original, Identifier other) {
    /** Sort before and after every name that people give to triggers: BEFORE triggers fire in name order (P18). */
    private static final String FIRST = "!lockstep_sync_";

    private static final String LAST = "~lockstep_sync_";

    /**
     * What the triggers do, as bodies of PL/pgSQL functions.
     *
     * @param agreeing of the first trigger; empty where the last one is enough
     * @param settling of the last trigger
     * @param when the condition of the last trigger; empty to have it called for every write
     * @param whenUpdated the condition of the last trigger for UPDATE, which may speak of OLD; where there is one, a
     *     trigger of its own is there for INSERT, and {@code when} counts only for that
     * @param ownPath whether the functions take the search path of the session that makes them, because they hold
     *     expressions that an author wrote for it; otherwise they run with the path of whoever writes the table, and must
     *     qualify everything, as a default's function may rely on the session's path
     */
    record Code(
            Optional<String> agreeing,
            String settling,
            Optional<String> when,
            Optional<String> whenUpdated,
            boolean ownPath) {}

    Identifier last() {
        return derived(LAST);
    }

    /** For INSERT, where that has one of its own; sorts as the last one does. */
    private Identifier lastForInsert() {
        return derived(LAST + "new_");
    }

    Identifier first() {
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
                prefix, original.value(), table.name().sql() + "." + original.sql() + ">" + other.sql());
    }

    List<String> create(Code code) {
        List<String> statements = new ArrayList<>();
        code.agreeing().ifPresent(body -> {
            statements.add(function(firstFunction(), body, code.ownPath()));
            statements.addAll(trigger(first(), "INSERT OR UPDATE", firstFunction(), Optional.empty()));
        });
        statements.add(function(lastFunction(), code.settling(), code.ownPath()));
        boolean apart = code.whenUpdated().isPresent();
        statements.addAll(trigger(
                last(),
                apart ? "UPDATE" : "INSERT OR UPDATE",
                lastFunction(),
                apart ? code.whenUpdated() : code.when()));
        if (apart) {
            statements.addAll(trigger(lastForInsert(), "INSERT", lastFunction(), code.when()));
        }
        return List.copyOf(statements);
    }

    /** Harmless where they are not there. */
    List<String> drop(boolean firstToo) {
        Stream<String> lastOnes = Stream.of(
                "DROP TRIGGER IF EXISTS " + last().sql() + " ON " + on(),
                "DROP TRIGGER IF EXISTS " + lastForInsert().sql() + " ON " + on(),
                "DROP FUNCTION IF EXISTS " + inOurSchema(lastFunction()) + "()");
        Stream<String> firstOnes = Stream.of(
                "DROP TRIGGER IF EXISTS " + first().sql() + " ON " + on(),
                "DROP FUNCTION IF EXISTS " + inOurSchema(firstFunction()) + "()");
        return (firstToo ? Stream.concat(lastOnes, firstOnes) : lastOnes).toList();
    }

    /** The setting that carries one agreed value; one for each depth: a trigger of the table's own may write its rows. */
    String setting(String what) {
        String hash = derived("").value().replaceAll(".*_", "");
        return "pg_catalog.concat('lockstep." + what + "_" + hash + "_', pg_catalog.pg_trigger_depth())";
    }

    /** A value as text in which NULL differs from every value. */
    static String stash(String value) {
        return "coalesce(pg_catalog.textcat('v', CAST(" + value + " AS pg_catalog.text)), 'n')";
    }

    /**
     * Plans that trigger functions have cached for a column expect the type that it had (P17). Writing the catalogue row of
     * a function anew, unchanged, makes every session forget them.
     */
    static String forgetPlans(Table table) {
        return "DO " + SqlText.body("""
                        DECLARE
                          stale record;
                        BEGIN
                          FOR stale IN
                            SELECT DISTINCT p.oid::pg_catalog.regprocedure AS function, p.procost AS cost
                            FROM pg_catalog.pg_trigger t
                            JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
                            JOIN pg_catalog.pg_language l ON l.oid = p.prolang
                            WHERE t.tgrelid = %s AND NOT t.tgisinternal AND l.lanname NOT IN ('c', 'internal')
                          LOOP
                            EXECUTE pg_catalog.format('ALTER FUNCTION %%s COST %%s', stale.function, stale.cost);
                          END LOOP;
                        END
                        """.formatted(Look.oid(table.name())));
    }

    private List<String> trigger(Identifier trigger, String event, Identifier function, Optional<String> when) {
        return List.of(
                "CREATE TRIGGER " + trigger.sql() + " BEFORE " + event + " ON " + on() + "\nFOR EACH ROW"
                        + when.map(condition -> "\nWHEN (" + condition + ")").orElse("")
                        + "\nEXECUTE FUNCTION " + inOurSchema(function) + "()",
                // A session in replica role, logical replication for one, must not leave the sides apart (P20).
                "ALTER TABLE " + on() + " ENABLE ALWAYS TRIGGER " + trigger.sql());
    }

    private static String function(Identifier name, String code, boolean ownPath) {
        return "CREATE OR REPLACE FUNCTION " + inOurSchema(name) + "() RETURNS trigger LANGUAGE plpgsql "
                + (ownPath ? "SET search_path FROM CURRENT " : "") + "AS " + SqlText.body(code);
    }

    private String on() {
        return table.name().sql();
    }

    private static String inOurSchema(Identifier function) {
        return Ground.SCHEMA.sql() + "." + function.sql();
    }
}
