package dev.lockstep.change;

import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.Violation;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Set;

/** Placeholder until the compiler is merged: refuses everything. */
public final class Compiler {
    private Compiler() {}

    public static Set<TableName> tables(PlanSpec spec) {
        return Set.of();
    }

    public static Compilation compile(PlanSpec spec, Catalogue catalogue) {
        return new Compilation.Refused(List.of(new Violation("spec", "no recipe yet")));
    }
}
