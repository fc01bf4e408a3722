package dev.lockstep.change;

import dev.lockstep.change.Recipe.Outcome;
import dev.lockstep.change.Recipe.Part;
import dev.lockstep.change.Recipe.Setting;
import dev.lockstep.plan.Change;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.PlanSpec.Work;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Turns a plan and a catalogue into phases. Pure; may be called from any thread. */
public final class Compiler {
    private static final Recipe<Change.AddColumn> ADD_COLUMN = new AddColumnRecipe();
    private static final Recipe<Change.DropColumn> DROP_COLUMN = new DropColumnRecipe();
    private static final Recipe<Change.RenameColumn> RENAME_COLUMN = new RenameColumnRecipe();
    private static final Recipe<Change.Sql> SQL = new SqlRecipe();

    private Compiler() {}

    /** The tables whose catalogue entries {@link #compile} wants to see. */
    public static Set<TableName> tables(PlanSpec spec) {
        Set<TableName> tables = new LinkedHashSet<>();
        switch (spec.work()) {
            case Work.Changes(List<Change> changes) -> changes.forEach(change -> tables.addAll(tables(change)));
            case Work.Phases phases -> tables.addAll(DeclaredPhases.tables(phases));
        }
        return Set.copyOf(tables);
    }

    /**
     * The phases that do what the plan says on a database that looks like this, or every reason why not.
     *
     * @param catalogue read with {@link #tables}
     */
    public static Compilation compile(PlanSpec spec, Catalogue catalogue) {
        Objections objections = new Objections();
        Merge merged = switch (spec.work()) {
            case Work.Changes(List<Change> changes) -> changes(changes, spec, catalogue, objections);
            case Work.Phases phases ->
                DeclaredPhases.compile(phases, spec.backfill().userTriggers(), catalogue, objections);
        };
        Demands.check(spec, merged.phases(), objections);
        return objections.any()
                ? new Compilation.Refused(objections.all())
                : new Compilation.Compiled(merged.phases(), merged.notes());
    }

    /** Phases with what their author should know. */
    record Merge(List<Phase> phases, List<String> notes) {}

    private static Merge changes(List<Change> changes, PlanSpec spec, Catalogue catalogue, Objections objections) {
        StepNames names = new StepNames();
        List<Part> parts = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        for (int index = 0; index < changes.size(); index++) {
            Change change = changes.get(index);
            Setting setting = new Setting(catalogue, spec, path(change, index));
            switch (outcome(change, setting, names)) {
                case Outcome.Parts made -> {
                    parts.addAll(made.parts());
                    notes.addAll(made.notes());
                }
                case Outcome.Refused refused -> objections.addAll(refused.violations());
            }
        }
        Overlaps.check(changes, Compiler::path, objections);
        PlanTables.check(changes, catalogue, Compiler::path, objections);
        return new Merge(MergedPhases.of(parts), notes);
    }

    private static Outcome outcome(Change change, Setting setting, StepNames names) {
        return switch (change) {
            case Change.AddColumn add -> ADD_COLUMN.compile(add, setting, names);
            case Change.DropColumn drop -> DROP_COLUMN.compile(drop, setting, names);
            case Change.RenameColumn rename -> RENAME_COLUMN.compile(rename, setting, names);
            case Change.Sql sql -> SQL.compile(sql, setting, names);
        };
    }

    private static Set<TableName> tables(Change change) {
        return switch (change) {
            case Change.AddColumn add -> ADD_COLUMN.tables(add);
            case Change.DropColumn drop -> DROP_COLUMN.tables(drop);
            case Change.RenameColumn rename -> RENAME_COLUMN.tables(rename);
            case Change.Sql sql -> SQL.tables(sql);
        };
    }

    private static String path(Change change, int index) {
        String kind = switch (change) {
            case Change.AddColumn _ -> "addColumn";
            case Change.DropColumn _ -> "dropColumn";
            case Change.RenameColumn _ -> "renameColumn";
            case Change.Sql _ -> "sql";
        };
        return "spec.changes[" + index + "]." + kind;
    }
}
