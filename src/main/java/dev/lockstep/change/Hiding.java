package dev.lockstep.change;

import dev.lockstep.change.Action.RevertWindow;
import dev.lockstep.change.Recipe.Part;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.PlanSpec.ContractRules;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.util.List;

/**
 * How a plan wants old shapes to go: at once, or hidden first and dropped when the revert window is over.
 *
 * <p>A recipe that takes something away asks {@link #wanted}. If so, its contract is: looks that may hold it; a step that
 * renames the old shape aside (and back, when it is taken back), under a name from here; the steps of {@link #meanwhile};
 * and only then the steps that drop it, the first of which is the point of no return. Several changes of a plan share one
 * window.
 *
 * @param rules what the plan says
 */
record Hiding(ContractRules rules) {
    private static final String PREFIX = "lockstep_hidden_";

    static Hiding of(PlanSpec spec) {
        return new Hiding(spec.contract());
    }

    /** Whether old shapes are hidden before they are dropped. */
    boolean wanted() {
        return rules.revertWindowSeconds() > 0;
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

    /** The same for phases that are written out. */
    void check(List<Phase> phases, Objections objections) {
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
