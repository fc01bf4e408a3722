package dev.lockstep.plan;

import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.util.Optional;

/** One intended schema change. What it takes to do it safely is the business of its recipe. */
public sealed interface Change {
    /**
     * A new column.
     *
     * @param type as SQL, for example {@code varchar(20)}
     * @param defaultValue SQL expression
     * @param fill SQL expression over the row, for rows that exist and for code that does not write the column yet
     */
    record AddColumn(
            TableName table,
            Identifier column,
            String type,
            boolean nullable,
            Optional<String> defaultValue,
            Optional<String> fill,
            Optional<String> comment)
            implements Change {}

    record DropColumn(TableName table, Identifier column) implements Change {}

    record RenameColumn(TableName table, Identifier from, Identifier to) implements Change {}

    /**
     * Raw SQL in one of the phases.
     *
     * @param phase the phase in which the statement runs; not {@code Deploy}
     */
    record Sql(PhaseType phase, SqlStep step) implements Change {}
}
