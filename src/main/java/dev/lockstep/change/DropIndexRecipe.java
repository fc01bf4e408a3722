package dev.lockstep.change;

import dev.lockstep.plan.Change.DropIndex;
import dev.lockstep.plan.Violation;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Set;

/** Refuses, as long as there is no recipe. */
final class DropIndexRecipe implements Recipe<DropIndex> {
    @Override
    public Set<TableName> tables(DropIndex change) {
        return Set.of();
    }

    @Override
    public Outcome compile(DropIndex change, Setting setting, StepNames names) {
        return new Outcome.Refused(List.of(
                new Violation(setting.path(), "This version cannot do this change yet; write it as an sql change.")));
    }
}
