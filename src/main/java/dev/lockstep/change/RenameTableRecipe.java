package dev.lockstep.change;

import dev.lockstep.plan.Change.RenameTable;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.Optional;
import java.util.Set;

/**
 * Renames a table while code that knows only the old name and code that knows only the new one both run. Either way the
 * end is the very catalogue that a plain {@code ALTER TABLE … RENAME TO} leaves: it is the original table that gets the new
 * name.
 */
final class RenameTableRecipe implements Recipe<RenameTable> {
    @Override
    public Set<TableName> tables(RenameTable change) {
        return Set.of(change.table(), renamed(change));
    }

    static TableName renamed(RenameTable change) {
        return new TableName(change.table().schema(), change.to());
    }

    @Override
    public Outcome compile(RenameTable change, Setting setting, StepNames names) {
        Objections objections = new Objections();
        Optional<Table> table = RenameTableObjections.check(change, setting, objections);
        if (objections.any() || table.isEmpty()) {
            return new Outcome.Refused(objections.all());
        }
        return switch (change.via()) {
            case VIEW -> TableByView.outcome(table.get(), change, setting, names);
            case COPY -> TableByCopy.outcome(table.get(), change, setting, names);
        };
    }
}
