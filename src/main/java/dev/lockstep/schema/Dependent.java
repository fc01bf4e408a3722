package dev.lockstep.schema;

/**
 * Something outside the table that depends on one of its columns by {@code pg_depend}, and would stand in the way of a
 * drop (P35): a view, a materialised view, a generated column, a policy, a publication's filter, a foreign key of
 * another table, a function with a parsed body.
 *
 * @param column the column it needs
 * @param kind in the server's words, for example {@code view}
 * @param description the object, named as {@code pg_describe_object} does
 */
public record Dependent(Identifier column, String kind, String description) {}
