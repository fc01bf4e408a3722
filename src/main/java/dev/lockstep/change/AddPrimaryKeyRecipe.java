package dev.lockstep.change;

import dev.lockstep.plan.Change.AddPrimaryKey;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Index;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A primary key without a scan under a strong lock: NOT NULL through a validated CHECK where it is missing, because the
 * server would look for NULLs under a lock that stops readers (P12); then a unique index, concurrently; then the two become
 * the key in an instant.
 */
final class AddPrimaryKeyRecipe implements Recipe<AddPrimaryKey> {
    @Override
    public Set<TableName> tables(AddPrimaryKey change) {
        return Set.of(change.table());
    }

    @Override
    public Outcome compile(AddPrimaryKey change, Setting setting, StepNames names) {
        Objections objections = new Objections();
        Optional<Tree> tree = Ground.tree(setting.catalogue(), change.table(), setting.path() + ".table", objections);
        tree.ifPresent(known -> check(known, change, setting.path(), objections));
        if (objections.any() || tree.isEmpty()) {
            return new Outcome.Refused(objections.all());
        }
        Table table = tree.get().root();
        Identifier name = name(change, table);
        IndexText text = IndexText.of(change.columns());
        List<Step> steps = new ArrayList<>();
        change.columns().stream()
                .flatMap(column -> table.column(column).stream())
                .filter(column -> !column.notNull())
                .forEach(column -> steps.addAll(new NotNull(tree.get(), column.name()).set(names)));
        steps.add(IndexSteps.noDuplicates(table, change.columns(), Optional.empty(), names));
        List<Identifier> built = List.of(name);
        if (tree.get().divided()) {
            PartitionedIndex parts = new PartitionedIndex(tree.get(), name, PartitionedIndex.Kind.PRIMARY_KEY, text);
            steps.addAll(parts.steps(names));
            built = parts.names();
        } else {
            steps.add(IndexSteps.build(table, name, true, text.rest(), names));
            steps.add(PartitionedIndex.constraint(change.table(), name, "PRIMARY KEY", "", names));
        }
        return new Outcome.Parts(
                List.of(new Part(PhaseType.EXPAND, Optional.empty(), steps)),
                IndexSteps.notes(tree.get(), built, setting.catalogue().serverVersion()));
    }

    private static Identifier name(AddPrimaryKey change, Table table) {
        return change.name().orElseGet(() -> new ServerNames(table).primaryKey());
    }

    private static void check(Tree tree, AddPrimaryKey change, String path, Objections objections) {
        for (Table table : tree.all()) {
            table.indexes().stream()
                    .filter(Index::primary)
                    .forEach(index -> objections.add(
                            path + ".table",
                            "Table " + table.name() + " already has a primary key, " + index.name()
                                    + ". Drop that in a plan of its own first."));
            change.name().ifPresent(name -> IndexSteps.nameIsFree(table, name, path + ".name", objections));
        }
        change.columns().forEach(column -> Ground.column(tree.root(), column, path + ".columns", objections));
        PartitionedIndex.checkKey(tree, change.columns(), path + ".columns", objections);
        Ground.rowsCanBeSeen(tree.root(), path + ".table", objections);
    }

    @Override
    public Catalogue after(AddPrimaryKey change, Catalogue catalogue) {
        return catalogue
                .table(change.table())
                .map(table -> catalogue.with(table.with(AddIndexRecipe.planned(
                        name(change, table), true, change.columns(), List.of(), Optional.empty()))))
                .orElse(catalogue);
    }
}
