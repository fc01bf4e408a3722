package dev.lockstep.change;

import dev.lockstep.change.Action.Assertion;
import dev.lockstep.change.Action.Backfill;
import dev.lockstep.change.Action.BuildIndex;
import dev.lockstep.change.Action.DrainTransactions;
import dev.lockstep.change.Action.DropIndex;
import dev.lockstep.change.Action.Fill;
import dev.lockstep.change.Action.Survey;
import dev.lockstep.change.Action.Transactional;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.Change.RenameColumn;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.schema.Column;
import dev.lockstep.schema.Index;
import dev.lockstep.schema.Rehearsal;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Renames a column while code that knows only the old name and code that knows only the new one both run.
 *
 * <p>The new name is a <em>temporary alias column</em>, kept equal to the original by triggers both ways. At the contract
 * the alias is dropped and the <em>original</em> gets the new name, in one transaction. A copy that replaces the original
 * for good would have to carry over everything that hangs on it (P33, P34, P35), and would lose some: here views,
 * constraints, foreign keys, statistics, grants, the column's place and the indexes' names are never touched, and the end
 * is the same as after a plain {@code RENAME COLUMN}. The price is the same as a copy's: each value is stored twice until
 * the contract.
 *
 * <p>Without triggers ({@code sync: Application}) that cannot be: code that writes only the new name comes before the
 * contract, and from then on only the new column is right. So there a second column takes over for good, by
 * {@link ReplacementParts}.
 */
final class RenameColumnRecipe implements Recipe<RenameColumn> {
    @Override
    public Set<TableName> tables(RenameColumn change) {
        return Set.of(change.table());
    }

    @Override
    public Set<Rehearsal> rehearsals(RenameColumn change, PlanSpec spec) {
        return byApplication(spec) ? Set.of(RenameByApplication.rehearsal(change)) : Set.of();
    }

    private static boolean byApplication(PlanSpec spec) {
        return spec.sync() == PlanSpec.Sync.APPLICATION;
    }

    @Override
    public Outcome compile(RenameColumn change, Setting setting, StepNames names) {
        if (byApplication(setting.spec())) {
            return RenameByApplication.compile(change, setting, names);
        }
        Objections objections = new Objections();
        Optional<Table> table =
                Ground.table(setting.catalogue(), change.table(), setting.path() + ".table", objections);
        if (table.isEmpty()) {
            return new Outcome.Refused(objections.all());
        }
        Optional<Column> original = Ground.column(table.get(), change.from(), setting.path() + ".from", objections);
        RenameObjections.check(table.get(), original, change, setting.path(), objections);
        if (objections.any() || original.isEmpty()) {
            return new Outcome.Refused(objections.all());
        }
        AliasColumn alias = new AliasColumn(table.get(), original.get(), change.to());
        AliasIndexes indexes = new AliasIndexes(table.get(), change.from(), change.to());
        List<Part> parts = List.of(
                new Part(PhaseType.EXPAND, Optional.empty(), List.of(addAlias(alias, names))),
                new Part(PhaseType.BACKFILL, Optional.empty(), backfill(alias, indexes, setting, names)),
                new Part(PhaseType.DEPLOY, Optional.of(Milestone.NEW_ONLY), List.of()),
                new Part(PhaseType.CONTRACT, Optional.of(Milestone.NEW_ONLY), contract(alias, setting, names)));
        return new Outcome.Parts(parts, RenameNotes.of(alias, indexes));
    }

    private static Step addAlias(AliasColumn alias, StepNames names) {
        TableName table = alias.table().name();
        List<TableLock> locks = List.of(new TableLock(table, LockMode.ACCESS_EXCLUSIVE));
        return new Step(
                names.claim("add-alias"),
                "Add " + alias.name() + " beside " + table + "."
                        + alias.original().name() + ", kept equal by triggers both ways",
                new Transactional(alias.create(), locks, false),
                new Undo.By(new Transactional(alias.remove(), locks, false)),
                Look.triggerExists(table, alias.lastTrigger()));
    }

    private static List<Step> backfill(AliasColumn alias, AliasIndexes indexes, Setting setting, StepNames names) {
        TableName table = alias.table().name();
        List<Step> steps = new ArrayList<>();
        steps.add(new Step(
                names.claim("drain"),
                "Wait for transactions that began before the triggers",
                new DrainTransactions(table),
                new Undo.Nothing(),
                Look.NO_TRACE));
        steps.add(new Step(
                names.claim("copy"),
                "Copy " + alias.original().name() + " to " + alias.name() + " in every row of " + table,
                new Backfill(
                        table,
                        new Fill(alias.name(), alias.original().name().sql(), alias.pending()),
                        setting.spec().backfill().userTriggers()),
                new Undo.Nothing(),
                Look.noRow("SELECT FROM " + table.sql() + " WHERE " + alias.pending())));
        indexes.wanted().forEach(index -> steps.add(index(index, table, indexes, names)));
        steps.add(analyze(alias, names));
        return steps;
    }

    private static Step index(Index index, TableName table, AliasIndexes indexes, StepNames names) {
        return new Step(
                names.claim("index"),
                "Build for " + indexes.alias() + " what index " + index.name() + " is for " + indexes.original(),
                new BuildIndex(table, indexes.nameFor(index), indexes.definition(index)),
                new Undo.By(new DropIndex(table, indexes.nameFor(index))),
                Look.indexValid(table, indexes.nameFor(index)));
    }

    /** Without statistics the planner guesses, and the new code's queries are slow from their first minute (P45). */
    private static Step analyze(AliasColumn alias, StepNames names) {
        TableName table = alias.table().name();
        return new Step(
                names.claim("analyze"),
                "Gather the planner's statistics for " + alias.name(),
                new Transactional(
                        List.of("ANALYZE " + table.sql() + " (" + alias.name().sql() + ")"),
                        List.of(new TableLock(table, LockMode.SHARE_UPDATE_EXCLUSIVE)),
                        true),
                new Undo.Nothing(),
                Look.NO_TRACE);
    }

    private static List<Step> contract(AliasColumn alias, Setting setting, StepNames names) {
        Hiding hiding = Hiding.of(setting.spec());
        List<Step> steps = new ArrayList<>();
        steps.add(dependents(alias, names));
        steps.add(verify(alias, names));
        if (hiding.wanted()) {
            steps.add(hide(alias, names));
            steps.addAll(hiding.meanwhile(names, oldName(alias)));
            steps.add(dropHidden(alias, names));
        } else {
            steps.add(swap(alias, names));
        }
        return steps;
    }

    private static Step swap(AliasColumn alias, StepNames names) {
        TableName table = alias.table().name();
        return new Step(
                names.claim("swap"),
                "Drop the alias and rename " + oldName(alias) + " to " + alias.name(),
                new Transactional(alias.swap(), exclusively(table), false),
                gone(alias),
                Look.renamed(table, alias.original().name(), alias.name()));
    }

    private static Step hide(AliasColumn alias, StepNames names) {
        TableName table = alias.table().name();
        HiddenAlias hidden = new HiddenAlias(alias);
        return new Step(
                names.claim("hide"),
                "Rename " + oldName(alias) + " to " + alias.name() + ", and hide the alias as " + hidden.column()
                        + ", still kept equal",
                new Transactional(hidden.hide(), exclusively(table), false),
                new Undo.By(new Transactional(hidden.reveal(), exclusively(table), false)),
                Look.triggerExists(table, hidden.trigger()));
    }

    private static Step dropHidden(AliasColumn alias, StepNames names) {
        TableName table = alias.table().name();
        HiddenAlias hidden = new HiddenAlias(alias);
        return new Step(
                names.claim("drop-hidden"),
                "Drop " + table + "." + hidden.column() + ", so that the old name cannot come back",
                new Transactional(hidden.drop(), exclusively(table), false),
                gone(alias),
                Look.columnGone(table, hidden.column()));
    }

    private static Undo gone(AliasColumn alias) {
        return new Undo.Impossible("Code that uses the old name " + oldName(alias)
                + " fails from here on; going back would need a plan that renames the column the other way.");
    }

    private static String oldName(AliasColumn alias) {
        return alias.table().name() + "." + alias.original().name();
    }

    private static List<TableLock> exclusively(TableName table) {
        return List.of(new TableLock(table, LockMode.ACCESS_EXCLUSIVE));
    }

    private static Step dependents(AliasColumn alias, StepNames names) {
        String old = alias.original().name().value();
        String query =
                TriggerSources.mentioning(alias.table().name(), alias.original().name());
        return new Step(
                names.claim("dependents"),
                "Look for trigger functions that still say " + old,
                new Assertion(
                        query,
                        "No trigger on " + alias.table().name() + " uses the old name " + old + ".",
                        "Let it use " + alias.name() + " instead: until the contract both names work, afterwards only"
                                + " the new one does, and every write would fail in it."),
                new Undo.Nothing(),
                Look.noRow(query));
    }

    private static Step verify(AliasColumn alias, StepNames names) {
        Table table = alias.table();
        return new Step(
                names.claim("verify"),
                "Prove that " + alias.original().name() + " and " + alias.name() + " are equal in every row",
                new Survey(
                        table.name(),
                        new Survey.NoneWhere(alias.pending()),
                        "In every row of " + table.name() + ", "
                                + alias.original().name() + " and " + alias.name() + " have the same value.",
                        "Something wrote past the triggers (a disabled trigger, or a restore). Decide for each row which"
                                + " side is right and write it to both."),
                new Undo.Nothing(),
                Look.noRow("SELECT FROM " + table.name().sql() + " WHERE " + alias.pending()));
    }
}
