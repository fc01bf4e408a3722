package dev.lockstep.change;

import dev.lockstep.change.Action.Assertion;
import dev.lockstep.change.Action.Transactional;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.Change.DropIndex;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Index;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Drops an index that nothing but queries may rely on, and builds it again when it is taken back. It comes last, so that an
 * index of the same plan that replaces it is there before. Code may name a unique one in ON CONFLICT, so where the plan
 * lists workloads it waits for those.
 */
final class DropIndexRecipe implements Recipe<DropIndex> {
    @Override
    public Set<TableName> tables(DropIndex change) {
        return Set.of(change.table());
    }

    @Override
    public Outcome compile(DropIndex change, Setting setting, StepNames names) {
        Objections objections = new Objections();
        Optional<Tree> tree =
                Ground.treeOrPart(setting.catalogue(), change.table(), setting.path() + ".table", objections);
        Optional<Index> index =
                tree.flatMap(known -> find(known.root(), change.name(), setting.path() + ".name", objections));
        index.ifPresent(known -> check(known, change, setting.path() + ".name", objections));
        if (objections.any() || tree.isEmpty() || index.isEmpty()) {
            return new Outcome.Refused(objections.all());
        }
        boolean gated = index.get().unique() && !setting.spec().workloads().isEmpty();
        Optional<Milestone> require = gated ? Optional.of(Milestone.NEW_ONLY) : Optional.empty();
        List<Part> parts = new ArrayList<>();
        if (gated) {
            parts.add(new Part(PhaseType.DEPLOY, require, List.of()));
        }
        List<Step> steps = tree.get().divided()
                ? List.of(everywhere(tree.get(), index.get(), names))
                : drop(change.table(), index.get(), names);
        parts.add(new Part(PhaseType.CONTRACT, require, steps));
        return new Outcome.Parts(parts, notes(tree.get().root(), index.get()));
    }

    /** The index, if it is there; otherwise the reason goes to the objections. */
    static Optional<Index> find(Table table, Identifier name, String path, Objections objections) {
        Optional<Index> found = table.indexes().stream()
                .filter(index -> index.name().equals(name))
                .findFirst();
        if (found.isEmpty()) {
            objections.add(
                    path,
                    "Table " + table.name() + " has no index " + name + ". It has "
                            + IndexSteps.words(
                                    table.indexes().stream().map(Index::name).toList())
                            + ". Check the spelling; case counts.");
        }
        return found;
    }

    private static void check(Index index, DropIndex change, String path, Objections objections) {
        index.constraint()
                .ifPresent(constraint -> objections.add(
                        path,
                        "Index " + index.name() + " stands behind constraint " + constraint
                                + " and cannot go without it. Use dropConstraint: {table: " + change.table()
                                + ", name: " + constraint + "}."));
        index.ties()
                .attachedTo()
                .ifPresent(above -> objections.add(
                        path,
                        "Index " + index.name() + " is one partition's part of index " + above
                                + " and cannot go by itself. Drop " + above + " on the partitioned table."));
        if (index.ties().replicaIdentity()) {
            objections.add(
                    path,
                    "Logical replication identifies the rows of " + change.table() + " by index " + index.name()
                            + " (REPLICA IDENTITY USING INDEX); without it, updates would be refused or not replicated."
                            + " Give the table another replica identity first.");
        }
        List<String> others =
                index.constraint().isPresent() ? List.of() : index.ties().neededBy();
        if (!others.isEmpty()) {
            objections.add(
                    path,
                    "These need index " + index.name() + ": " + String.join(", ", others)
                            + ". Drop or change each of them first, in a plan that runs before this one.");
        }
    }

    /** What the definition does not say is put back last, which is the undo of a step before the drop. */
    private static List<Step> drop(TableName table, Index index, StepNames names) {
        List<Step> steps = new ArrayList<>();
        if (index.valid() && !index.ties().extras().isEmpty()) {
            String gone = "SELECT " + SqlText.literal(index.name().value()) + " WHERE ("
                    + Look.indexGone(table, index.name()) + ")";
            steps.add(new Step(
                    names.claim("index-is-there"),
                    "See that index " + index.name() + " is there, as when the plan was reviewed",
                    new Assertion(
                            gone,
                            "Table " + table + " has the index " + index.name() + ".",
                            "Somebody has dropped it since. Abort: there is nothing left to do."),
                    new Undo.By(new Transactional(
                            List.of(SqlText.onlyIf(
                                    Look.indexValid(table, index.name()),
                                    index.ties().extras().toArray(String[]::new))),
                            List.of(new TableLock(table, LockMode.SHARE_UPDATE_EXCLUSIVE)),
                            false)),
                    Look.noRow(gone)));
        }
        steps.add(IndexSteps.drop(table, index, names));
        return steps;
    }

    /** The server drops a partitioned index only as a whole and at once (P11); it takes an instant. */
    private static Step everywhere(Tree tree, Index index, StepNames names) {
        TableName root = tree.root().name();
        return new Step(
                names.claim("drop-index"),
                "Drop index " + index.name() + " on " + root + " and on all its partitions",
                new Transactional(
                        List.of("DROP INDEX " + new TableName(root.schema(), index.name()).sql()),
                        tree.locks(LockMode.ACCESS_EXCLUSIVE),
                        false),
                new Undo.Impossible("Index " + index.name() + " is gone from every partition of " + root
                        + "; only a plan with addIndex brings it back, partition by partition: " + index.definition()
                        + "."),
                Look.indexGone(root, index.name()));
    }

    private static List<String> notes(Table table, Index index) {
        List<String> notes = new ArrayList<>();
        boolean another = table.indexes().stream()
                .anyMatch(other -> !other.name().equals(index.name())
                        && other.unique()
                        && other.valid()
                        && Set.copyOf(other.columns()).equals(Set.copyOf(index.columns())));
        if (index.unique() && index.valid() && !another) {
            notes.add("Index " + index.name() + " is the only one that keeps " + IndexSteps.words(index.columns())
                    + " unique. ON CONFLICT that names these columns fails without it, and duplicates can come that"
                    + " would keep it from being built again.");
        }
        if (!index.valid()) {
            notes.add("Index " + index.name() + " is unfinished: no query uses it. Going back does not bring it back.");
        }
        return notes;
    }
}
