package dev.lockstep.change;

import dev.lockstep.change.Action.Assertion;
import dev.lockstep.change.Action.Transactional;
import dev.lockstep.change.Recipe.Outcome;
import dev.lockstep.change.Recipe.Part;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.schema.Column;
import dev.lockstep.schema.Constraint;
import dev.lockstep.schema.Rehearsed;
import dev.lockstep.schema.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A change of type that writes nothing but the catalogue, as the server has shown on an empty copy: done by the plain ALTER,
 * in the expand phase. CHECKs that mention the column would be proven anew under the same lock, so they go and come back
 * NOT VALID in the same statement, and are proven afterwards.
 *
 * <p>Taking it back would rewrite the table, as the narrower type must be proven, and whoever waits for the lock meanwhile
 * with a snapshot from before finds no row at all in a rewritten table (PostgreSQL's chapter 13.6; the traffic proof found
 * it). So a rollback leaves the wider type, which code of before cannot tell apart from its own, and the same plan finds it
 * there the next time.
 */
record DirectTypeChange(Table table, Column column, Rehearsed.Played rehearsed) {
    Outcome outcome(StepNames names) {
        if (isThere()) {
            return new Outcome.Parts(
                    List.of(new Part(PhaseType.EXPAND, Optional.empty(), List.of(look(names)))),
                    List.of("Column " + table.name() + "." + column.name() + " is there already as " + column.type()
                            + ", as a rollback of this very change leaves it; nothing is left to do."));
        }
        List<Step> steps = new ArrayList<>();
        steps.add(look(names));
        steps.add(alter(names));
        proven().forEach(check -> steps.add(validate(check, names)));
        return new Outcome.Parts(List.of(new Part(PhaseType.EXPAND, Optional.empty(), steps)), notes());
    }

    private boolean isThere() {
        return rehearsed.column().type().equals(column.type());
    }

    private Step look(StepNames names) {
        String other = "SELECT " + SqlText.literal(table.name() + "." + column.name()) + " WHERE NOT ("
                + is(column.type()) + ")";
        return new Step(
                names.claim("still-same-type"),
                "See that " + column.name() + " is of type " + column.type() + ", as when the plan was reviewed",
                new Assertion(
                        other,
                        "Column " + table.name() + "." + column.name() + " is of type " + column.type() + ".",
                        "Somebody has changed it since. Abort and start the plan anew."),
                new Undo.Nothing(),
                Look.noRow(other));
    }

    private Step alter(StepNames names) {
        return new Step(
                names.claim("alter-type"),
                "Change " + table.name() + "." + column.name() + " from " + column.type() + " to "
                        + rehearsed.column().type() + ", which rewrites nothing",
                new Transactional(
                        Stream.concat(Stream.of(retype(rehearsed.column().type())), comments())
                                .toList(),
                        List.of(new TableLock(table.name(), LockMode.ACCESS_EXCLUSIVE)),
                        false),
                undo(),
                "SELECT " + is(rehearsed.column().type()));
    }

    /** The type stays, but a CHECK that was proven is to be so again, also where the run never came to that. */
    private Undo undo() {
        List<String> validations = proven().stream().map(this::validate).toList();
        return validations.isEmpty() ? new Undo.Nothing() : new Undo.By(validation(validations));
    }

    private String retype(String type) {
        Stream<String> drops =
                checks().map(check -> "DROP CONSTRAINT " + check.name().sql());
        Stream<String> change = Stream.of("ALTER COLUMN " + column.name().sql() + " TYPE " + type);
        Stream<String> adds = checks().map(check -> "ADD CONSTRAINT "
                + check.name().sql() + " " + check.definition() + (check.validated() ? " NOT VALID" : ""));
        return "ALTER TABLE " + table.name().sql() + " "
                + Stream.of(drops, change, adds).flatMap(each -> each).collect(Collectors.joining(",\n  "));
    }

    /** A CHECK's would go with it. */
    private Stream<String> comments() {
        return checks().findAny().isEmpty()
                ? Stream.empty()
                : rehearsed.remarks().stream()
                        .map(remark -> "COMMENT ON " + remark.on() + " IS " + SqlText.literal(remark.text()));
    }

    private Step validate(Constraint check, StepNames names) {
        return new Step(
                names.claim("validate"),
                "Prove CHECK " + check.name() + " again, for the new type",
                validation(List.of(validate(check))),
                new Undo.Nothing(),
                Look.constraintValid(table.name(), check.name()));
    }

    /** As the server prints it: without NOT VALID for one that is proven. */
    private Stream<Constraint> checks() {
        return table.constraints().stream()
                .filter(constraint -> constraint.kind() == Constraint.Kind.CHECK)
                .filter(constraint -> constraint.columns().contains(column.name()));
    }

    private List<Constraint> proven() {
        return checks().filter(Constraint::validated).toList();
    }

    private List<String> notes() {
        List<String> notes = new ArrayList<>();
        notes.add("The server has shown on an empty copy of " + table.name() + " that this change rewrites neither the"
                + " table nor an index, so it is done at once. Statements prepared before fail once with \"cached plan"
                + " must not change result type\"; most drivers prepare them again by themselves, but not inside a"
                + " transaction (P38).");
        notes.add("Rolling the plan back leaves " + column.name() + " as "
                + rehearsed.column().type()
                + ", which older code does not notice: the way back would rewrite the whole table while nobody can"
                + " use it. A plan of its own, changeColumnType to " + column.type() + ", does it without that.");
        return notes;
    }

    /** How a type is printed depends on the search path, but not what stands in its parentheses. */
    private String is(String type) {
        return "EXISTS (" + Look.attribute(table.name(), column.name()) + " AND atttypid = pg_catalog.to_regtype("
                + SqlText.literal(type) + ") AND " + modifier("pg_catalog.format_type(atttypid, atttypmod)")
                + " IS NOT DISTINCT FROM " + modifier(SqlText.literal(type)) + ")";
    }

    private static String modifier(String type) {
        return "pg_catalog.substring(" + type + ", E'[(].*')";
    }

    private String validate(Constraint check) {
        return "ALTER TABLE " + table.name().sql() + " VALIDATE CONSTRAINT "
                + check.name().sql();
    }

    private Transactional validation(List<String> statements) {
        return new Transactional(
                statements, List.of(new TableLock(table.name(), LockMode.SHARE_UPDATE_EXCLUSIVE)), true);
    }
}
