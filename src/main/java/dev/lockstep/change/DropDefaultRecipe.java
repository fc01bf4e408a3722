package dev.lockstep.change;

import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.Change.DropDefault;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.schema.Column;
import dev.lockstep.schema.Column.DefaultValue;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Takes a column's default away. Code that leaves the column out may rely on it, so with workloads listed this waits for the
 * code that does not. The way back puts in place exactly what was there.
 */
final class DropDefaultRecipe implements Recipe<DropDefault> {
    @Override
    public Set<TableName> tables(DropDefault change) {
        return Set.of(change.table());
    }

    @Override
    public Outcome compile(DropDefault change, Setting setting, StepNames names) {
        Objections objections = new Objections();
        Optional<Tree> tree = Ground.tree(setting.catalogue(), change.table(), setting.path() + ".table", objections);
        Optional<Column> column = tree.flatMap(
                known -> Ground.column(known.root(), change.column(), setting.path() + ".column", objections));
        tree.ifPresent(known -> Ground.noOtherRun(known.root(), setting.path() + ".table", objections));
        column.ifPresent(known -> {
            ColumnDefault.check(known, setting.path() + ".column", objections);
            if (known.defaultValue() instanceof DefaultValue.None) {
                objections.add(
                        setting.path() + ".column",
                        "Column " + known.name() + " has no default. Leave this change out.");
            }
        });
        if (objections.any() || tree.isEmpty() || column.isEmpty()) {
            return new Outcome.Refused(objections.all());
        }
        ColumnDefault changed = new ColumnDefault(tree.get(), column.get());
        Step step = new Step(
                names.claim("drop-default"),
                "Take the default " + changed.expression().orElse("") + " from " + change.table() + "."
                        + change.column(),
                tree.get().brief(changed.drop()),
                new Undo.By(tree.get().brief(changed.restore())),
                Look.defaultGone(change.table(), change.column()));
        return new Outcome.Parts(
                parts(step, !setting.spec().workloads().isEmpty()),
                notes(changed, setting.spec().workloads().isEmpty()));
    }

    private static List<Part> parts(Step step, boolean gated) {
        Optional<Milestone> require = Optional.of(Milestone.NEW_ONLY);
        return gated
                ? List.of(
                        new Part(PhaseType.DEPLOY, require, List.of()),
                        new Part(PhaseType.CONTRACT, require, List.of(step)))
                : List.of(new Part(PhaseType.EXPAND, Optional.empty(), List.of(step)));
    }

    private static List<String> notes(ColumnDefault changed, boolean ungated) {
        List<String> notes = new ArrayList<>(changed.notes());
        Column column = changed.column();
        String without = column.notNull() ? "fails, because it is NOT NULL" : "writes NULL";
        notes.add("Once the default is gone, an INSERT that leaves " + column.name() + " out " + without + "."
                + (ungated ? " The plan lists no workloads, so nothing waits for code that still does." : ""));
        return notes;
    }
}
