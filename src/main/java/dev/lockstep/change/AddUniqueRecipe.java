package dev.lockstep.change;

import dev.lockstep.plan.Change.AddUnique;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A unique index built while the table is read and written, then made a constraint in an instant. Duplicates are looked for
 * first, so that the run is held with their names.
 */
final class AddUniqueRecipe implements Recipe<AddUnique> {
    @Override
    public Set<TableName> tables(AddUnique change) {
        return Set.of(change.table());
    }

    @Override
    public Outcome compile(AddUnique change, Setting setting, StepNames names) {
        Objections objections = new Objections();
        Optional<Tree> tree = Ground.tree(setting.catalogue(), change.table(), setting.path() + ".table", objections);
        tree.ifPresent(known -> {
            change.columns()
                    .forEach(column -> Ground.column(known.root(), column, setting.path() + ".columns", objections));
            known.all()
                    .forEach(
                            table -> IndexSteps.nameIsFree(table, change.name(), setting.path() + ".name", objections));
            PartitionedIndex.checkKey(known, change.columns(), setting.path() + ".columns", objections);
            Ground.rowsCanBeSeen(known.root(), setting.path() + ".table", objections);
        });
        if (objections.any() || tree.isEmpty()) {
            return new Outcome.Refused(objections.all());
        }
        IndexText text = IndexText.of(change.columns());
        List<Step> steps = new ArrayList<>();
        steps.add(IndexSteps.noDuplicates(tree.get().root(), change.columns(), Optional.empty(), names));
        List<Identifier> built = List.of(change.name());
        if (tree.get().divided()) {
            PartitionedIndex parts =
                    new PartitionedIndex(tree.get(), change.name(), PartitionedIndex.Kind.UNIQUE, text);
            steps.addAll(parts.steps(names));
            built = parts.names();
        } else {
            steps.add(IndexSteps.build(tree.get().root(), change.name(), true, text.rest(), names));
            steps.add(PartitionedIndex.constraint(change.table(), change.name(), "UNIQUE", "", names));
        }
        return new Outcome.Parts(
                List.of(new Part(PhaseType.EXPAND, Optional.empty(), steps)),
                IndexSteps.notes(tree.get(), built, setting.catalogue().serverVersion()));
    }

    @Override
    public Catalogue after(AddUnique change, Catalogue catalogue) {
        return catalogue
                .table(change.table())
                .map(table -> catalogue.with(table.with(
                        AddIndexRecipe.planned(change.name(), true, change.columns(), List.of(), Optional.empty()))))
                .orElse(catalogue);
    }
}
