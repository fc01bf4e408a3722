package dev.lockstep.change;

import dev.lockstep.change.Recipe.Outcome;
import dev.lockstep.change.Recipe.Setting;
import dev.lockstep.change.ReplacementColumn.Upkeep;
import dev.lockstep.plan.Change.RenameColumn;
import dev.lockstep.schema.Column;
import dev.lockstep.schema.Rehearsal;
import dev.lockstep.schema.Rehearsed;
import dev.lockstep.schema.Table;
import java.util.Optional;

/** A rename during which the application writes both names. */
final class RenameByApplication {
    private RenameByApplication() {}

    static Rehearsal rehearsal(RenameColumn change) {
        return new Rehearsal(change.table(), change.from(), change.to(), Optional.empty());
    }

    static Outcome compile(RenameColumn change, Setting setting, StepNames names) {
        String path = setting.path();
        Objections objections = new Objections();
        Optional<Table> table = Ground.table(setting.catalogue(), change.table(), path + ".table", objections);
        Optional<Column> column =
                table.flatMap(known -> Ground.column(known, change.from(), path + ".from", objections));
        if (table.isEmpty() || column.isEmpty()) {
            return new Outcome.Refused(objections.all());
        }
        Ground.nameIsFree(table.get(), change.to(), path + ".to", objections);
        Ground.rowsCanBeUpdated(table.get(), path + ".table", objections);
        Ground.noOtherRun(table.get(), path + ".table", objections);
        ReplacementObjections checks = new ReplacementObjections(table.get(), column.get(), path + ".from", objections);
        checks.check(change.to(), Upkeep.APPLICATION);
        Optional<Rehearsed.Played> played = checks.played(setting.catalogue(), rehearsal(change), path);
        played.ifPresent(checks::check);
        return objections.any() || played.isEmpty()
                ? new Outcome.Refused(objections.all())
                : outcome(table.get(), column.get(), played.get(), change, setting, names);
    }

    private static Outcome outcome(
            Table table,
            Column column,
            Rehearsed.Played played,
            RenameColumn change,
            Setting setting,
            StepNames names) {
        Conversion same = new Conversion(table, column, played.column(), Optional.empty(), Optional.empty(), true);
        ReplacementColumn replacement = new ReplacementColumn(table, column, played, same, Upkeep.APPLICATION);
        return new Outcome.Parts(
                new ReplacementParts(
                                replacement,
                                change.to(),
                                setting.spec().backfill().userTriggers(),
                                names)
                        .parts(),
                new ReplacementNotes(replacement, change.to()).all());
    }
}
