package dev.lockstep.change;

import dev.lockstep.change.Action.DropIndex;
import dev.lockstep.change.Action.RebuildIndex;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.Change.Reindex;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.schema.Constraint;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Index;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Builds indexes anew while the table is read and written: a step for each index, on each leaf of a partitioned table, so
 * that progress, a retry and a crash are about one index. There is nothing to take back.
 */
final class ReindexRecipe implements Recipe<Reindex> {
    /** How the server names the index that REINDEX CONCURRENTLY is building, and the one that it has replaced. */
    private static final Pattern LEFT_OVER = Pattern.compile("_cc(new|old)[0-9]*$");

    @Override
    public Set<TableName> tables(Reindex change) {
        return Set.of(change.table());
    }

    @Override
    public Outcome compile(Reindex change, Setting setting, StepNames names) {
        Objections objections = new Objections();
        Optional<Tree> tree =
                Ground.treeOrPart(setting.catalogue(), change.table(), setting.path() + ".table", objections);
        Optional<Index> index = tree.flatMap(known -> change.name()
                .flatMap(name -> DropIndexRecipe.find(known.root(), name, setting.path() + ".name", objections)));
        if (tree.isPresent()) {
            index.filter(known -> exclusion(tree.get().root(), known))
                    .ifPresent(known -> objections.add(
                            setting.path() + ".name",
                            "Index " + known.name() + " stands behind an exclusion constraint, and the server rebuilds"
                                    + " such a one only while the whole table is locked. Write REINDEX INDEX as an sql"
                                    + " change for a quiet hour."));
        }
        if (objections.any() || tree.isEmpty()) {
            return new Outcome.Refused(objections.all());
        }
        List<Step> steps = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        tree.get().leaves().forEach(leaf -> add(leaf, wanted(tree.get(), leaf, index), names, steps, notes));
        if (steps.isEmpty()) {
            objections.add(setting.path() + ".table", "Table " + change.table() + " has no index to be built anew.");
            return new Outcome.Refused(objections.all());
        }
        notes.addAll(IndexSteps.notes(tree.get(), List.of(), setting.catalogue().serverVersion()));
        return new Outcome.Parts(List.of(new Part(PhaseType.EXPAND, Optional.empty(), steps)), notes);
    }

    /** The leaf's own part of an index that is named on the root; every index where none is named. */
    private static List<Index> wanted(Tree tree, Table leaf, Optional<Index> named) {
        if (named.isEmpty() || tree.parentOf(leaf).isEmpty()) {
            return named.map(List::of).orElse(leaf.indexes());
        }
        Optional<Table> parent = tree.parentOf(leaf);
        List<Index> above = parent.map(known -> wanted(tree, known, named)).orElse(List.of());
        return leaf.indexes().stream()
                .filter(index -> index.ties()
                        .attachedTo()
                        .filter(name -> above.stream().map(Index::name).anyMatch(name::equals))
                        .isPresent())
                .toList();
    }

    private static void add(Table table, List<Index> indexes, StepNames names, List<Step> steps, List<String> notes) {
        List<Identifier> rebuilt = new ArrayList<>();
        for (Index index : indexes) {
            if (leftOver(index)) {
                continue;
            }
            if (exclusion(table, index)) {
                notes.add(
                        "Index " + index.name() + " is left as it is: it stands behind an exclusion constraint, and the"
                                + " server rebuilds such a one only while the whole table is locked.");
            } else if (indexes.size() > 1 && !index.valid()) {
                notes.add(
                        "Index " + index.name() + " is left as it is: it is unfinished, the debris of a build. Drop it"
                                + " with dropIndex, or name it to have it built after all.");
            } else {
                rebuilt.add(index.name());
            }
        }
        table.indexes().stream()
                .filter(ReindexRecipe::leftOver)
                .filter(debris -> rebuilt.stream().anyMatch(name -> isOf(name, debris.name())))
                .forEach(debris -> steps.add(new Step(
                        names.claim("drop-debris"),
                        "Drop " + debris.name() + ", which an earlier REINDEX CONCURRENTLY left unfinished",
                        new DropIndex(table.name(), debris.name()),
                        new Undo.Nothing(),
                        Look.indexGone(table.name(), debris.name()))));
        rebuilt.forEach(name -> steps.add(new Step(
                names.claim("reindex"),
                "Build index " + name + " of " + table.name() + " anew",
                new RebuildIndex(table.name(), name),
                new Undo.Nothing(),
                Look.NO_TRACE)));
    }

    private static boolean leftOver(Index index) {
        return !index.valid() && LEFT_OVER.matcher(index.name().value()).find();
    }

    /** The server cuts a long name before it puts its own ending on. */
    private static boolean isOf(Identifier index, Identifier debris) {
        return index.value().startsWith(LEFT_OVER.matcher(debris.value()).replaceFirst(""));
    }

    private static boolean exclusion(Table table, Index index) {
        return table.constraints().stream()
                .filter(constraint -> constraint.kind() == Constraint.Kind.EXCLUSION)
                .anyMatch(constraint ->
                        index.constraint().filter(constraint.name()::equals).isPresent());
    }
}
