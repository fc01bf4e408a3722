package dev.lockstep.change;

import dev.lockstep.plan.Change.SetNotNull;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.schema.Column;
import dev.lockstep.schema.Constraint;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Makes a column NOT NULL in the contract, because code that may still write NULL would fail from the first step on: the
 * CHECK that comes first refuses such writes at once. With workloads listed it waits for the code that always writes a
 * value. Rows without one are named, and hold the run until somebody gives them one.
 */
final class SetNotNullRecipe implements Recipe<SetNotNull> {
    @Override
    public Set<TableName> tables(SetNotNull change) {
        return Set.of(change.table());
    }

    @Override
    public Outcome compile(SetNotNull change, Setting setting, StepNames names) {
        Objections objections = new Objections();
        Optional<Tree> tree = Ground.tree(setting.catalogue(), change.table(), setting.path() + ".table", objections);
        Optional<Column> column = tree.flatMap(
                known -> Ground.column(known.root(), change.column(), setting.path() + ".column", objections));
        tree.ifPresent(known -> {
            Ground.noOtherRun(known.root(), setting.path() + ".table", objections);
            known.all().forEach(table -> Ground.rowsCanBeSeen(table, setting.path() + ".table", objections));
        });
        column.filter(Column::notNull)
                .ifPresent(known -> objections.add(
                        setting.path() + ".column", already(tree.orElseThrow().root(), known)));
        if (objections.any() || tree.isEmpty()) {
            return new Outcome.Refused(objections.all());
        }
        boolean gated = !setting.spec().workloads().isEmpty();
        Optional<Milestone> require = gated ? Optional.of(Milestone.DUAL_WRITE) : Optional.empty();
        List<Part> parts = new ArrayList<>();
        if (gated) {
            parts.add(new Part(PhaseType.DEPLOY, require, List.of()));
        }
        parts.add(new Part(PhaseType.CONTRACT, require, new NotNull(tree.get(), change.column()).set(names)));
        return new Outcome.Parts(parts, gated ? List.of() : List.of(ungated(change)));
    }

    private static String already(Table table, Column column) {
        return table.constraints().stream()
                .filter(constraint -> constraint.kind() == Constraint.Kind.NOT_NULL && !constraint.validated())
                .filter(constraint -> constraint.columns().contains(column.name()))
                .map(constraint -> "Column " + column.name() + " has the NOT NULL constraint " + constraint.name()
                        + ", which was never validated. An sql change completes it: ALTER TABLE "
                        + table.name().sql() + " VALIDATE CONSTRAINT "
                        + constraint.name().sql() + ".")
                .findFirst()
                .orElse("Column " + column.name() + " is NOT NULL already. Leave this change out.");
    }

    private static String ungated(SetNotNull change) {
        return "The plan lists no workloads, so nothing waits for code that may still leave " + change.column()
                + " out: its writes would fail from the contract's first step on.";
    }
}
