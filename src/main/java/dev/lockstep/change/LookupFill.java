package dev.lockstep.change;

import dev.lockstep.change.Action.Survey;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.Lookup;
import dev.lockstep.plan.Lookup.Match;
import dev.lockstep.plan.Lookup.Missing;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Index;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A new column's value that is looked up in another table. It becomes a scalar subselect by a key of that table, which the
 * backfill and the trigger evaluate in the same words. Whoever joins in an UPDATE by a key that is not unique gets any one
 * of the rows and no error, so without such a key the plan is refused.
 *
 * @param type of the column, as SQL
 * @param given the column's default, as the plan has it
 */
record LookupFill(Lookup lookup, Identifier column, String type, Optional<String> given) {
    private static final String FOUND = "lockstep_found";

    /** The value for a row that is known under the table's name: what a column is called there may be called so here too. */
    String expression(TableName row) {
        String found = "(SELECT " + FOUND + "." + lookup.value().sql() + rest(row) + ")";
        return lookup.missing() == Missing.DEFAULT
                ? "coalesce(" + found + ", " + given.map(SqlText::enclosed).orElseThrow() + ")"
                : found;
    }

    /** True for a row whose key is NULL or not in the other table. */
    private String missing(TableName row) {
        return "NOT EXISTS (SELECT" + rest(row) + ")";
    }

    private String rest(TableName row) {
        return " FROM " + lookup.from().sql() + " AS " + FOUND + " WHERE "
                + lookup.on().stream()
                        .map(match -> FOUND + "." + match.other().sql() + " = "
                                + row.name().sql() + "." + match.own().sql())
                        .collect(Collectors.joining(" AND "));
    }

    void check(Table table, Catalogue catalogue, boolean nullable, String path, Objections objections) {
        if (lookup.missing() == Missing.DEFAULT && given.isEmpty()) {
            objections.add(
                    path + ".missing",
                    "Says Default, but the column has none. Give it a default, or say Null or Hold.");
        }
        if (lookup.missing() == Missing.NULL && !nullable) {
            objections.add(
                    path + ".missing",
                    "Says Null, but the column is to be NOT NULL. Say Hold, or Default with a default, or nullable:"
                            + " true.");
        }
        lookup.on().forEach(match -> Ground.column(table, match.own(), path + ".on", objections));
        Optional<Table> other = catalogue.table(lookup.from());
        if (other.isEmpty()) {
            objections.add(
                    path + ".table",
                    "There is no table " + lookup.from() + " that Lockstep's role can see. Check the spelling (case"
                            + " counts) and the schema.");
        }
        other.ifPresent(known -> check(known, path, objections));
    }

    private void check(Table other, String path, Objections objections) {
        Ground.column(other, lookup.value(), path + ".value", objections);
        lookup.on().forEach(match -> Ground.column(other, match.other(), path + ".on", objections));
        Ground.rowsCanBeSeen(other, path + ".table", objections);
        Set<Identifier> joined = lookup.on().stream().map(Match::other).collect(Collectors.toSet());
        if (other.indexes().stream().noneMatch(index -> finds(index, other, joined))) {
            objections.add(
                    path + ".on",
                    "No primary key or unique index of " + other.name() + " is made of "
                            + SqlText.names(List.copyOf(new TreeSet<>(joined)))
                            + " alone, so a row could find several values. Join by a key, or make these columns unique"
                            + " first (addUnique, in a plan of its own).");
        }
    }

    /** At most one row has these values, at every moment: a deferrable constraint may be broken until its transaction ends. */
    private static boolean finds(Index index, Table table, Set<Identifier> joined) {
        List<Identifier> key = RowKey.columns(index);
        return index.unique()
                && index.valid()
                && index.shape().predicate().isEmpty()
                && key.size() == index.shape().keys().size()
                && joined.containsAll(key)
                && !RowKey.deferrable(index, table);
    }

    List<String> notes(boolean trigger) {
        String readers = trigger
                ? " The trigger looks there too, with the rights of whoever writes the row: grant them SELECT on it."
                : "";
        return List.of("The value of " + column + " is looked up in " + lookup.from()
                + " when a row is filled. A row of that table that changes afterwards is not followed; the last look"
                + " before the contract says how many rows would get another value by then." + readers);
    }

    /** Before anything is written: rows that would find nothing, where that is not to be. */
    Optional<Step> held(Table table, String name) {
        return lookup.missing() == Missing.HOLD
                ? Optional.of(held(table, name, missing(table.name())))
                : Optional.empty();
    }

    /** Before the contract: rows that have found nothing and still have nothing. */
    Optional<Step> heldAtTheEnd(Table table, String name) {
        return lookup.missing() == Missing.HOLD
                ? Optional.of(held(table, name, column.sql() + " IS NULL AND " + missing(table.name())))
                : Optional.empty();
    }

    private Step held(Table table, String name, String condition) {
        return new Step(
                name,
                "Look for rows of " + table.name() + " that find nothing in " + lookup.from(),
                new Survey(
                        table.name(),
                        new Survey.NoneWhere(condition),
                        "Every row of " + table.name() + " finds its " + column + " in " + lookup.from() + ".",
                        "Add the missing rows to " + lookup.from()
                                + ", or correct these; the run goes on by itself then."
                                + " Or abort, and say in the plan that missing is Null or Default."),
                new Undo.Nothing(),
                Look.noRow("SELECT FROM " + table.name().sql() + " WHERE " + condition));
    }

    /** Before the contract: what has changed in the other table since. Only told: code may have written what it likes. */
    Step changed(Table table, String name) {
        String condition = SqlText.differ(column.sql(), "CAST(" + expression(table.name()) + " AS " + type + ")");
        return new Step(
                name,
                "Count the rows of " + table.name() + " whose " + column + " is not what " + lookup.from() + " has now",
                new Survey(
                        table.name(),
                        new Survey.Counted(condition),
                        "Every row of " + table.name() + " has in " + column + " what " + lookup.from() + " has now.",
                        "Where no code has written these values, " + lookup.from() + " has changed since they were"
                                + " filled: correct them."),
                new Undo.Nothing(),
                Look.NO_TRACE);
    }
}
