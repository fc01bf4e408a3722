package dev.lockstep.schema;

import java.util.List;
import java.util.Optional;

/**
 * One index as the catalogue shows it.
 *
 * @param columns the plain columns it mentions in any place: key, INCLUDE, expression or predicate
 * @param definition what {@code pg_get_indexdef} prints
 * @param constraint the constraint it stands behind, if any
 * @param valid false for the debris of a build that failed (P10)
 */
public record Index(
        Identifier name,
        List<Identifier> columns,
        String definition,
        boolean unique,
        boolean primary,
        boolean valid,
        Optional<Identifier> constraint) {
    public Index {
        columns = List.copyOf(columns);
    }
}
