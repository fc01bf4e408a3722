package dev.lockstep.change;

import dev.lockstep.change.Action.RevertWindow;
import dev.lockstep.change.Recipe.Part;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.Change;
import dev.lockstep.plan.ChangeKind;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.PlanSpec.Backup;
import dev.lockstep.plan.PlanSpec.ContractRules;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;

/**
 * How a plan wants old shapes to go: at once, or hidden first and dropped when the revert window is over.
 *
 * <p>A recipe that takes something away asks {@link #wanted}. If so, its contract is: looks that may hold it; a step that
 * renames the old shape aside (and back, when it is taken back), under a name from here; the steps of {@link #meanwhile};
 * and only then the steps that drop it, the first of which is the point of no return. Several changes of a plan share one
 * window.
 *
 * <p>Where a backup is wanted, old values are hidden as well, for as long as copying them takes: nothing may write them
 * meanwhile.
 */
record Hiding(ContractRules rules, Backup backup) {
    private static final String PREFIX = "lockstep_hidden_";

    static Hiding of(PlanSpec spec) {
        return new Hiding(spec.contract(), spec.backup());
    }

    /** Whether old shapes are hidden before they are dropped. */
    boolean wanted() {
        return rules.revertWindowSeconds() > 0;
    }

    /** Whether values that would be lost are kept. */
    boolean keeps() {
        return backup instanceof Backup.ToTable;
    }

    /** Refuses a change that would lose something before the window, or without one, although the plan asks for it. */
    void check(List<Part> parts, String path, Objections objections) {
        boolean unprotected = parts.stream().anyMatch(part -> losesFirst(part.steps()));
        if (wanted() && unprotected) {
            objections.add(
                    path,
                    "This change cannot hide what it takes away, so spec.contract.revertWindowSeconds would not protect it."
                            + " Put it in a plan of its own, without a revert window; an sql change can have a down"
                            + " instead.");
        }
    }

    /** Refuses a change whose losses a backup would not cover, although the plan asks for one. */
    void checkBackup(Change change, List<Part> parts, Objections objections) {
        boolean loses = parts.stream()
                .flatMap(part -> part.steps().stream())
                .anyMatch(step -> step.undo() instanceof Undo.Impossible);
        boolean covered = switch (change) {
            case Change.DropColumn _, Change.DropTable _ -> true;
            // They lose a name and no value.
            case Change.RenameColumn _, Change.RenameTable _ -> true;
            case Change.ChangeColumnType _,
                    Change.AddColumn _,
                    Change.SetNotNull _,
                    Change.DropNotNull _,
                    Change.SetDefault _,
                    Change.DropDefault _,
                    Change.AddIndex _,
                    Change.DropIndex _,
                    Change.Reindex _,
                    Change.AddForeignKey _,
                    Change.AddCheck _,
                    Change.AddUnique _,
                    Change.AddPrimaryKey _,
                    Change.DropConstraint _,
                    Change.CreateTable _,
                    Change.AddEnumValue _,
                    Change.Comment _,
                    Change.Sql _ -> false;
        };
        if (keeps() && loses && !covered) {
            objections.add(
                    "spec.backup",
                    "What a " + ChangeKind.of(change).label()
                            + " loses cannot be kept in this way. Put the change in a plan"
                            + " of its own without backup, and save what you need beforehand (pg_dump, or CREATE TABLE …"
                            + " AS).");
        }
    }

    /** The same for phases that are written out. */
    void check(List<Phase> phases, Objections objections) {
        boolean loses = phases.stream()
                .flatMap(phase -> phase.steps().stream())
                .anyMatch(step -> step.undo() instanceof Undo.Impossible);
        if (keeps() && loses) {
            objections.add(
                    "spec.backup",
                    "What phases that are written out lose is not known, so it cannot be kept. Save it with a step of your"
                            + " own, or write the change as dropColumn or dropTable.");
        }

        if (wanted() && phases.stream().anyMatch(phase -> losesFirst(phase.steps()))) {
            objections.add(
                    "spec.contract.revertWindowSeconds",
                    "Phases that are written out hide nothing by themselves, so a step without a down loses what it takes"
                            + " away at once. Give every step a down, or leave the revert window out.");
        }
    }

    private static boolean losesFirst(List<Step> steps) {
        return steps.stream()
                .takeWhile(step -> !(step.action() instanceof RevertWindow))
                .anyMatch(step -> step.undo() instanceof Undo.Impossible);
    }

    /** The name of a column while it is hidden. */
    static Identifier column(TableName table, Identifier column) {
        return Identifier.derived(PREFIX, column.value(), table.sql() + "." + column.sql());
    }

    /** The name of a table or view while it is hidden; it stays in its schema. */
    static TableName table(TableName table) {
        return new TableName(
                table.schema(), Identifier.derived(PREFIX, table.name().value(), table.sql()));
    }

    /**
     * What happens between hiding and dropping.
     *
     * @param hidden what the step before has hidden, for example {@code users.name}
     */
    List<Step> meanwhile(StepNames names, String hidden) {
        return rules.revertWindowSeconds() == 0
                ? List.of()
                : List.of(window(names.claim("revert-window"), List.of(hidden), rules.revertWindowSeconds()));
    }

    /** The same where values would be lost: they are kept, if the plan wants it, at the last moment before that. */
    List<Step> meanwhile(
            StepNames names, String hidden, TableName table, List<Identifier> key, List<Action.Kept> columns) {
        List<Step> steps = new ArrayList<>(meanwhile(names, hidden));
        if (backup instanceof Backup.ToTable(int keepSeconds)) {
            steps.add(new Step(
                    names.claim("keep-values"),
                    "Keep the values of " + hidden + " in the target's schema lockstep for " + words(keepSeconds),
                    new Action.KeepValues(table, hidden, key, columns, keepSeconds),
                    new Undo.By(new Action.ForgetValues(hidden)),
                    Look.NO_TRACE));
        }
        return steps;
    }

    /** What names the rows of a table; refused where a backup is wanted and nothing does. */
    List<Identifier> key(Table table, String path, Objections objections) {
        List<Identifier> key = RowNames.key(table);
        if (keeps() && key.isEmpty()) {
            objections.add(
                    path,
                    "Table " + table.name() + " has no primary key, so nobody could tell later which row a kept value"
                            + " belongs to. Give it one first (addPrimaryKey), or leave spec.backup out and save the"
                            + " values yourself.");
        }
        return key;
    }

    private static Step window(String name, List<String> hidden, int seconds) {
        return new Step(
                name,
                "Keep " + String.join(", ", hidden) + " within reach for " + words(seconds),
                new RevertWindow(hidden, seconds),
                new Undo.Nothing(),
                Look.NO_TRACE);
    }

    /** One window for what several changes have hidden. */
    static Step together(List<Step> windows) {
        List<String> hidden = windows.stream()
                .flatMap(step -> ((RevertWindow) step.action()).hidden().stream())
                .distinct()
                .toList();
        int seconds = windows.stream()
                .mapToInt(step -> ((RevertWindow) step.action()).seconds())
                .max()
                .orElseThrow();
        return window(windows.getFirst().name(), hidden, seconds);
    }

    /** In the largest unit that gives a whole number. */
    static String words(int seconds) {
        if (seconds % 86_400 == 0) {
            return count(seconds / 86_400, "day");
        }
        if (seconds % 3_600 == 0) {
            return count(seconds / 3_600, "hour");
        }
        return seconds % 60 == 0 ? count(seconds / 60, "minute") : count(seconds, "second");
    }

    private static String count(int number, String unit) {
        return number + " " + unit + (number == 1 ? "" : "s");
    }
}
