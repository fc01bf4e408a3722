package dev.lockstep.change;

import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.Change.SetDefault;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.schema.Column;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Gives a column a default for rows to come, at once; no row is touched, whatever the expression. The way back puts in place
 * exactly what was there.
 */
final class SetDefaultRecipe implements Recipe<SetDefault> {
    @Override
    public Set<TableName> tables(SetDefault change) {
        return Set.of(change.table());
    }

    @Override
    public Outcome compile(SetDefault change, Setting setting, StepNames names) {
        Objections objections = new Objections();
        Optional<Tree> tree = Ground.tree(setting.catalogue(), change.table(), setting.path() + ".table", objections);
        Optional<Column> column = tree.flatMap(
                known -> Ground.column(known.root(), change.column(), setting.path() + ".column", objections));
        tree.ifPresent(known -> Ground.noOtherRun(known.root(), setting.path() + ".table", objections));
        column.ifPresent(known -> {
            ColumnDefault.check(known, setting.path() + ".column", objections);
            if (known.type().equals(known.baseType()) && change.value().strip().equalsIgnoreCase("null")) {
                objections.add(
                        setting.path() + ".default",
                        "NULL is what a column without a default gets. Use dropDefault instead.");
            }
        });
        if (objections.any() || tree.isEmpty() || column.isEmpty()) {
            return new Outcome.Refused(objections.all());
        }
        ColumnDefault changed = new ColumnDefault(tree.get(), column.get());
        Step step = new Step(
                names.claim("set-default"),
                "Give " + change.table() + "." + change.column() + " the default " + change.value() + " for new rows",
                tree.get().brief(changed.set(change.value())),
                new Undo.By(tree.get().brief(changed.restore())),
                Look.defaultSet(change.table(), change.column()));
        return new Outcome.Parts(List.of(new Part(PhaseType.EXPAND, Optional.empty(), List.of(step))), notes(changed));
    }

    private static List<String> notes(ColumnDefault changed) {
        List<String> notes = new ArrayList<>(changed.notes());
        notes.add("Rows that exist keep what they have in " + changed.column().name() + ". Code that always sends the"
                + " column, as many ORMs do with a default they learned earlier, goes on sending the old one (P39).");
        return notes;
    }
}
