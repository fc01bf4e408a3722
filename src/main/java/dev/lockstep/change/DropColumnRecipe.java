package dev.lockstep.change;

import dev.lockstep.change.Action.Assertion;
import dev.lockstep.change.Action.BuildIndex;
import dev.lockstep.change.Action.DropIndex;
import dev.lockstep.change.Action.Transactional;
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
        Optional<Table> table =
                Ground.table(setting.catalogue(), change.table(), setting.path() + ".table", objections);
        Optional<Column> column =
                table.flatMap(known -> Ground.column(known, change.column(), setting.path() + ".column", objections));
        if (table.isPresent() && column.isPresent()) {
            DropObjections.check(table.get(), column.get(), setting.path(), objections);
        }
        if (objections.any() || table.isEmpty() || column.isEmpty()) {
            return new Outcome.Refused(objections.all());
        }
        List<Part> parts = List.of(
                new Part(PhaseType.EXPAND, Optional.empty(), expand(table.get(), column.get(), names)),
                new Part(PhaseType.DEPLOY, Optional.of(Milestone.NEW_ONLY), List.of()),
                new Part(
                        PhaseType.CONTRACT,
                        Optional.of(Milestone.NEW_ONLY),
                        contract(table.get(), column.get(), setting, names)));
        return new Outcome.Parts(parts, notes(table.get(), column.get(), Hiding.of(setting.spec())));
    }

    /** Code that no longer knows the column must be able to insert rows while it is still there. */
    private static List<Step> expand(Table table, Column column, StepNames names) {
        boolean inTheWay = column.notNull() && column.defaultValue() instanceof DefaultValue.None;
        return inTheWay ? new NotNull(table, column.name()).release(names) : List.of();
    }

    private static List<Step> contract(Table table, Column column, Setting setting, StepNames names) {
        Hiding hiding = Hiding.of(setting.spec());
        List<Step> steps = new ArrayList<>();
        steps.add(dependents(table, column, names));
        if (hiding.wanted()) {
            steps.add(hide(table, column, names));
            steps.addAll(hiding.meanwhile(names, table.name() + "." + column.name()));
            foreignKeys(table, column)
                    .forEach(key -> steps.add(dropForeignKey(table.name(), key, lost(table, column), names)));
            indexes(table, column)
                    .forEach(index -> steps.add(dropIndex(table.name(), index, lost(table, column), names)));
            steps.add(drop(table, column, Hiding.column(table.name(), column.name()), names));
        } else {
            foreignKeys(table, column).forEach(key -> steps.addAll(new ForeignKeyDrop(table.name(), key).steps(names)));
            indexes(table, column)
                    .forEach(index -> steps.add(dropIndex(table.name(), index, back(table, index), names)));
            steps.add(drop(table, column, column.name(), names));
        }
        return steps;
    }

    private static Step hide(Table table, Column column, StepNames names) {
        Identifier hidden = Hiding.column(table.name(), column.name());
        String alter = "ALTER TABLE " + table.name().sql() + " RENAME COLUMN ";
        List<TableLock> locks = List.of(new TableLock(table.name(), LockMode.ACCESS_EXCLUSIVE));
        return new Step(
                names.claim("hide"),
                "Hide " + table.name() + "." + column.name() + " as " + hidden,
                new Transactional(List.of(alter + column.name().sql() + " TO " + hidden.sql()), locks, false),
                new Undo.By(new Transactional(
                        List.of(SqlText.onlyIf(
                                Look.columnExists(table.name(), hidden),
                                alter + hidden.sql() + " TO " + column.name().sql())),
                        locks,
                        false)),
                Look.renamed(table.name(), column.name(), hidden));
    }

    private static Step drop(Table table, Column column, Identifier now, StepNames names) {
        return new Step(
                names.claim("drop-column"),
                "Drop " + table.name() + "." + column.name(),
                new Transactional(
                        List.of("ALTER TABLE " + table.name().sql() + " DROP COLUMN " + now.sql()),
                        List.of(new TableLock(table.name(), LockMode.ACCESS_EXCLUSIVE)),
                        false),
                lost(table, column),
                Look.columnGone(table.name(), now));
    }

    private static Undo lost(Table table, Column column) {
        return new Undo.Impossible(
                "The values of " + table.name() + "." + column.name() + " are lost; only a backup has them.");
    }

    private static Step dependents(Table table, Column column, StepNames names) {
        String query = TriggerSources.mentioning(table.name(), column.name());
        return new Step(
                names.claim("dependents"),
                "Look for trigger functions that still say " + column.name(),
                new Assertion(
                        query,
                        "No trigger on " + table.name() + " uses column " + column.name() + ".",
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

    /** After the revert window: it is the beginning of the end, so nothing is prepared for putting it back. */
    private static Step dropForeignKey(TableName table, Constraint key, Undo undo, StepNames names) {
        List<TableLock> both = Stream.concat(Stream.of(table), key.referenced().stream())
                .distinct()
                .map(each -> new TableLock(each, LockMode.ACCESS_EXCLUSIVE))
                .toList();
        return new Step(
                names.claim("drop-foreign-key"),
                "Drop foreign key " + key.name(),
                new Transactional(
                        List.of("ALTER TABLE " + table.sql() + " DROP CONSTRAINT IF EXISTS "
                                + key.name().sql()),
                        both,
                        false),
                undo,
                Look.constraintGone(table, key.name()));
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
