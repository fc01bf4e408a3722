package dev.lockstep.change;

import dev.lockstep.schema.Column;
import dev.lockstep.schema.Column.DefaultValue;
import java.util.List;
import java.util.Optional;

/**
 * The default of a column, in a table and all its partitions: what it is now, and the SQL that changes it and puts it back.
 */
record ColumnDefault(Tree tree, Column column) {
    /** Why this column has no default that could be changed. */
    static void check(Column column, String path, Objections objections) {
        String remedy = switch (column.defaultValue()) {
            case DefaultValue.Identity _ ->
                " numbers its rows by itself (GENERATED … AS IDENTITY) and can have no other default. Change the identity"
                        + " with an sql change (ALTER COLUMN … SET GENERATED, or DROP IDENTITY).";
            case DefaultValue.Generated(String expression) ->
                " is always generated as " + expression + " and can have no default. Add a column with the new"
                        + " expression and move the code to it, or drop the expression with an sql change.";
            case DefaultValue.None _, DefaultValue.Stable _, DefaultValue.Volatile _ -> "";
        };
        if (!remedy.isEmpty()) {
            objections.add(path, "Column " + column.name() + remedy);
        }
    }

    Optional<String> expression() {
        return expression(column);
    }

    String set(String expression) {
        return tree.alter() + to(SqlText.enclosed(expression));
    }

    String drop() {
        return tree.alter() + to("");
    }

    /** Each partition may have had a default of its own, for rows that are written to it by its own name. */
    List<String> restore() {
        return tree.all().stream()
                .flatMap(table -> table.column(column.name()).stream()
                        .map(own -> tree.alterOnly(table) + to(expression(own).orElse(""))))
                .toList();
    }

    private String to(String expression) {
        return "ALTER COLUMN " + column.name().sql() + (expression.isEmpty() ? " DROP DEFAULT" : " SET DEFAULT ")
                + expression;
    }

    private static Optional<String> expression(Column column) {
        return switch (column.defaultValue()) {
            case DefaultValue.Stable(String expression) -> Optional.of(expression);
            case DefaultValue.Volatile(String expression) -> Optional.of(expression);
            case DefaultValue.None _, DefaultValue.Identity _, DefaultValue.Generated _ -> Optional.empty();
        };
    }

    /** What the author should know about partitions that differ. */
    List<String> notes() {
        return tree
                .withOtherDefault(column)
                .map(table -> "Partition " + table.name() + " has another default for " + column.name() + " than "
                        + tree.name() + " now; the change reaches it too. A rollback gives it its own back.")
                .stream()
                .toList();
    }
}
