package dev.lockstep.schema;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One index as the catalogue shows it.
 *
 * @param columns the plain columns it mentions in any place: key, INCLUDE, expression or predicate
 * @param definition what {@code pg_get_indexdef} prints
 * @param constraint the constraint it stands behind, if any
 * @param valid false for the debris of a build that failed (P10)
 * @param shape what it is made of, so that one like it can be built without rewriting its text (P23)
 * @param ties what hangs on it besides
 */
public record Index(
        Identifier name,
        List<Identifier> columns,
        String definition,
        boolean unique,
        boolean primary,
        boolean valid,
        Optional<Identifier> constraint,
        Shape shape,
        Ties ties) {
    public Index {
        columns = List.copyOf(columns);
    }

    /** An index on which nothing hangs. */
    public Index(
            Identifier name,
            List<Identifier> columns,
            String definition,
            boolean unique,
            boolean primary,
            boolean valid,
            Optional<Identifier> constraint,
            Shape shape) {
        this(name, columns, definition, unique, primary, valid, constraint, shape, Ties.none());
    }

    /**
     * What hangs on an index besides its definition.
     *
     * @param replicaIdentity whether logical replication identifies rows by it: {@code REPLICA IDENTITY USING INDEX}
     * @param attachedTo the index of the parent table that it is a part of, for an index of a partition
     * @param neededBy what else depends on it or on its constraint, foreign keys of any table for one, each as
     *     {@code pg_describe_object} names it
     * @param extras statements that give an index of this name what its definition does not say: comment, statistics
     *     targets, the table's clustering
     */
    public record Ties(
            boolean replicaIdentity, Optional<Identifier> attachedTo, List<String> neededBy, List<String> extras) {
        public Ties {
            neededBy = List.copyOf(neededBy);
            extras = List.copyOf(extras);
        }

        /** Nothing hangs on it. */
        public static Ties none() {
            return new Ties(false, Optional.empty(), List.of(), List.of());
        }
    }

    /**
     * What an index is made of.
     *
     * @param method the access method, for example {@code btree}
     * @param keys the key parts in order, without the INCLUDE columns
     * @param included the INCLUDE columns in order
     * @param nullsNotDistinct {@code NULLS NOT DISTINCT} of a unique index; false before server 15
     * @param options storage parameters, each as {@code pg_class.reloptions} has it: {@code fillfactor=70}
     * @param tablespace only where it is not the database's own
     * @param predicate the WHERE condition of a partial index, as {@code pg_get_expr} prints it
     * @param computedFrom the columns that a key expression or the predicate reads; all columns when one of them reads the
     *     whole row
     */
    public record Shape(
            String method,
            List<Key> keys,
            List<Identifier> included,
            boolean nullsNotDistinct,
            List<String> options,
            Optional<Identifier> tablespace,
            Optional<String> predicate,
            Set<Identifier> computedFrom) {
        public Shape {
            keys = List.copyOf(keys);
            included = List.copyOf(included);
            options = List.copyOf(options);
            computedFrom = Set.copyOf(computedFrom);
        }
    }

    /** One key part. */
    public sealed interface Key {
        /**
         * What follows the part in {@code CREATE INDEX}, as SQL text, each only where it differs from what the server would
         * take by itself: {@code COLLATE} with a schema-qualified collation, a schema-qualified operator class with its
         * options, {@code DESC}, {@code NULLS FIRST} or {@code NULLS LAST}. Empty for a plain key.
         */
        String qualifiers();

        /** A column. */
        record Plain(Identifier column, String qualifiers) implements Key {}

        /**
         * An expression over the row.
         *
         * @param expression as {@code pg_get_indexdef} prints the part; not to be rewritten by text replacement
         */
        record Computed(String expression, String qualifiers) implements Key {}
    }
}
