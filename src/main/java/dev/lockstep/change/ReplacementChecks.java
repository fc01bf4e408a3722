package dev.lockstep.change;

import dev.lockstep.change.Action.Assertion;
import dev.lockstep.change.Action.Transactional;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.schema.Constraint;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;

/** For every CHECK that mentions a column one that says the same of its replacement: NOT VALID first, then proven. */
record ReplacementChecks(ReplacementColumn replacement) {
    List<Step> add(StepNames names) {
        List<Step> steps = new ArrayList<>();
        replacement.rehearsed().checks().forEach(check -> steps.addAll(add(check, names)));
        if (replacement.original().notNull()) {
            steps.addAll(new NotNull(replacement.table(), replacement.name()).set(names));
        }
        return steps;
    }

    private List<Step> add(Constraint check, StepNames names) {
        Identifier twin = twin(check);
        List<Step> steps = new ArrayList<>();
        steps.add(new Step(
                names.claim("check"),
                "Let CHECK " + check.name() + " hold for " + replacement.name() + " in new rows too",
                brief(alter() + "ADD CONSTRAINT " + twin.sql() + " " + check.definition() + " NOT VALID"),
                new Undo.By(brief(alter() + "DROP CONSTRAINT IF EXISTS " + twin.sql())),
                Look.constraintExists(table(), twin)));
        if (proven(check)) {
            String rows = RowNames.query(replacement.table(), "NOT " + condition(check));
            steps.add(new Step(
                    names.claim("check-rows"),
                    "Look for rows whose " + replacement.name() + " CHECK " + check.name() + " would refuse",
                    new Assertion(
                            rows,
                            "In every row " + replacement.name() + " satisfies CHECK " + check.name() + ".",
                            "Correct the values of these rows, or abort and change the CHECK or the conversion; no new"
                                    + " ones can come."),
                    new Undo.Nothing(),
                    Look.noRow(rows)));
            steps.add(new Step(
                    names.claim("validate"),
                    "Prove CHECK " + check.name() + " for " + replacement.name() + " in every row",
                    new Transactional(
                            List.of(alter() + "VALIDATE CONSTRAINT " + twin.sql()),
                            List.of(new TableLock(table(), LockMode.SHARE_UPDATE_EXCLUSIVE)),
                            true),
                    new Undo.Nothing(),
                    Look.constraintValid(table(), twin)));
        }
        return steps;
    }

    /** Names, once the original is gone with its own. */
    List<String> takeOver() {
        return replacement.rehearsed().checks().stream()
                .map(check -> alter() + "RENAME CONSTRAINT " + twin(check).sql() + " TO "
                        + check.name().sql())
                .toList();
    }

    /** An empty copy does not tell: there the server has proven it at once. */
    private boolean proven(Constraint check) {
        return replacement.table().constraints().stream()
                .noneMatch(each -> each.name().equals(check.name()) && !each.validated());
    }

    /** What stands between CHECK and the words that may follow, as the server always prints it. */
    private static String condition(Constraint check) {
        String definition = check.definition();
        String end = " NO INHERIT";
        String whole =
                definition.endsWith(end) ? definition.substring(0, definition.length() - end.length()) : definition;
        return whole.substring("CHECK ".length());
    }

    private Transactional brief(String statement) {
        return new Transactional(List.of(statement), List.of(new TableLock(table(), LockMode.ACCESS_EXCLUSIVE)), false);
    }

    private Identifier twin(Constraint check) {
        return Identifier.derived(
                "lockstep_",
                check.name().value(),
                table().sql() + "." + check.name().sql() + ">"
                        + replacement.name().sql());
    }

    private String alter() {
        return "ALTER TABLE " + table().sql() + " ";
    }

    private TableName table() {
        return replacement.table().name();
    }
}
