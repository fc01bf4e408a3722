package dev.lockstep.schema;

import java.util.List;

/**
 * One trigger that a person or an application made (the server's own, behind foreign keys, are left out).
 *
 * @param before true when it fires before the row is written, so that it can change it
 * @param forEachRow false for a statement trigger
 * @param onUpdate true when it fires on UPDATE, with or without a column list
 * @param ofColumns the columns of {@code UPDATE OF}; empty when it fires on every UPDATE
 * @param enabled when it fires, as the catalogue codes it: origin, always, replica or disabled
 * @param function its function, with schema
 * @param functionSource the source of that function, for languages that have one; what it mentions is not in
 *     {@code pg_depend}
 */
public record Trigger(
        Identifier name,
        boolean before,
        boolean forEachRow,
        boolean onInsert,
        boolean onUpdate,
        List<Identifier> ofColumns,
        Firing enabled,
        String function,
        String functionSource) {
    public Trigger {
        ofColumns = List.copyOf(ofColumns);
    }

    /** {@code pg_trigger.tgenabled}. */
    public enum Firing {
        ORIGIN,
        ALWAYS,
        REPLICA,
        DISABLED
    }
}
