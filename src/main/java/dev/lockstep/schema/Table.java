package dev.lockstep.schema;

import java.util.List;
import java.util.Optional;

/**
 * One table as the catalogue showed it.
 *
 * @param estimatedRows the planner's estimate; 0 or -1 where nothing was counted yet, so never divide by it (P29)
 * @param blocks pages of the main fork, counted, not estimated
 * @param rowsHidden why the role that Lockstep connects with might not see every row (P28); empty when it does
 * @param updatesRefused why the server would refuse an UPDATE, for example a publication without replica identity (P29)
 */
public record Table(
        TableName name,
        Kind kind,
        List<Column> columns,
        List<Index> indexes,
        List<Constraint> constraints,
        List<Trigger> triggers,
        List<Dependent> dependents,
        long estimatedRows,
        long blocks,
        Optional<String> rowsHidden,
        Optional<String> updatesRefused,
        Surroundings surroundings) {
    public Table {
        columns = List.copyOf(columns);
        indexes = List.copyOf(indexes);
        constraints = List.copyOf(constraints);
        triggers = List.copyOf(triggers);
        dependents = List.copyOf(dependents);
    }

    /** The column of this name, if there is one. */
    public Optional<Column> column(Identifier column) {
        return columns.stream().filter(c -> c.name().equals(column)).findFirst();
    }

    /** What holds the rows. */
    public enum Kind {
        ORDINARY,
        /** A partitioned table, or one with inheritance children: one statement touches several tables. */
        PARTITIONED,
        /** A partition or an inheritance child: it changes with its parent. */
        PARTITION,
        FOREIGN,
        VIEW,
        MATERIALISED_VIEW
    }
}
