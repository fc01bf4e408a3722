package dev.lockstep.schema;

import java.util.List;
import java.util.Optional;

/**
 * One table constraint as the catalogue shows it.
 *
 * @param columns the table's own columns that it mentions
 * @param referenced the other table, for a foreign key
 * @param definition what {@code pg_get_constraintdef} prints
 */
public record Constraint(
        Identifier name,
        Kind kind,
        List<Identifier> columns,
        Optional<TableName> referenced,
        String definition,
        boolean validated) {
    public Constraint {
        columns = List.copyOf(columns);
    }

    /** What a constraint demands. */
    public enum Kind {
        CHECK,
        FOREIGN_KEY,
        PRIMARY_KEY,
        UNIQUE,
        EXCLUSION,
        NOT_NULL
    }
}
