package dev.lockstep.change;

import dev.lockstep.plan.Change.DropNotNull;
import dev.lockstep.plan.Violation;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Set;

/** Refuses, as long as there is no recipe. */
final class DropNotNullRecipe implements Recipe<DropNotNull> {
    @Override
    public Set<TableName> tables(DropNotNull change) {
        return Set.of();
    }

    @Override
    public Outcome compile(DropNotNull change, Setting setting, StepNames names) {
        return new Outcome.Refused(List.of(
                new Violation(setting.path(), "This version cannot do this change yet; write it as an sql change.")));
    }
}
