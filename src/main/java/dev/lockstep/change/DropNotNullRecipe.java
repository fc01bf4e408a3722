package dev.lockstep.change;

import dev.lockstep.plan.Change.DropNotNull;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.schema.Column;
import dev.lockstep.schema.Column.DefaultValue;
import dev.lockstep.schema.Constraint;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Lets a column be NULL, at once: nothing that runs can fail by it. The way back first refuses new rows without a value,
 * then names those that have come, and proves the rest without stopping anybody.
 */
final class DropNotNullRecipe implements Recipe<DropNotNull> {
    @Override
    public Set<TableName> tables(DropNotNull change) {
        return Set.of(change.table());
    }

    @Override
    public Outcome compile(DropNotNull change, Setting setting, StepNames names) {
        Objections objections = new Objections();
        Optional<Tree> tree = Ground.tree(setting.catalogue(), change.table(), setting.path() + ".table", objections);
        Optional<Column> column = tree.flatMap(
                known -> Ground.column(known.root(), change.column(), setting.path() + ".column", objections));
        tree.ifPresent(known -> {
            Ground.noOtherRun(known.root(), setting.path() + ".table", objections);
            known.all().forEach(table -> Ground.rowsCanBeSeen(table, setting.path() + ".table", objections));
            primaryKey(known.root(), change, setting.path() + ".column", objections);
        });
        column.ifPresent(known -> check(known, setting.path() + ".column", objections));
        if (objections.any() || tree.isEmpty()) {
            return new Outcome.Refused(objections.all());
        }
        List<Step> steps = new NotNull(tree.get(), change.column()).drop(names);
        return new Outcome.Parts(
                List.of(new Part(PhaseType.EXPAND, Optional.empty(), steps)),
                List.of("Code that reads " + change.table() + "." + change.column()
                        + " must cope with NULL as soon as other code writes it (P39); let every reader learn that"
                        + " before the first writer does."));
    }

    private static void check(Column column, String path, Objections objections) {
        if (!column.notNull()) {
            objections.add(path, "Column " + column.name() + " may be NULL already. Leave this change out.");
        } else if (column.defaultValue() instanceof DefaultValue.Identity) {
            objections.add(
                    path,
                    "Column " + column.name()
                            + " numbers its rows by itself (GENERATED … AS IDENTITY), and such a column"
                            + " is always NOT NULL. Take the identity away with an sql change in a plan that runs before"
                            + " this one, or leave this change out.");
        }
    }

    private static void primaryKey(Table table, DropNotNull change, String path, Objections objections) {
        table.constraints().stream()
                .filter(constraint -> constraint.kind() == Constraint.Kind.PRIMARY_KEY)
                .filter(constraint -> constraint.columns().contains(change.column()))
                .forEach(constraint -> objections.add(
                        path,
                        "Column " + change.column() + " is part of primary key " + constraint.name()
                                + ", and a key is never NULL. Give the table another primary key first."));
    }
}
