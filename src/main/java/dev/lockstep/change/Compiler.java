package dev.lockstep.change;

import dev.lockstep.change.Recipe.Outcome;
import dev.lockstep.change.Recipe.Part;
import dev.lockstep.change.Recipe.Setting;
import dev.lockstep.plan.Change;
import dev.lockstep.plan.ChangeKind;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.PlanSpec.Work;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Inquiry;
import dev.lockstep.schema.Rehearsal;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Turns a plan and a catalogue into phases. Pure; may be called from any thread. */
public final class Compiler {
    private Compiler() {}

    /** The tables whose catalogue entries {@link #compile} wants to see. */
    public static Set<TableName> tables(PlanSpec spec) {
        Set<TableName> tables = new LinkedHashSet<>();
        switch (spec.work()) {
            case Work.Changes(List<Change> changes) ->
                changes.forEach(change -> tables.addAll(bound(change).tables()));
            case Work.Phases phases -> tables.addAll(DeclaredPhases.tables(phases));
        }
        return Set.copyOf(tables);
    }

    /** All that {@link #compile} wants to know of the database. */
    public static Inquiry inquiry(PlanSpec spec) {
        Set<Rehearsal> rehearsals = new LinkedHashSet<>();
        if (spec.work() instanceof Work.Changes(List<Change> changes)) {
            changes.forEach(change -> rehearsals.addAll(bound(change).rehearsals(spec)));
        }
        return new Inquiry(tables(spec), rehearsals);
    }

    /**
     * The phases that do what the plan says on a database that looks like this, or every reason why not.
     *
     * @param catalogue read with {@link #inquiry}
     */
    public static Compilation compile(PlanSpec spec, Catalogue catalogue) {
        Objections objections = new Objections();
        Merge merged = switch (spec.work()) {
            case Work.Changes(List<Change> changes) -> changes(changes, spec, catalogue, objections);
            case Work.Phases phases ->
                DeclaredPhases.compile(phases, spec.backfill().userTriggers(), catalogue, objections);
        };
        new Unused(spec, new StepNames()).check(objections);
        if (spec.work() instanceof Work.Phases) {
            Hiding.of(spec).check(merged.phases(), objections);
        }
        Aside.check(spec, objections);
        Demands.check(spec, merged.phases(), objections);
        return objections.any()
                ? new Compilation.Refused(objections.all())
                : new Compilation.Compiled(Walks.told(merged.phases(), catalogue), merged.notes());
    }

    /** Phases with what their author should know. */
    record Merge(List<Phase> phases, List<String> notes) {}

    private static Merge changes(List<Change> changes, PlanSpec spec, Catalogue catalogue, Objections objections) {
        StepNames names = new StepNames();
        Unused unused = new Unused(spec, names);
        List<Part> parts = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        Catalogue ahead = catalogue;
        for (int index = 0; index < changes.size(); index++) {
            Bound<?> bound = bound(changes.get(index));
            Setting setting = new Setting(ahead, spec, path(changes.get(index), index));
            switch (bound.compile(setting, names)) {
                case Outcome.Parts made -> {
                    Hiding.of(spec).check(made.parts(), setting.path(), objections);
                    Walks.check(made.parts(), ahead, setting.path(), objections);
                    Hiding.of(spec).checkBackup(changes.get(index), made.parts(), objections);
                    parts.addAll(unused.parts(Departure.of(changes.get(index)).toList()));
                    parts.addAll(made.parts());
                    notes.addAll(made.notes());
                    ahead = bound.after(ahead);
                }
                case Outcome.Refused refused -> objections.addAll(refused.violations());
            }
        }
        Overlaps.check(changes, Compiler::path, objections);
        PlanTables.check(changes, catalogue, Compiler::path, objections);
        PreparedStatements.note(changes).ifPresent(notes::add);
        return new Merge(MergedPhases.of(parts), notes);
    }

    /** A change with the recipe of its kind. */
    private record Bound<C extends Change>(Recipe<C> recipe, C change) {
        Set<TableName> tables() {
            return recipe.tables(change);
        }

        Set<Rehearsal> rehearsals(PlanSpec spec) {
            return recipe.rehearsals(change, spec);
        }

        Outcome compile(Setting setting, StepNames names) {
            return recipe.compile(change, setting, names);
        }

        Catalogue after(Catalogue catalogue) {
            return recipe.after(change, catalogue);
        }
    }

    private static Bound<?> bound(Change change) {
        return switch (change) {
            case Change.AddColumn addColumn -> new Bound<>(new AddColumnRecipe(), addColumn);
            case Change.DropColumn dropColumn -> new Bound<>(new DropColumnRecipe(), dropColumn);
            case Change.RenameColumn renameColumn -> new Bound<>(new RenameColumnRecipe(), renameColumn);
            case Change.ChangeColumnType changeColumnType ->
                new Bound<>(new ChangeColumnTypeRecipe(), changeColumnType);
            case Change.SetNotNull setNotNull -> new Bound<>(new SetNotNullRecipe(), setNotNull);
            case Change.DropNotNull dropNotNull -> new Bound<>(new DropNotNullRecipe(), dropNotNull);
            case Change.SetDefault setDefault -> new Bound<>(new SetDefaultRecipe(), setDefault);
            case Change.DropDefault dropDefault -> new Bound<>(new DropDefaultRecipe(), dropDefault);
            case Change.AddIndex addIndex -> new Bound<>(new AddIndexRecipe(), addIndex);
            case Change.DropIndex dropIndex -> new Bound<>(new DropIndexRecipe(), dropIndex);
            case Change.Reindex reindex -> new Bound<>(new ReindexRecipe(), reindex);
            case Change.AddForeignKey addForeignKey -> new Bound<>(new AddForeignKeyRecipe(), addForeignKey);
            case Change.AddCheck addCheck -> new Bound<>(new AddCheckRecipe(), addCheck);
            case Change.AddUnique addUnique -> new Bound<>(new AddUniqueRecipe(), addUnique);
            case Change.AddPrimaryKey addPrimaryKey -> new Bound<>(new AddPrimaryKeyRecipe(), addPrimaryKey);
            case Change.DropConstraint dropConstraint -> new Bound<>(new DropConstraintRecipe(), dropConstraint);
            case Change.RenameTable renameTable -> new Bound<>(new RenameTableRecipe(), renameTable);
            case Change.DropTable dropTable -> new Bound<>(new DropTableRecipe(), dropTable);
            case Change.CreateTable createTable -> new Bound<>(new CreateTableRecipe(), createTable);
            case Change.AddEnumValue addEnumValue -> new Bound<>(new AddEnumValueRecipe(), addEnumValue);
            case Change.Comment comment -> new Bound<>(new CommentRecipe(), comment);
            case Change.Sql sql -> new Bound<>(new SqlRecipe(), sql);
        };
    }

    private static String path(Change change, int index) {
        return "spec.changes[" + index + "]." + ChangeKind.of(change).label();
    }
}
