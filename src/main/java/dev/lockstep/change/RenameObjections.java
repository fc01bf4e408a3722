package dev.lockstep.change;

import dev.lockstep.plan.Change.RenameColumn;
import dev.lockstep.schema.Column;
import dev.lockstep.schema.Column.DefaultValue;
import dev.lockstep.schema.Table;
import java.util.Optional;

/** Why a column cannot be renamed in this way, and what to do about it. */
final class RenameObjections {
    private RenameObjections() {}

    static void check(Table table, Optional<Column> original, RenameColumn change, String path, Objections objections) {
        if (change.from().equals(change.to())) {
            objections.add(path + ".to", "The column is called " + change.to() + " already; give another name.");
        } else {
            Ground.nameIsFree(table, change.to(), path + ".to", objections);
        }
        Ground.rowsCanBeUpdated(table, path + ".table", objections);
        Ground.noOtherRun(table, path + ".table", objections);
        original.ifPresent(column -> {
            defaultCanBeTold(column, path + ".from", objections);
            triggersCanBeKept(table, column, change, path, objections);
        });
    }

    private static void defaultCanBeTold(Column column, String path, Objections objections) {
        switch (column.defaultValue()) {
            case DefaultValue.Volatile(String expression)
            when !column.notNull() ->
                objections.add(
                        path,
                        "Column " + column.name() + " may be NULL and has the default " + expression
                                + ", which gives another value each time, so a trigger cannot tell a NULL that was"
                                + " written from a value that was not given. Make the column NOT NULL, or drop the"
                                + " default until the plan is through.");
            case DefaultValue.Generated(String expression) ->
                objections.add(
                        path,
                        "Column " + column.name() + " is generated as " + expression
                                + ", so nothing can write it under either name. Add a second generated column with the"
                                + " new name (sql), move the code to it, then drop the old one (dropColumn).");
            case DefaultValue.Volatile _, DefaultValue.None _, DefaultValue.Stable _, DefaultValue.Identity _ -> {}
        }
    }

    private static void triggersCanBeKept(
            Table table, Column column, RenameColumn change, String path, Objections objections) {
        table.triggers().stream()
                .filter(trigger -> trigger.onUpdate() && trigger.ofColumns().contains(column.name()))
                .forEach(trigger -> objections.add(
                        path + ".from",
                        "Trigger " + trigger.name() + " fires on UPDATE OF " + column.name()
                                + ", and would stay silent for code that writes " + change.to()
                                + ". Recreate it without the column list, for example with WHEN (OLD."
                                + column.name().sql() + " IS DISTINCT FROM NEW."
                                + column.name().sql() + ")."));
        TriggerOrder.check(table, new SyncTriggers(table, column.name(), change.to()), path + ".table", objections);
    }
}
