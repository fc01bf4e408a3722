package dev.lockstep.change;

import dev.lockstep.change.Action.Assertion;
import dev.lockstep.change.Action.BuildIndex;
import dev.lockstep.change.Action.DropIndex;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.Change.DropColumn;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.schema.Column;
import dev.lockstep.schema.Column.DefaultValue;
import dev.lockstep.schema.Constraint;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Index;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Drops a column that no code uses any more. What hangs on it goes first, each alone and so that it can be put back: a
 * foreign key, because dropping it with the column would lock the other table as well (P5), and indexes, concurrently.
 * The column itself is the point of no return. Nothing is dropped by CASCADE (P35).
 */
final class DropColumnRecipe implements Recipe<DropColumn> {
    @Override
    public Set<TableName> tables(DropColumn change) {
        return Set.of(change.table());
    }

    @Override
    public Outcome compile(DropColumn change, Setting setting, StepNames names) {
        Objections objections = new Objections();
        Optional<Tree> tree = Ground.tree(setting.catalogue(), change.table(), setting.path() + ".table", objections);
        Optional<Column> column = tree.flatMap(
                known -> Ground.column(known.root(), change.column(), setting.path() + ".column", objections));
        if (tree.isPresent() && column.isPresent()) {
            Hiding.of(setting.spec()).key(tree.get().root(), setting.path() + ".table", objections);
            DropObjections.check(tree.get(), column.get(), setting.path(), objections);
        }
        if (objections.any() || tree.isEmpty() || column.isEmpty()) {
            return new Outcome.Refused(objections.all());
        }
        List<Part> parts = List.of(
                new Part(PhaseType.EXPAND, Optional.empty(), expand(tree.get(), column.get(), names)),
                new Part(PhaseType.DEPLOY, Optional.of(Milestone.NEW_ONLY), List.of()),
                new Part(
                        PhaseType.CONTRACT,
                        Optional.of(Milestone.NEW_ONLY),
                        contract(tree.get(), column.get(), setting, names)));
        return new Outcome.Parts(parts, notes(tree.get().root(), column.get(), Hiding.of(setting.spec())));
    }

    /** Code that no longer knows the column must be able to insert rows while it is still there. */
    private static List<Step> expand(Tree tree, Column column, StepNames names) {
        boolean inTheWay = column.notNull() && column.defaultValue() instanceof DefaultValue.None;
        return inTheWay ? new NotNull(tree, column.name()).release(names) : List.of();
    }

    private static List<Step> contract(Tree tree, Column column, Setting setting, StepNames names) {
        Hiding hiding = Hiding.of(setting.spec());
        List<Step> steps = new ArrayList<>();
        steps.add(dependents(tree, column, names));
        if (hiding.wanted() || hiding.keeps()) {
            steps.add(hide(tree, column, names));
            steps.addAll(hiding.meanwhile(
                    names,
                    tree.name() + "." + column.name(),
                    tree.name(),
                    RowNames.key(tree.root()),
                    List.of(new Action.Kept(Hiding.column(tree.name(), column.name()), column.name()))));
            foreignKeys(tree.root(), column)
                    .forEach(key -> steps.add(new ForeignKeyDrop(tree.name(), key).forGood(lost(tree, column), names)));
            indexes(tree, column).forEach(index -> steps.add(dropIndex(tree.name(), index, lost(tree, column), names)));
            steps.add(drop(tree, column, Hiding.column(tree.name(), column.name()), names));
        } else {
            foreignKeys(tree.root(), column)
                    .forEach(key -> steps.addAll(new ForeignKeyDrop(tree.name(), key).steps(names)));
            indexes(tree, column)
                    .forEach(index -> steps.add(dropIndex(tree.name(), index, back(tree.root(), index), names)));
            steps.add(drop(tree, column, column.name(), names));
        }
        return steps;
    }

    private static Step hide(Tree tree, Column column, StepNames names) {
        Identifier hidden = Hiding.column(tree.name(), column.name());
        String alter = tree.alter() + "RENAME COLUMN ";
        return new Step(
                names.claim("hide"),
                "Hide " + tree.name() + "." + column.name() + " as " + hidden,
                tree.brief(alter + column.name().sql() + " TO " + hidden.sql()),
                new Undo.By(tree.brief(SqlText.onlyIf(
                        Look.columnExists(tree.name(), hidden),
                        alter + hidden.sql() + " TO " + column.name().sql()))),
                Look.renamed(tree.name(), column.name(), hidden));
    }

    private static Step drop(Tree tree, Column column, Identifier now, StepNames names) {
        return new Step(
                names.claim("drop-column"),
                "Drop " + tree.name() + "." + column.name(),
                tree.brief(tree.alter() + "DROP COLUMN " + now.sql()),
                lost(tree, column),
                Look.columnGone(tree.name(), now));
    }

    private static Undo.Impossible lost(Tree tree, Column column) {
        return new Undo.Impossible(
                "The values of " + tree.name() + "." + column.name() + " are lost; only a backup has them.");
    }

    private static Step dependents(Tree tree, Column column, StepNames names) {
        String query = TriggerSources.mentioning(tree, column.name());
        return new Step(
                names.claim("dependents"),
                "Look for trigger functions that still say " + column.name(),
                new Assertion(
                        query,
                        "No trigger on " + tree.name() + " uses column " + column.name() + ".",
                        "Rewrite the function without the column, or drop the trigger; otherwise every write would fail"
                                + " in it."),
                new Undo.Nothing(),
                Look.noRow(query));
    }

    private static Stream<Constraint> foreignKeys(Table table, Column column) {
        return table.constraints().stream()
                .filter(constraint -> constraint.kind() == Constraint.Kind.FOREIGN_KEY)
                .filter(constraint -> constraint.columns().contains(column.name()));
    }

    private static Stream<Index> indexes(Table table, Column column) {
        return table.indexes().stream()
                .filter(index -> index.constraint().isEmpty())
                .filter(index -> index.columns().contains(column.name()));
    }

    /** A partitioned index cannot be dropped concurrently (P11); it goes with the column, which takes no longer. */
    private static Stream<Index> indexes(Tree tree, Column column) {
        return tree.divided() ? Stream.empty() : indexes(tree.root(), column);
    }

    private static Undo back(Table table, Index index) {
        return index.valid()
                ? new Undo.By(new BuildIndex(table.name(), index.name(), IndexSteps.concurrently(index.definition())))
                : new Undo.Nothing();
    }

    private static Step dropIndex(TableName table, Index index, Undo undo, StepNames names) {
        return new Step(
                names.claim("drop-index"),
                "Drop index " + index.name(),
                new DropIndex(table, index.name()),
                undo,
                Look.indexGone(table, index.name()));
    }

    private static List<String> notes(Table table, Column column, Hiding hiding) {
        List<String> notes = new ArrayList<>();
        if (hiding.wanted()) {
            notes.add("While it is hidden, code that reads every column (SELECT *) still gets " + column.name()
                    + ", under the name " + Hiding.column(table.name(), column.name()) + ".");
        }
        indexes(table, column)
                .filter(index -> index.columns().size() > 1)
                .forEach(index -> notes.add("Index " + index.name() + " covers other columns too, and goes with "
                        + column.name() + ". If queries need it, create one without the column first."));
        if (column.defaultValue() instanceof DefaultValue.Volatile
                || column.defaultValue() instanceof DefaultValue.Identity) {
            notes.add("If " + column.name() + " owns a sequence, that is dropped with it.");
        }
        table.triggers().stream()
                .filter(trigger -> RenameNotes.mentions(trigger.functionSource(), column.name()))
                .forEach(trigger -> notes.add("Trigger " + trigger.name() + " calls " + trigger.function()
                        + ", whose source says " + column.name() + ". It must not by the contract, which waits for"
                        + " that."));
        return notes;
    }
}
