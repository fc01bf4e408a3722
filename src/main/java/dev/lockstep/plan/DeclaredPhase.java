package dev.lockstep.plan;

import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Optional;

/**
 * A phase that the author wrote out instead of having it compiled from a change.
 *
 * @param require the milestone that every workload must have reached before the phase begins
 */
public record DeclaredPhase(PhaseName name, PhaseType type, Optional<Milestone> require, List<Step> steps) {
    public DeclaredPhase {
        steps = List.copyOf(steps);
    }

    /** One step of a declared phase. */
    public sealed interface Step {
        /** Raw SQL. */
        record Sql(SqlStep sql) implements Step {}

        /**
         * Sets a column of every row that satisfies a condition, in batches.
         *
         * @param name unique in its phase; a DNS label
         * @param value SQL expression over the row
         * @param where SQL condition that is true for rows still to be done, and false once they are
         * @param key columns by whose order the rows are walked, as a view or a foreign table needs it; empty for by blocks
         */
        record Backfill(
                String name, TableName table, Identifier column, String value, String where, List<Identifier> key)
                implements Step {
            public Backfill {
                key = List.copyOf(key);
            }

            /** By blocks. */
            public Backfill(String name, TableName table, Identifier column, String value, String where) {
                this(name, table, column, value, where, List.of());
            }
        }
    }
}
