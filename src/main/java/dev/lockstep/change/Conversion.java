package dev.lockstep.change;

import dev.lockstep.schema.Column;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Table;
import java.util.Optional;

/**
 * How the value of a column's replacement follows from the column's own ({@code up}), and the other way ({@code down}).
 *
 * @param replacement as it is on the table until the contract
 * @param up expression over the row as its author wrote it; without it a cast
 * @param down the same for the way back; without it a cast
 * @param both whether the replacement is written as well; otherwise it only follows
 */
record Conversion(
        Table table, Column original, Column replacement, Optional<String> up, Optional<String> down, boolean both) {

    /** The new value, where the row's columns can be named: in a statement on the table. */
    String newValue() {
        return cast(up.orElse(old()), replacement.type());
    }

    /** The old value, without the domain around it. */
    String oldValue() {
        return cast(down.orElse(neu()), original.baseType());
    }

    /** The new value of the row that a trigger sees. */
    String newValueInTrigger() {
        return up.isEmpty() ? cast("NEW." + old(), replacement.type()) : overNew(newValue());
    }

    /** The old value of the row that a trigger sees, without the domain around it. */
    String oldValueInTrigger() {
        return down.isEmpty() ? cast("NEW." + neu(), original.baseType()) : overNew(oldValue());
    }

    /** Whether a trigger's function holds expressions of an author's. */
    boolean authored() {
        return up.isPresent() || down.isPresent();
    }

    /** Rows that the backfill has to fill. A value that code wrote to the new side is never written over. */
    String unfilled() {
        return both
                ? neither() + " OR (" + neu() + " IS NULL AND " + SqlText.differ(neu(), newValue()) + ")"
                : SqlText.differ(neu(), newValue());
    }

    /**
     * Rows whose sides are apart: neither follows from the other. Not only rows whose new side does not follow from the old
     * one: a value that was written to the new side, and that the old one cannot hold exactly, is right as it is.
     */
    String apart() {
        return both ? neither() : SqlText.differ(neu(), newValue());
    }

    private String neither() {
        return "(" + SqlText.differ(neu(), newValue()) + " AND "
                + SqlText.differ(SqlText.bare(old(), original), oldValue()) + ")";
    }

    /** Rows whose new value would not be what it is, were it made of the old one again: what going back would lose. */
    String lostGoingBack() {
        return SqlText.differ(neu(), newValue());
    }

    /** Rows whose value a cast there and back changes (P26). */
    String lossy() {
        String there = cast(old(), replacement.type());
        return SqlText.differ(SqlText.bare(old(), original), cast(there, original.baseType()));
    }

    private String old() {
        return original.name().sql();
    }

    private String neu() {
        return name().sql();
    }

    private Identifier name() {
        return replacement.name();
    }

    private static String cast(String expression, String type) {
        return "CAST(" + SqlText.enclosed(expression) + " AS " + type + ")";
    }

    /** The row is offered under the table's name, so that no text has to be rewritten (P23). */
    private String overNew(String expression) {
        return "(SELECT " + expression + " FROM (SELECT NEW.*) AS "
                + table.name().name().sql() + ")";
    }
}
