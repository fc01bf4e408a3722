package dev.lockstep.schema;

import java.util.List;
import java.util.Optional;

/**
 * One column as the catalogue shows it.
 *
 * @param attribute its number in the table ({@code pg_attribute.attnum})
 * @param type the type with its modifier, as {@code format_type} prints it
 * @param collation the collation as SQL text, only where it differs from the type's own
 * @param defaultValue how a value comes about where a statement gives none
 * @param grants column privileges, each ready to be granted on another column
 * @param baseType the type beneath every domain, with its modifier; the same as {@code type} where that is no domain. A
 *     new column of a domain with constraints rewrites the table, one of its base type does not
 * @param comment what {@code COMMENT ON COLUMN} said of it
 */
public record Column(
        Identifier name,
        int attribute,
        String type,
        Optional<String> collation,
        boolean notNull,
        DefaultValue defaultValue,
        List<ColumnGrant> grants,
        String baseType,
        Optional<String> comment) {
    public Column {
        grants = List.copyOf(grants);
    }

    /** How a column gets a value that a statement does not give. */
    public sealed interface DefaultValue {
        /** NULL. */
        record None() implements DefaultValue {}

        /**
         * An expression that gives the same value all through a transaction, so that a trigger can tell whether a value is
         * the default.
         */
        record Stable(String expression) implements DefaultValue {}

        /** An expression that gives another value each time ({@code nextval}, {@code random()}). */
        record Volatile(String expression) implements DefaultValue {}

        /** {@code GENERATED … AS IDENTITY}. */
        record Identity(boolean always) implements DefaultValue {}

        /** {@code GENERATED ALWAYS AS (expression)}; it cannot be written. */
        record Generated(String expression) implements DefaultValue {}
    }

    /** {@code GRANT privilege (column) ON table TO grantee}. */
    public record ColumnGrant(String privilege, Identifier grantee, boolean grantable) {}
}
