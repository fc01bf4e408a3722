package dev.lockstep.change;

import dev.lockstep.plan.PlanSpec.Sync;
import dev.lockstep.schema.Column.DefaultValue;
import dev.lockstep.schema.Constraint;
import dev.lockstep.schema.Index;
import dev.lockstep.schema.Surroundings.Publication;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.Trigger;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Why no second table can be kept beside this one, and what to do about it. */
final class TwinObjections {
    private static final Pattern SKIPS_ROWS = Pattern.compile("\\breturn\\s+null\\b", Pattern.CASE_INSENSITIVE);
    private static final Pattern ACTS = Pattern.compile("ON (DELETE|UPDATE) (CASCADE|SET)");

    private final Table table;
    private final String path;
    private final Objections objections;

    private TwinObjections(Table table, String path, Objections objections) {
        this.table = table;
        this.path = path;
        this.objections = objections;
    }

    static void check(Table table, Sync sync, String path, Objections objections) {
        TwinObjections twin = new TwinObjections(table, path, objections);
        twin.rows();
        twin.surroundings();
        twin.indexes();
        switch (sync) {
            case TRIGGER -> twin.triggersCanPassRowsOn();
            case APPLICATION -> twin.onlyTheApplicationWrites();
        }
    }

    private void rows() {
        table.rowsHidden()
                .ifPresent(why -> object("Lockstep might not see every row of " + table.name() + ": " + why
                        + ". Rows that it cannot see would not be copied."));
        if (RowKey.of(table).isEmpty()) {
            object("Table " + table.name()
                    + " has no key by which a row could be found again in the copy: a primary key, or"
                    + " a unique index without expressions, condition or DEFERRABLE over columns that are NOT NULL and of"
                    + " built-in types. Add a primary key first (addPrimaryKey), or use via: View, which needs none.");
        }
        boolean unknownSequence = table.columns().stream()
                .filter(column -> column.defaultValue() instanceof DefaultValue.Identity)
                .anyMatch(column -> !table.surroundings().identitySequences().containsKey(column.name()));
        if (unknownSequence) {
            object("The sequence behind an identity column of " + table.name() + " could not be found. Use via: View.");
        }
    }

    private void surroundings() {
        if (table.surroundings().rowSecurity().forced()) {
            object("Table " + table.name() + " has FORCE ROW LEVEL SECURITY, so its policies would also bind what keeps"
                    + " the two tables equal, and rows would be left behind. Use via: View, or say NO FORCE for as long as"
                    + " the plan runs.");
        }
        if (!table.surroundings().rules().isEmpty()) {
            object("Table " + table.name() + " has rewrite rules ("
                    + named(table.surroundings().rules())
                    + "), which cannot be kept for a second table. Use via: View, or replace them by triggers.");
        }
        List<Publication> whole = table.surroundings().publications().stream()
                .filter(Publication::whole)
                .toList();
        if (!whole.isEmpty()) {
            object("Logical replication ("
                    + named(whole.stream().map(Publication::name).toList())
                    + ") publishes every table, so it would publish the copy as well, and subscribers that do not have it"
                    + " would stop (P41). Use via: View, or let it name its tables.");
        }
    }

    private void indexes() {
        List<Index> wholeRow = table.indexes().stream()
                .filter(index -> expressions(index)
                        .anyMatch(text -> text.contains(table.name().name().sql() + ".*")))
                .toList();
        if (!wholeRow.isEmpty()) {
            object("Indexes of " + table.name() + " are made of the whole row ("
                    + named(wholeRow.stream().map(Index::name).toList())
                    + "), which is of another type in the copy. Use via: View, or name the columns in them.");
        }
    }

    private static Stream<String> expressions(Index index) {
        return Stream.concat(
                index.shape().predicate().stream(),
                index.shape().keys().stream().<String>mapMulti((key, next) -> {
                    if (key instanceof Index.Key.Computed(String expression, var _)) {
                        next.accept(expression);
                    }
                }));
    }

    private void triggersCanPassRowsOn() {
        table.constraints().stream()
                .filter(constraint -> constraint.kind() == Constraint.Kind.UNIQUE
                        || constraint.kind() == Constraint.Kind.EXCLUSION
                        || constraint.kind() == Constraint.Kind.PRIMARY_KEY)
                .filter(constraint ->
                        RowKey.DEFERRABLE.matcher(constraint.definition()).find())
                .forEach(constraint -> object("Constraint " + constraint.name()
                        + " is DEFERRABLE, so a row that it may refuse later cannot be passed on at once. Use via: View, or"
                        + " make it NOT DEFERRABLE first."));
        table.triggers().stream()
                .filter(trigger -> !trigger.ofColumns().isEmpty())
                .forEach(trigger -> object("Trigger " + trigger.name() + " fires on UPDATE OF "
                        + named(trigger.ofColumns())
                        + ". What comes through the copy sets every column, so it would fire more often. Recreate it"
                        + " without the column list, with WHEN (OLD.… IS DISTINCT FROM NEW.…), or use via: View."));
        Ground.rowChangers(table).stream()
                .filter(Trigger::onInsert)
                .filter(trigger -> SKIPS_ROWS.matcher(trigger.functionSource()).find())
                .forEach(trigger -> object("Trigger " + trigger.name() + " calls " + trigger.function()
                        + ", which can say RETURN NULL before an INSERT, so that the row is passed over. For the copy that"
                        + " cannot be told from a conflict. Use via: View, or let it raise an error instead."));
    }

    /** Without triggers nothing brings what the server writes by itself into the other table. */
    private void onlyTheApplicationWrites() {
        Ground.rowChangers(table)
                .forEach(trigger -> object("Trigger " + trigger.name()
                        + " may change rows before they are written, in one of the two tables only, so that they would never be equal."
                        + " Use sync: Trigger, or let the application write what the trigger does."));
        table.constraints().stream()
                .filter(constraint -> constraint.kind() == Constraint.Kind.FOREIGN_KEY)
                .filter(constraint -> ACTS.matcher(constraint.definition()).find())
                .forEach(constraint -> object("Foreign key " + constraint.name() + " (" + constraint.definition()
                        + ") changes or deletes rows of " + table.name() + " by itself, and not those of the copy."
                        + " Use sync: Trigger."));
    }

    private static String named(List<?> names) {
        return names.stream().map(Object::toString).collect(Collectors.joining(", "));
    }

    private void object(String message) {
        objections.add(path, message);
    }
}
