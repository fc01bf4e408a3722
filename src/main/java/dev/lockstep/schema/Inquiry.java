package dev.lockstep.schema;

import java.util.Set;

/**
 * What a plan wants to know of a database.
 *
 * @param tables whose catalogue entries it wants to see
 * @param rehearsals what it wants to have tried out
 */
public record Inquiry(Set<TableName> tables, Set<Rehearsal> rehearsals) {
    public Inquiry {
        tables = Set.copyOf(tables);
        rehearsals = Set.copyOf(rehearsals);
    }

    /** Only these tables. */
    public static Inquiry of(Set<TableName> tables) {
        return new Inquiry(tables, Set.of());
    }
}
