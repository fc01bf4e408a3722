package dev.lockstep.lint;

import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.util.Optional;
import java.util.Set;

/**
 * What is looked for in statements.
 *
 * @param column empty for the table as a whole
 * @param others the other tables and views that have a column of this name; a column that is written without its table is
 *     theirs where only they are in sight
 */
public record Subject(TableName table, Optional<Identifier> column, Set<TableName> others) {
    public Subject {
        others = Set.copyOf(others);
    }

    /** As people write it. */
    @Override
    public String toString() {
        return table + column.map(name -> "." + name).orElse("");
    }
}
