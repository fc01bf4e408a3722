package dev.lockstep.change;

import dev.lockstep.plan.Change.Sql;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Runs SQL that the author wrote, in the phase that the author chose. What it does, only its author knows. */
final class SqlRecipe implements Recipe<Sql> {
    @Override
    public Set<TableName> tables(Sql change) {
        return Set.copyOf(change.step().tables());
    }

    @Override
    public Outcome compile(Sql change, Setting setting, StepNames names) {
        Objections objections = new Objections();
        if (change.phase() == PhaseType.DEPLOY) {
            objections.add(
                    setting.path() + ".phase",
                    "A Deploy phase only waits and runs nothing; use Expand, Backfill or Contract.");
        }
        Step step = RawSql.step(change.step(), change.phase(), setting.path(), names, objections);
        if (objections.any()) {
            return new Outcome.Refused(objections.all());
        }
        // What a contract takes away, some code may still use; with workloads listed it waits for them.
        boolean gated = change.phase() == PhaseType.CONTRACT
                && !setting.spec().workloads().isEmpty();
        Optional<Milestone> require = gated ? Optional.of(Milestone.NEW_ONLY) : Optional.empty();
        List<Part> parts = new ArrayList<>();
        if (gated) {
            parts.add(new Part(PhaseType.DEPLOY, require, List.of()));
        }
        parts.add(new Part(change.phase(), require, List.of(step)));
        return new Outcome.Parts(parts, List.of());
    }
}
