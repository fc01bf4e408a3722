package dev.lockstep.change;

import dev.lockstep.change.Action.Assertion;
import dev.lockstep.change.Action.Transactional;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An index over a partitioned table, or a constraint with one, built leaf by leaf, because the server builds none on a
 * partitioned table without stopping writes (P11).
 *
 * <p>The leaves come first, then the divided tables get theirs in an instant, and the leaves' are attached to them. In this
 * order everything can be taken back: an attached index cannot be dropped by itself, but goes with the one that it is
 * attached to, and the divided tables' are taken back before those of the leaves.
 */
final class PartitionedIndex {
    private final Tree tree;
    private final Identifier name;
    private final Kind kind;
    private final IndexText text;
    private final Map<TableName, Identifier> nameOn = new HashMap<>();

    /** What is built. */
    enum Kind {
        INDEX(""),
        UNIQUE_INDEX(""),
        UNIQUE("UNIQUE"),
        PRIMARY_KEY("PRIMARY KEY");

        private final String constraint;

        Kind(String constraint) {
            this.constraint = constraint;
        }

        private boolean isConstraint() {
            return !constraint.isEmpty();
        }
    }

    PartitionedIndex(Tree tree, Identifier name, Kind kind, IndexText text) {
        this.tree = tree;
        this.name = name;
        this.kind = kind;
        this.text = text;
        tree.all()
                .forEach(table -> nameOn.put(table.name(), tree.parentOf(table).isEmpty() ? name : partName(table)));
    }

    private Identifier partName(Table table) {
        ServerNames given = new ServerNames(table);
        return switch (kind) {
            case INDEX, UNIQUE_INDEX -> given.index(text.columns());
            case UNIQUE -> given.unique(text.columns());
            case PRIMARY_KEY -> given.primaryKey();
        };
    }

    /** The names of the indexes that are built, the leaves' own too. */
    List<Identifier> names() {
        return List.copyOf(nameOn.values());
    }

    Identifier nameOn(Table table) {
        return Optional.ofNullable(nameOn.get(table.name())).orElse(name);
    }

    List<Step> steps(StepNames names) {
        List<Step> steps = new ArrayList<>();
        for (Table leaf : tree.leaves()) {
            steps.add(IndexSteps.build(leaf, nameOn(leaf), kind != Kind.INDEX, text.rest(), names));
            if (kind.isConstraint()) {
                steps.add(constraint(leaf.name(), nameOn(leaf), kind.constraint, "", names));
            }
        }
        steps.add(frame(names));
        tree.leaves().forEach(leaf -> steps.add(attach(leaf, names)));
        steps.add(complete(names));
        return steps;
    }

    /** Makes a constraint of a finished unique index, without looking at a row (P12). */
    static Step constraint(TableName table, Identifier name, String kind, String behind, StepNames names) {
        List<TableLock> locks = List.of(new TableLock(table, LockMode.ACCESS_EXCLUSIVE));
        String alter = "ALTER TABLE " + table.sql() + " ";
        return new Step(
                names.claim("constraint"),
                "Make index " + name + " the " + (kind.startsWith("PRIMARY") ? "primary key" : "unique constraint")
                        + " of " + table,
                new Transactional(
                        List.of(alter + "ADD CONSTRAINT " + name.sql() + " " + kind + " USING INDEX " + name.sql()
                                + behind),
                        locks,
                        false),
                new Undo.By(
                        new Transactional(List.of(alter + "DROP CONSTRAINT IF EXISTS " + name.sql()), locks, false)),
                Look.constraintExists(table, name));
    }

    /** The indexes of the divided tables, which hold nothing: those of the leaves are attached to them. */
    private Step frame(StepNames names) {
        List<String> statements = new ArrayList<>();
        for (Table parent : tree.parents()) {
            statements.add(
                    kind.isConstraint()
                            ? "ALTER TABLE ONLY " + parent.name().sql() + " ADD CONSTRAINT "
                                    + nameOn(parent).sql() + " " + kind.constraint + " " + text.rest()
                            : "CREATE " + (kind == Kind.UNIQUE_INDEX ? "UNIQUE " : "") + "INDEX "
                                    + nameOn(parent).sql() + " ON ONLY "
                                    + parent.name().sql() + " " + text.rest());
            tree.parentOf(parent).ifPresent(above -> statements.add(attachment(above, parent)));
        }
        LockMode mode = kind.isConstraint() ? LockMode.ACCESS_EXCLUSIVE : LockMode.SHARE;
        TableName root = tree.root().name();
        String undo = kind.isConstraint()
                ? "ALTER TABLE " + root.sql() + " DROP CONSTRAINT IF EXISTS " + name.sql()
                : "DROP INDEX IF EXISTS " + new TableName(root.schema(), name).sql();
        return new Step(
                names.claim("partitioned"),
                "Declare " + name + " on " + root + ", for the partitions' own to be attached to",
                new Transactional(
                        statements,
                        tree.parents().stream()
                                .map(parent -> new TableLock(parent.name(), mode))
                                .toList(),
                        false),
                new Undo.By(new Transactional(List.of(undo), tree.locks(LockMode.ACCESS_EXCLUSIVE), false)),
                Look.indexExists(root, name));
    }

    private Step attach(Table leaf, StepNames names) {
        Table parent = tree.parentOf(leaf).orElse(tree.root());
        return new Step(
                names.claim("attach"),
                "Attach " + nameOn(leaf) + " of " + leaf.name() + " to " + nameOn(parent) + " of " + parent.name(),
                new Transactional(
                        List.of(attachment(parent, leaf)),
                        // Whoever plans a query on the leaf opens its indexes, and the statement locks one of them.
                        List.of(new TableLock(leaf.name(), LockMode.ACCESS_EXCLUSIVE)),
                        false),
                new Undo.Nothing(),
                Look.indexAttached(leaf.name(), nameOn(leaf)));
    }

    private String attachment(Table parent, Table part) {
        return "ALTER INDEX " + indexOn(parent) + " ATTACH PARTITION " + indexOn(part);
    }

    private String indexOn(Table table) {
        return new TableName(table.name().schema(), nameOn(table)).sql();
    }

    /** A partition that came after the plan was compiled would leave the whole incomplete, and no query could use it. */
    private Step complete(StepNames names) {
        TableName root = tree.root().name();
        String query = "SELECT leaf.relid::pg_catalog.text FROM pg_catalog.pg_partition_tree(" + Look.oid(root)
                + ") AS leaf\nWHERE leaf.isleaf AND NOT EXISTS (SELECT FROM pg_catalog.pg_index i\n  WHERE i.indrelid ="
                + " leaf.relid AND i.indisvalid AND EXISTS (SELECT FROM pg_catalog.pg_partition_ancestors(i.indexrelid) a\n"
                + "    WHERE a.relid = pg_catalog.to_regclass("
                + SqlText.literal(new TableName(root.schema(), name).sql()) + ")))";
        return new Step(
                names.claim("complete"),
                "See that " + name + " covers every partition",
                new Assertion(
                        query,
                        "Every partition of " + root + " has its part of " + name + ".",
                        "These partitions came while the plan ran. Build the same index on each, concurrently, and attach it"
                                + " with ALTER INDEX … ATTACH PARTITION; or roll back and start the plan anew."),
                new Undo.Nothing(),
                Look.indexValid(root, name));
    }

    /** Whether the server can keep this unique over all partitions: each row's key must say which partition it is in. */
    static void checkKey(Tree tree, List<Identifier> columns, String path, Objections objections) {
        for (Table parent : tree.parents()) {
            Table.PartitionKey key = parent.partitionKey().orElseThrow();
            if (key.computed() || !columns.containsAll(key.columns())) {
                objections.add(
                        path,
                        "Table " + parent.name() + " is partitioned by " + key.definition()
                                + ", and the server keeps rows unique only within each partition. "
                                + (key.computed()
                                        ? "It cannot do so over partitions by an expression; a unique index on each"
                                                + " partition alone is the most that there is."
                                        : "Add " + IndexSteps.words(key.columns()) + " to the columns."));
            }
        }
    }
}
