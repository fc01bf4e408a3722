package dev.lockstep.change;

import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The old side of a rename while it is hidden. The original has the new name by then, and the alias column is put aside
 * under a name that nobody knows; a trigger goes on giving it every value, so that bringing both names back needs no second
 * backfill.
 */
record HiddenAlias(AliasColumn alias) {
    Identifier column() {
        return Hiding.column(table(), alias.original().name());
    }

    /** Sorts behind every name that people give to triggers (P18): what they made of the row is what counts. */
    Identifier trigger() {
        return derived("~lockstep_then_hide_");
    }

    private Identifier function() {
        return derived("hide_");
    }

    private Identifier derived(String prefix) {
        return Identifier.derived(
                prefix,
                alias.original().name().value(),
                table().sql() + "." + alias.original().name().sql() + ">"
                        + alias.name().sql());
    }

    private TableName table() {
        return alias.table().name();
    }

    private String on() {
        return table().sql();
    }

    /** One transaction, so that no statement finds neither name. The trigger's function is new, and has no old plans (P17). */
    List<String> hide() {
        List<String> statements = new ArrayList<>(alias.dropTriggers());
        statements.add(rename(alias.name(), column()));
        statements.add(rename(alias.original().name(), alias.name()));
        statements.add("CREATE OR REPLACE FUNCTION " + inOurSchema() + "() RETURNS trigger LANGUAGE plpgsql AS "
                + SqlText.body("""
                                BEGIN
                                  NEW.%s := NEW.%s;
                                  RETURN NEW;
                                END
                                """.formatted(column().sql(), alias.name().sql())));
        statements.add("CREATE TRIGGER " + trigger().sql() + " BEFORE INSERT OR UPDATE ON " + on()
                + "\nFOR EACH ROW\nWHEN ("
                + SqlText.differ(
                        "NEW." + column().sql(),
                        SqlText.bare("NEW." + alias.name().sql(), alias.original()))
                + ")\nEXECUTE FUNCTION " + inOurSchema() + "()");
        statements.add(
                "ALTER TABLE " + on() + " ENABLE ALWAYS TRIGGER " + trigger().sql());
        statements.addAll(forgotten());
        return List.copyOf(statements);
    }

    /** Both names again, as before; nothing where nothing is hidden. */
    List<String> reveal() {
        return List.of(SqlText.onlyIf(
                Look.triggerExists(table(), trigger()),
                Stream.of(
                                dropTrigger(),
                                Stream.of(
                                        rename(alias.name(), alias.original().name()), rename(column(), alias.name())),
                                alias.triggers().stream(),
                                forgotten().stream())
                        .flatMap(each -> each)
                        .toArray(String[]::new)));
    }

    /** The end of the old side. */
    List<String> drop() {
        return Stream.concat(dropTrigger(), Stream.of("ALTER TABLE " + on() + " DROP COLUMN " + column().sql()))
                .toList();
    }

    private Stream<String> dropTrigger() {
        return Stream.of(
                "DROP TRIGGER IF EXISTS " + trigger().sql() + " ON " + on(),
                "DROP FUNCTION IF EXISTS " + inOurSchema() + "()");
    }

    private List<String> forgotten() {
        return alias.hasDomain() ? List.of(SyncTriggers.forgetPlans(alias.table())) : List.of();
    }

    private String rename(Identifier from, Identifier to) {
        return "ALTER TABLE " + on() + " RENAME COLUMN " + from.sql() + " TO " + to.sql();
    }

    private String inOurSchema() {
        return Ground.SCHEMA.sql() + "." + function().sql();
    }
}
