package dev.lockstep.schema;

import java.util.Optional;

/**
 * A question that the catalogue alone does not answer: what would become of a column, and of everything that hangs on it,
 * under another name and perhaps of another type? The server is asked to do it to an empty copy of the table, so no table
 * of rules about types is kept here (P16), and no expression's text is rewritten (P23).
 *
 * @param as the name of the column that is to replace this one, at least until the contract
 * @param retyping empty where the type stays
 */
public record Rehearsal(TableName table, Identifier column, Identifier as, Optional<Retyping> retyping) {
    /**
     * Another type.
     *
     * @param type as SQL
     * @param up SQL expression over the row that gives the new value; without it a cast
     * @param down SQL expression over the row that gives the old value; without it a cast
     * @param both whether code writes both columns, so that {@code down} is needed at all
     */
    public record Retyping(String type, Optional<String> up, Optional<String> down, boolean both) {}
}
