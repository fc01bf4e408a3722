package dev.lockstep.change;

import dev.lockstep.schema.Column;
import dev.lockstep.schema.Constraint;
import dev.lockstep.schema.Dependent;
import dev.lockstep.schema.Index;
import dev.lockstep.schema.Table;
import java.util.List;

/** Why a column cannot be dropped, and what to do about it. */
final class DropObjections {
    private DropObjections() {}

    static void check(Tree tree, Column column, String path, Objections objections) {
        tree.all().forEach(table -> dependents(table, column, path, objections));
        check(tree.root(), column, path, objections);
        if (tree.divided()) {
            divided(tree.root(), column, path, objections);
        }
    }

    private static void divided(Table root, Column column, String path, Objections objections) {
        root.partitionKey()
                .filter(key -> RenameNotes.mentions(key.definition(), column.name()))
                .ifPresent(key -> objections.add(
                        path + ".column",
                        "The rows of " + root.name() + " are divided by " + key.definition() + ", so " + column.name()
                                + " cannot go. Only copying the table into one that is divided otherwise helps."));
        root.constraints().stream()
                .filter(constraint -> constraint.kind() == Constraint.Kind.FOREIGN_KEY)
                .filter(constraint -> constraint.columns().contains(column.name()))
                .forEach(key -> objections.add(
                        path + ".column",
                        "Foreign key " + key.name()
                                + " of a partitioned table could not be put back without reading the"
                                + " whole table under a strong lock (P11), so Lockstep does not drop it on the way."
                                + " Drop it with an sql change in a plan that runs before this one."));
    }

    private static void dependents(Table table, Column column, String path, Objections objections) {
        List<String> dependents = table.dependents().stream()
                .filter(dependent -> dependent.column().equals(column.name()))
                .map(Dependent::description)
                .distinct()
                .toList();
        if (!dependents.isEmpty()) {
            objections.add(
                    path + ".column",
                    "These need " + table.name() + "." + column.name() + " and would have to go with it: "
                            + String.join(", ", dependents) + ". Change or drop each of them first, with sql changes in"
                            + " a plan that runs before this one.");
        }
    }

    private static void check(Table table, Column column, String path, Objections objections) {
        table.triggers().stream()
                .filter(trigger -> trigger.ofColumns().contains(column.name()))
                .forEach(trigger -> objections.add(
                        path + ".column",
                        "Trigger " + trigger.name() + " fires on UPDATE OF " + column.name()
                                + " and stands in the way of the drop. Recreate it without the column first."));
        table.constraints().stream()
                .filter(constraint -> constraint.columns().contains(column.name()))
                .filter(constraint -> constraint.kind() == Constraint.Kind.PRIMARY_KEY
                        || constraint.columns().size() > 1)
                .forEach(constraint -> objections.add(
                        path + ".column",
                        "Constraint " + constraint.name() + ", " + constraint.definition()
                                + ", would silently go with the column. Replace it by one without "
                                + column.name()
                                + " first, or drop it with an sql change in a plan that runs before this"
                                + " one."));
        table.indexes().stream()
                .filter(index ->
                        index.unique() && index.valid() && index.constraint().isEmpty())
                .filter(index -> index.columns().contains(column.name())
                        && index.columns().size() > 1)
                .map(Index::name)
                .forEach(index -> objections.add(
                        path + ".column",
                        "Unique index " + index + " also guards other columns, and would silently go with "
                                + column.name() + ". Replace it by one without the column first, or drop it with an sql"
                                + " change in a plan that runs before this one."));
    }
}
