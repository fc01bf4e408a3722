package dev.lockstep.change;

import dev.lockstep.change.ReplacementColumn.Upkeep;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Column;
import dev.lockstep.schema.Column.DefaultValue;
import dev.lockstep.schema.Constraint;
import dev.lockstep.schema.Dependent;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Index;
import dev.lockstep.schema.Rehearsal;
import dev.lockstep.schema.Rehearsed;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Why a column cannot be replaced by another one, and what to do about it. */
final class ReplacementObjections {
    private static final Pattern DEFERRABLE = Pattern.compile(" DEFERRABLE( INITIALLY (DEFERRED|IMMEDIATE))?$");

    private final Table table;
    private final Column original;
    private final String path;
    private final Objections objections;

    /**
     * Collects them.
     *
     * @param path of the column in the document
     */
    ReplacementObjections(Table table, Column original, String path, Objections objections) {
        this.table = table;
        this.original = original;
        this.path = path;
        this.objections = objections;
    }

    /** What can be said before the server was asked. */
    void check(Identifier replacement, Upkeep upkeep) {
        if (original.defaultValue() instanceof DefaultValue.Generated(String expression)) {
            objections.add(
                    path,
                    "Column " + original.name() + " is generated as " + expression
                            + ", so nothing writes it. Add a second"
                            + " generated column (sql), move the code to it, then drop the old one (dropColumn).");
        }
        dependents();
        triggers(replacement, upkeep);
        constraints();
        switch (upkeep) {
            case FOLLOWING -> {}
            case BOTH_WAYS -> defaultCanBeTold();
            case APPLICATION -> oldSideCanBeLetGo();
        }
    }

    /** How the change went on an empty copy, if it went. */
    Optional<Rehearsed.Played> played(Catalogue catalogue, Rehearsal rehearsal, String change) {
        Rehearsed rehearsed = catalogue.rehearsals().get(rehearsal);
        return switch (rehearsed) {
            case null -> {
                objections.add(
                        path,
                        "What the server makes of this change was not asked. Explain the plan once more; if this stays,"
                                + " it is a fault of Lockstep: report it.");
                yield Optional.empty();
            }
            case Rehearsed.Refused refused -> {
                refused(refused, change, rehearsal.retyping().isPresent());
                yield Optional.empty();
            }
            case Rehearsed.Played played -> Optional.of(played);
        };
    }

    /** What must be so for a second column, which the server brought to light. */
    void check(Rehearsed.Played played) {
        if (!played.addedInstantly()) {
            objections.add(
                    path,
                    "A new column of type " + played.column().type()
                            + " cannot be added without rewriting the table: it is"
                            + " a domain with constraints. Use the domain's base type "
                            + played.column().baseType() + " and give the table a CHECK of its own (addCheck).");
        }
        played.foreignKeys().stream()
                .filter(key -> !key.plain())
                .forEach(key -> objections.add(
                        path,
                        "Foreign key " + key.name() + " of " + key.table() + ", which is partitioned or inherited from,"
                                + " cannot be added NOT VALID, so a second one would lock both tables while every row is"
                                + " looked at. Drop it first (dropConstraint), and add it again in a plan that runs after"
                                + " this one."));
    }

    /** Why the server would not do it, in the words of whoever wrote the plan. */
    private void refused(Rehearsed.Refused refused, String change, boolean retyped) {
        String reason =
                " The server says: " + refused.reason() + (refused.reason().endsWith(".") ? "" : ".");
        switch (refused.over()) {
            case COPY ->
                objections.add(
                        change + ".table",
                        "Lockstep could not make an empty temporary copy of " + table.name() + " to try the change on."
                                + reason + " Its role needs to read the table, and TEMPORARY on the database.");
            case TYPE -> objections.add(change + (retyped ? ".type" : ""), "That type cannot be used here." + reason);
            case UP ->
                objections.add(
                        change + ".up",
                        "The new value of " + original.name() + " cannot be worked out like this." + reason
                                + " Write an expression over the row's ordinary columns that gives the same value whoever"
                                + " evaluates it, for example up: \""
                                + original.name().sql()
                                + " AT TIME ZONE 'UTC'\" for a timestamp.");
            case DOWN ->
                objections.add(
                        change + ".down",
                        "The old value of " + original.name() + " cannot be worked out like this." + reason
                                + " Write an expression over the row's ordinary columns that gives the same value whoever"
                                + " evaluates it.");
            case DEFAULT ->
                objections.add(
                        path,
                        "The default of " + original.name() + " cannot be converted." + reason
                                + " Drop it in a plan that runs before this one (dropDefault), and set the new one in a"
                                + " plan after it (setDefault).");
            case HANGING ->
                objections.add(
                        path,
                        "Something that hangs on " + original.name() + " cannot stand as the column would be." + reason
                                + " Change or drop it first, in a plan that runs before this one.");
        }
    }

    private void dependents() {
        List<String> others = table.dependents().stream()
                .filter(dependent -> dependent.column().equals(original.name()))
                // These are carried over.
                .filter(dependent -> !dependent.kind().equals("foreign key"))
                .map(Dependent::description)
                .distinct()
                .toList();
        if (!others.isEmpty()) {
            objections.add(
                    path,
                    "These need " + table.name() + "." + original.name() + " and cannot follow to another column: "
                            + String.join(", ", others) + ". Drop them in a plan that runs before this one, and make"
                            + " them anew in one after it; a view loses its grants by that.");
        }
    }

    private void triggers(Identifier replacement, Upkeep upkeep) {
        table.triggers().stream()
                .filter(trigger -> trigger.ofColumns().contains(original.name()))
                .forEach(trigger -> objections.add(
                        path,
                        "Trigger " + trigger.name() + " fires on UPDATE OF " + original.name() + ", and would go silent"
                                + " with it. Recreate it without the column list, for example with WHEN (OLD."
                                + original.name().sql() + " IS DISTINCT FROM NEW."
                                + original.name().sql() + ") written in its function."));
        if (upkeep != Upkeep.APPLICATION) {
            TriggerOrder.check(table, new SyncTriggers(table, original.name(), replacement), path, objections);
        }
    }

    private void constraints() {
        for (Constraint constraint : table.constraints()) {
            boolean deferrable =
                    constraint.kind() == Constraint.Kind.UNIQUE || constraint.kind() == Constraint.Kind.PRIMARY_KEY;
            boolean lateCheck =
                    deferrable && DEFERRABLE.matcher(constraint.definition()).find();
            boolean exclusion = constraint.kind() == Constraint.Kind.EXCLUSION || overTime(constraint);
            if (constraint.columns().contains(original.name()) && (lateCheck || exclusion)) {
                objections.add(
                        path,
                        "Constraint " + constraint.name() + ", " + constraint.definition() + ", cannot be built for a"
                                + " second column while the application goes on. Replace it first (dropConstraint, and"
                                + " addUnique for one that is checked at once), or change the column at a quiet time by"
                                + " an sql change.");
            }
        }
    }

    private boolean overTime(Constraint constraint) {
        return table.indexes().stream()
                .filter(index ->
                        index.constraint().filter(constraint.name()::equals).isPresent())
                .map(Index::shape)
                .anyMatch(shape -> !shape.method().equals("btree"));
    }

    private void defaultCanBeTold() {
        if (original.defaultValue() instanceof DefaultValue.Volatile(String expression) && !original.notNull()) {
            objections.add(
                    path,
                    "Column " + original.name() + " may be NULL and has the default " + expression
                            + ", which gives another value each time, so a trigger cannot tell a NULL that was written"
                            + " from a value that was not given. Make the column NOT NULL, or drop the default until the"
                            + " plan is through.");
        }
    }

    /** Code that no longer knows the old column must be able to insert rows while it is still there. */
    private void oldSideCanBeLetGo() {
        boolean keyed = table.indexes().stream()
                .filter(index -> index.primary() || index.shape().nullsNotDistinct())
                .anyMatch(index -> index.columns().contains(original.name()));
        if (keyed || original.defaultValue() instanceof DefaultValue.Identity) {
            objections.add(
                    path,
                    "Column " + table.name() + "." + original.name() + " belongs to a key or is numbered by the server,"
                            + " so new-only code could not insert rows without it. Let triggers keep the two equal: leave"
                            + " sync out of the plan.");
        }
    }

    /** A name that no person gives, for a column that only exists until the contract. */
    static Identifier generatedName(TableName table, Identifier column) {
        return Identifier.derived("lockstep_new_", column.value(), table.sql() + "." + column.sql());
    }
}
