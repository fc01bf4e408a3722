package dev.lockstep.change;

import dev.lockstep.change.Action.Assertion;
import dev.lockstep.change.Action.Transactional;
import dev.lockstep.change.Recipe.Outcome;
import dev.lockstep.change.Recipe.Part;
import dev.lockstep.change.Recipe.Setting;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.Change.RenameTable;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The table gets the new name at once, and a view has the old one until no code uses it. There is one set of rows all the
 * time, so there is nothing to copy, to compare or to lose, and every step can be taken back.
 */
final class TableByView {
    private TableByView() {}

    static Outcome outcome(Table table, RenameTable change, Setting setting, StepNames names) {
        CompatibilityView view = new CompatibilityView(table, change.to());
        List<Part> parts = List.of(
                new Part(
                        PhaseType.EXPAND,
                        Optional.empty(),
                        List.of(nameIsFree(view.renamed(), names), rename(view, names))),
                new Part(PhaseType.DEPLOY, Optional.of(Milestone.NEW_ONLY), List.of()),
                new Part(PhaseType.CONTRACT, Optional.of(Milestone.NEW_ONLY), contract(view, setting, names)));
        return new Outcome.Parts(
                parts, RenameTableNotes.byView(view, setting.catalogue().serverVersion()));
    }

    /** The view holds no rows, so dropping it hides the old name, and bringing it back loses nothing. */
    private static List<Step> contract(CompatibilityView view, Setting setting, StepNames names) {
        List<Step> steps = new ArrayList<>();
        steps.add(functions(view.oldName(), view.renamed(), names));
        steps.add(dependents(view.oldName(), "view", names));
        steps.add(drop(view, names));
        steps.addAll(Hiding.of(setting.spec()).meanwhile(names, view.oldName().toString()));
        return steps;
    }

    /** Indexes, sequences and types share their names with tables. */
    static Step nameIsFree(TableName name, StepNames names) {
        String query = """
                SELECT pg_catalog.pg_describe_object(found.class, found.oid, 0)
                FROM (SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, oid, relnamespace, relname FROM pg_catalog.pg_class
                      UNION ALL
                      SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, oid, typnamespace, typname FROM pg_catalog.pg_type)
                  AS found (class, oid, namespace, name)
                WHERE found.namespace = pg_catalog.to_regnamespace(%s) AND found.name = %s""".formatted(
                        SqlText.literal(name.schema().sql()),
                        SqlText.literal(name.name().value()));
        return new Step(
                names.claim("name-is-free"),
                "See that nothing is called " + name + " yet",
                new Assertion(
                        query,
                        "The name " + name + " is free.",
                        "Drop or rename what has it, or abort and choose another name."),
                new Undo.Nothing(),
                Look.noRow(query));
    }

    private static Step rename(CompatibilityView view, StepNames names) {
        return new Step(
                names.claim("rename-behind-view"),
                "Rename " + view.oldName() + " to " + view.renamed() + ", and keep the old name as a view",
                new Transactional(view.renameAndCreate(), exclusively(view.oldName()), false),
                new Undo.By(new Transactional(view.remove(), exclusively(view.renamed()), false)),
                Look.tableBesideView(view.renamed(), view.oldName()));
    }

    static Step functions(TableName old, TableName renamed, StepNames names) {
        String query = FunctionSources.using(old);
        return new Step(
                names.claim("functions"),
                "Look for functions that still use the name " + old,
                new Assertion(
                        query,
                        "No function in the database uses the name " + old + ".",
                        "Let it use " + renamed + " instead: until the contract both names work, afterwards every call"
                                + " of it would fail."),
                new Undo.Nothing(),
                Look.noRow(query));
    }

    static Step dependents(TableName relation, String kind, StepNames names) {
        String query = Dependents.of(relation);
        return new Step(
                names.claim("dependents"),
                "See that nothing has come to depend on the temporary " + kind + " " + relation,
                new Assertion(
                        query,
                        "Nothing depends on the temporary " + kind + " " + relation + ", which is about to go.",
                        "Drop it, or make it depend on the table that stays."),
                new Undo.Nothing(),
                Look.noRow(query));
    }

    private static Step drop(CompatibilityView view, StepNames names) {
        String again = SqlText.onlyIf(
                Look.tableRenamed(view.oldName(), view.renamed()), view.create().toArray(String[]::new));
        return new Step(
                names.claim("drop-view"),
                "Drop the view " + view.oldName(),
                new Transactional(List.of(view.drop()), List.of(), false),
                new Undo.By(new Transactional(List.of(again), List.of(), false)),
                Look.viewGone(view.oldName()));
    }

    private static List<TableLock> exclusively(TableName table) {
        return List.of(new TableLock(table, LockMode.ACCESS_EXCLUSIVE));
    }
}
