package dev.lockstep.change;

import dev.lockstep.plan.Change.DropTable;
import dev.lockstep.plan.Violation;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Set;

/** Refuses, as long as there is no recipe. */
final class DropTableRecipe implements Recipe<DropTable> {
    @Override
    public Set<TableName> tables(DropTable change) {
        return Set.of();
    }

    @Override
    public Outcome compile(DropTable change, Setting setting, StepNames names) {
        return new Outcome.Refused(List.of(
                new Violation(setting.path(), "This version cannot do this change yet; write it as an sql change.")));
    }
}
