package dev.lockstep.change;

import dev.lockstep.change.Action.Assertion;
import dev.lockstep.change.Action.Backfill;
import dev.lockstep.change.Action.DrainTransactions;
import dev.lockstep.change.Action.Fill;
import dev.lockstep.change.Action.Survey;
import dev.lockstep.change.Action.Transactional;
import dev.lockstep.change.Recipe.Part;
import dev.lockstep.change.ReplacementColumn.Upkeep;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.plan.PlanSpec.UserTriggers;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The way from a column to its replacement.
 *
 * <p>With triggers: add the column and the triggers; fill it, build what hangs on it and prove it; wait for new-only code;
 * drop the original.
 *
 * <p>Without them, in the order that P25 demands: add the column, and nothing else; wait until all code writes both, and
 * for every transaction that began before; only then fill it, because rows that old-only code wrote after a dual-writing
 * pod have a stale new value; wait until all code reads the new one; see that the two are equal in every row and let go of
 * the old one ({@code release}, from which there is no way back: the first code that no longer writes it makes rows that
 * only the new column has); wait for new-only code; drop the original.
 *
 * @param under the name that the replacement has in the end
 */
record ReplacementParts(ReplacementColumn replacement, Identifier under, UserTriggers userTriggers, StepNames names) {
    List<Part> parts() {
        boolean application = replacement.upkeep() == Upkeep.APPLICATION;
        List<Part> parts = new ArrayList<>();
        parts.add(new Part(PhaseType.EXPAND, Optional.empty(), expand()));
        Optional<Milestone> written = application ? Optional.of(Milestone.DUAL_WRITE) : Optional.empty();
        parts.add(new Part(PhaseType.BACKFILL, written, backfill()));
        if (application) {
            parts.add(new Part(PhaseType.DEPLOY, written, List.of()));
            parts.add(new Part(PhaseType.DEPLOY, Optional.of(Milestone.READ_NEW), List.of()));
            parts.add(new Part(PhaseType.CONTRACT, Optional.of(Milestone.READ_NEW), release()));
        }
        parts.add(new Part(PhaseType.DEPLOY, Optional.of(Milestone.NEW_ONLY), List.of()));
        parts.add(new Part(PhaseType.CONTRACT, Optional.of(Milestone.NEW_ONLY), contract()));
        return List.copyOf(parts);
    }

    private List<Step> expand() {
        List<Step> steps = new ArrayList<>();
        if (replacement.castByDefault() || replacement.conversion().authored()) {
            steps.add(TryOut.step(
                    names.claim("try-up"),
                    "Convert " + old() + " in every row, without writing",
                    table().name(),
                    replacement.conversion().newValue(),
                    0));
        }
        if (replacement.castByDefault()) {
            steps.add(nothingLost());
        }
        steps.add(add());
        return steps;
    }

    /** What nobody wrote down is not lost: a cast may round or cut off, and says nothing (P26). */
    private Step nothingLost() {
        String lossy = replacement.conversion().lossy();
        String type = replacement.rehearsed().column().type();
        return new Step(
                names.claim("round-trip"),
                "Look for values of " + old() + " that a cast to " + type + " changes",
                new Survey(
                        table().name(),
                        new Survey.NoneWhere(lossy),
                        "Every value of " + table().name() + "." + old() + " is the same after a cast to " + type
                                + " and back.",
                        "Correct these values; or abort, and write into the plan by up what is to become of them, for"
                                + " example up: \"round(" + old().sql() + ")\": what it says is taken as meant."),
                new Undo.Nothing(),
                Look.noRow("SELECT FROM " + table().name().sql() + " WHERE " + lossy));
    }

    private Step add() {
        List<TableLock> locks = List.of(new TableLock(table().name(), LockMode.ACCESS_EXCLUSIVE));
        String how = switch (replacement.upkeep()) {
            case FOLLOWING -> ", which follows it by a trigger";
            case BOTH_WAYS -> ", kept equal by triggers both ways";
            case APPLICATION -> ", for the application to write as well";
        };
        return new Step(
                names.claim("add-column"),
                "Add " + neu() + " " + replacement.rehearsed().column().type() + " beside " + table().name() + "."
                        + old() + how,
                new Transactional(replacement.create(), locks, false),
                new Undo.By(new Transactional(replacement.remove(), locks, false)),
                replacement.upkeep() == Upkeep.APPLICATION
                        ? Look.columnExists(table().name(), neu())
                        : Look.triggerExists(
                                table().name(), replacement.triggers().last()));
    }

    private List<Step> backfill() {
        List<Step> steps = new ArrayList<>();
        steps.add(new Step(
                names.claim("drain"),
                replacement.upkeep() == Upkeep.APPLICATION
                        ? "Wait for transactions that began before all code wrote " + neu()
                        : "Wait for transactions that began before the triggers",
                new DrainTransactions(table().name()),
                new Undo.Nothing(),
                Look.NO_TRACE));
        String unfilled = replacement.conversion().unfilled();
        steps.add(new Step(
                names.claim("copy"),
                "Fill " + neu() + " from " + old() + " in every row of " + table().name(),
                new Backfill(
                        table().name(), new Fill(neu(), replacement.conversion().newValue(), unfilled), userTriggers),
                new Undo.Nothing(),
                Look.noRow("SELECT FROM " + table().name().sql() + " WHERE " + unfilled)));
        steps.addAll(new ReplacementIndexes(replacement).build(names));
        steps.addAll(new ReplacementChecks(replacement).add(names));
        steps.addAll(new ReplacementKeys(replacement).add(names));
        steps.add(analyze());
        return steps;
    }

    /**
     * Going back keeps the old side, so it must not be the new side alone that knows a value (P26). Asked with the last step
     * of the backfill, before which no code that writes the new side can have come. Where the application writes both, it
     * is the application that gives the old side its value, and rows that old code wrote since are no loss.
     */
    private Undo lossOfGoingBack() {
        if (replacement.upkeep() != Upkeep.BOTH_WAYS) {
            return new Undo.Nothing();
        }
        Conversion conversion = replacement.conversion();
        return new Undo.By(new Assertion(
                RowNames.query(table(), conversion.lostGoingBack()),
                "Going back loses nothing: in every row of " + table().name() + " the value of " + neu()
                        + " follows from " + old() + ".",
                "In these rows code has written to " + neu() + " what " + old() + " cannot hold exactly. Write to "
                        + old() + " what is to be kept. Where that is done, or the loss is meant, let " + neu()
                        + " follow: UPDATE " + table().name().sql() + " SET " + neu().sql() + " = "
                        + conversion.newValue() + " WHERE " + conversion.lostGoingBack() + ". Then the rollback goes on"
                        + " by itself."));
    }

    /** Without statistics the planner guesses, and the new code's queries are slow from their first minute (P45). */
    private Step analyze() {
        return new Step(
                names.claim("analyze"),
                "Gather the planner's statistics for " + neu(),
                new Transactional(
                        List.of("ANALYZE " + table().name().sql()
                                // Extended statistics are only gathered with all of their columns.
                                + (replacement.rehearsed().statistics().isEmpty() ? " (" + neu().sql() + ")" : "")),
                        List.of(new TableLock(table().name(), LockMode.SHARE_UPDATE_EXCLUSIVE)),
                        true),
                lossOfGoingBack(),
                Look.NO_TRACE);
    }

    private List<Step> release() {
        String alter = "ALTER TABLE " + table().name().sql() + " ";
        List<String> statements = new ArrayList<>();
        statements.add(alter + "ALTER COLUMN " + old().sql() + " DROP DEFAULT");
        statements.add(alter + "ALTER COLUMN " + old().sql() + " DROP NOT NULL");
        replacement
                .rehearsed()
                .checks()
                .forEach(check ->
                        statements.add(alter + "DROP CONSTRAINT " + check.name().sql()));
        statements.addAll(replacement.lateDefault());
        return List.of(
                verify(),
                new Step(
                        names.claim("release"),
                        "Let code insert rows without " + old(),
                        new Transactional(
                                statements, List.of(new TableLock(table().name(), LockMode.ACCESS_EXCLUSIVE)), false),
                        new Undo.Impossible("From here on code may write rows that only " + table().name() + "." + neu()
                                + " has; going back to code that reads " + old() + " would lose them."),
                        Look.nullable(table().name(), old())));
    }

    private List<Step> contract() {
        List<Step> steps = new ArrayList<>();
        boolean renamed = !under.equals(old());
        if (renamed) {
            steps.add(dependents());
        }
        if (replacement.upkeep() != Upkeep.APPLICATION) {
            steps.add(verify());
        }
        steps.addAll(new ReplacementKeys(replacement).takeOver(names));
        String why = renamed
                ? "Code that uses the old name " + table().name() + "." + old() + " fails from here on, and its values"
                        + " are only kept as " + neu() + " has them."
                : "The values of " + table().name() + "." + old() + " are only kept as the new type has them.";
        steps.add(new Step(
                names.claim("swap"),
                renamed
                        ? "Drop " + table().name() + "." + old() + "; " + neu() + " takes over what it had"
                        : "Drop the old " + table().name() + "." + old()
                                + "; the column of the new type takes its name",
                new Transactional(
                        new ReplacementSwap(replacement, under).statements(),
                        List.of(new TableLock(table().name(), LockMode.ACCESS_EXCLUSIVE)),
                        false),
                new Undo.Impossible(why),
                Look.renamed(table().name(), renamed ? old() : neu(), under)));
        return steps;
    }

    private Step dependents() {
        String query = TriggerSources.mentioning(table().name(), old());
        return new Step(
                names.claim("dependents"),
                "Look for trigger functions that still say " + old(),
                new Assertion(
                        query,
                        "No trigger on " + table().name() + " uses the old name " + old() + ".",
                        "Let it use " + neu() + " instead: afterwards the old name is gone, and every write would fail"
                                + " in it."),
                new Undo.Nothing(),
                Look.noRow(query));
    }

    private Step verify() {
        Conversion conversion = replacement.conversion();
        String apart =
                replacement.castByDefault() ? conversion.apart() + " OR " + conversion.lossy() : conversion.apart();
        String cause = replacement.upkeep() == Upkeep.APPLICATION
                ? "Code still writes only one of them, or converts in another way than the plan."
                : "Something wrote past the triggers (a disabled trigger, or a restore), or code still writes values that"
                        + " the new type cannot hold exactly.";
        return new Step(
                names.claim("verify"),
                "Prove that " + old() + " and " + neu() + " say the same in every row",
                new Survey(
                        table().name(),
                        new Survey.NoneWhere(apart),
                        "In every row of " + table().name() + ", " + old() + " and " + neu() + " say the same.",
                        cause + " Decide for each row which side is right and write it to both."),
                new Undo.Nothing(),
                Look.noRow("SELECT FROM " + table().name().sql() + " WHERE " + apart));
    }

    private Table table() {
        return replacement.table();
    }

    private Identifier old() {
        return replacement.original().name();
    }

    private Identifier neu() {
        return replacement.name();
    }
}
