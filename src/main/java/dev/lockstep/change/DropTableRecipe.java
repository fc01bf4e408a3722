package dev.lockstep.change;

import dev.lockstep.change.Action.Assertion;
import dev.lockstep.change.Action.Transactional;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.Change.DropTable;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.schema.Column;
import dev.lockstep.schema.Column.DefaultValue;
import dev.lockstep.schema.Constraint;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.Table.TableDependent;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Drops a table that no code uses any more. Foreign keys go first, each alone, because dropping them with the table would
 * lock the tables at their other ends as well (P5): those of other tables that refer to it, and its own. The table itself is
 * the point of no return. Nothing is dropped by CASCADE (P35).
 */
final class DropTableRecipe implements Recipe<DropTable> {
    @Override
    public Set<TableName> tables(DropTable change) {
        return Set.of(change.table());
    }

    @Override
    public Outcome compile(DropTable change, Setting setting, StepNames names) {
        Objections objections = new Objections();
        Optional<Table> table =
                Ground.table(setting.catalogue(), change.table(), setting.path() + ".table", objections);
        table.ifPresent(known -> {
            Ground.noOtherRun(known, setting.path() + ".table", objections);
            check(known, setting.path() + ".table", objections);
        });
        if (objections.any() || table.isEmpty()) {
            return new Outcome.Refused(objections.all());
        }
        Optional<Milestone> require = Optional.of(Milestone.NEW_ONLY);
        List<Step> steps = new ArrayList<>();
        steps.add(dependents(change.table(), names));
        Hiding hiding = Hiding.of(setting.spec());
        if (hiding.wanted() || hiding.keeps()) {
            steps.addAll(hidden(table.get(), hiding, names));
        } else {
            foreignKeys(table.get(), change.table()).forEach(key -> steps.addAll(key.steps(names)));
            steps.add(drop(table.get(), change.table(), names));
        }
        return new Outcome.Parts(
                List.of(new Part(PhaseType.DEPLOY, require, List.of()), new Part(PhaseType.CONTRACT, require, steps)),
                notes(table.get()));
    }

    private static void check(Table table, String path, Objections objections) {
        String dependents = table.wholeDependents().stream()
                .filter(dependent -> !dependent.kind().equals(TableDependents.PUBLICATION))
                .map(TableDependent::description)
                .collect(Collectors.joining(", "));
        if (!dependents.isEmpty()) {
            objections.add(
                    path,
                    "These need " + table.name() + " and would have to go with it: " + dependents
                            + ". Change or drop each"
                            + " of them first, with sql changes in a plan that runs before this one.");
        }
    }

    /** Those of other tables first: they guard rows that stay. */
    private static Stream<ForeignKeyDrop> foreignKeys(Table table, TableName now) {
        Stream<ForeignKeyDrop> inbound = table.inboundKeys().stream()
                .map(key -> new ForeignKeyDrop(
                        key.table(), key.name(), Optional.of(now), key.definition(), key.validated()));
        Stream<ForeignKeyDrop> outbound = table.constraints().stream()
                .filter(constraint -> constraint.kind() == Constraint.Kind.FOREIGN_KEY)
                .filter(constraint ->
                        constraint.referenced().filter(table.name()::equals).isEmpty())
                .map(constraint -> new ForeignKeyDrop(now, constraint));
        return Stream.concat(inbound, outbound);
    }

    /** What has come since the plan was reviewed is seen before anything is dropped (P14). */
    private static Step dependents(TableName table, StepNames names) {
        String query = "SELECT description FROM (" + TableDependents.query(Look.oid(table)) + ") AS d WHERE kind <> "
                + SqlText.literal(TableDependents.PUBLICATION);
        return new Step(
                names.claim("dependents"),
                "Look for what still needs table " + table,
                new Assertion(
                        query,
                        "Nothing in the database needs table " + table + ".",
                        "Change or drop each of these so that it does not; they would have to go with the table, and"
                                + " nothing is dropped that the plan does not name."),
                new Undo.Nothing(),
                Look.noRow(query));
    }

    /** Under another name it keeps its rows, its foreign keys and all else until the revert window is over. */
    private static List<Step> hidden(Table table, Hiding hiding, StepNames names) {
        TableName aside = Hiding.table(table.name());
        List<Step> steps = new ArrayList<>();
        steps.add(new Step(
                names.claim("hide"),
                "Hide " + table.name() + " as " + aside.name(),
                new Transactional(List.of(rename(table.name(), aside)), exclusively(table.name()), false),
                new Undo.By(new Transactional(
                        List.of(SqlText.onlyIf(Look.tableExists(aside), rename(aside, table.name()))),
                        exclusively(aside),
                        false)),
                Look.tableRenamed(table.name(), aside)));
        List<Identifier> key = RowNames.key(table);
        steps.addAll(hiding.meanwhile(
                names,
                table.name().toString(),
                aside,
                key,
                table.columns().stream()
                        .map(Column::name)
                        .filter(Predicate.not(key::contains))
                        .map(name -> new Action.Kept(name, name))
                        .toList()));
        foreignKeys(table, aside).forEach(foreign -> steps.add(foreign.forGood(lost(table), names)));
        steps.add(drop(table, aside, names));
        return steps;
    }

    private static String rename(TableName from, TableName to) {
        return "ALTER TABLE " + from.sql() + " RENAME TO " + to.name().sql();
    }

    /** What ends the table itself, once nothing refers to it. */
    private static Step drop(Table table, TableName now, StepNames names) {
        return new Step(
                names.claim("drop-table"),
                "Drop table " + table.name(),
                new Transactional(List.of("DROP TABLE " + now.sql()), exclusively(now), false),
                lost(table),
                Look.tableGone(now));
    }

    private static Undo.Impossible lost(Table table) {
        return new Undo.Impossible("The rows of " + table.name() + " are lost; only a backup has them.");
    }

    private static List<TableLock> exclusively(TableName table) {
        return List.of(new TableLock(table, LockMode.ACCESS_EXCLUSIVE));
    }

    private static List<String> notes(Table table) {
        List<String> notes = new ArrayList<>();
        table.inboundKeys()
                .forEach(key -> notes.add("Foreign key " + key.name() + " of " + key.table() + " refers to "
                        + table.name() + " and is dropped in the contract, before the table: " + key.definition()
                        + ". Its columns stay, with their values."));
        table.wholeDependents().stream()
                .filter(dependent -> dependent.kind().equals(TableDependents.PUBLICATION))
                .forEach(publication -> notes.add("Publication " + publication.description() + " loses the table:"
                        + " subscribers keep their copy, and get nothing more for it."));
        if (table.columns().stream()
                .anyMatch(column -> column.defaultValue() instanceof DefaultValue.Volatile
                        || column.defaultValue() instanceof DefaultValue.Identity)) {
            notes.add("Sequences that columns of " + table.name() + " own are dropped with it.");
        }
        table.triggers().stream()
                .map(trigger -> trigger.function())
                .distinct()
                .forEach(function -> notes.add("Function " + function + ", which a trigger of " + table.name()
                        + " calls, stays. Drop it with an sql change if nothing else uses it."));
        return notes;
    }
}
