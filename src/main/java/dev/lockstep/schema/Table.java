package dev.lockstep.schema;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One table as the catalogue showed it.
 *
 * @param estimatedRows the planner's estimate; 0 or -1 where nothing was counted yet, so never divide by it (P29)
 * @param blocks pages of the main fork, counted, not estimated
 * @param rowsHidden why the role that Lockstep connects with might not see every row (P28); empty when it does
 * @param updatesRefused why the server would refuse an UPDATE, for example a publication without replica identity (P29)
 * @param partitionKey by what a declaratively partitioned table is divided; empty for every other table, a parent of
 *     inheritance children too
 * @param partitions the direct children of a partitioned table or an inheritance parent, by name; each is in the catalogue
 *     as well, with children of its own
 * @param comment what {@code COMMENT ON TABLE} said of it
 * @param inboundKeys foreign keys of other tables that refer to this one
 * @param wholeDependents everything outside that would stand in the way of dropping the table (P35), but for foreign keys;
 *     and the publications that name it
 * @param columnsEver how many columns it has had, dropped ones included: they too count towards the server's limit (P43)
 * @param access how its rows can be reached
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
        Optional<PartitionKey> partitionKey,
        List<Partition> partitions,
        Optional<String> comment,
        List<InboundKey> inboundKeys,
        List<TableDependent> wholeDependents,
        Surroundings surroundings,
        int columnsEver,
        RowAccess access) {
    public Table {
        columns = List.copyOf(columns);
        indexes = List.copyOf(indexes);
        constraints = List.copyOf(constraints);
        triggers = List.copyOf(triggers);
        dependents = List.copyOf(dependents);
        partitions = List.copyOf(partitions);
        inboundKeys = List.copyOf(inboundKeys);
        wholeDependents = List.copyOf(wholeDependents);
    }

    /** The column of this name, if there is one. */
    public Optional<Column> column(Identifier column) {
        return columns.stream().filter(c -> c.name().equals(column)).findFirst();
    }

    /** The same table with one more column. */
    public Table with(Column column) {
        return with(plus(columns, column), indexes);
    }

    /** The same table with one more index. */
    public Table with(Index index) {
        return with(columns, plus(indexes, index));
    }

    private Table with(List<Column> otherColumns, List<Index> otherIndexes) {
        return new Table(
                name,
                kind,
                otherColumns,
                otherIndexes,
                constraints,
                triggers,
                dependents,
                estimatedRows,
                blocks,
                rowsHidden,
                updatesRefused,
                partitionKey,
                partitions,
                comment,
                inboundKeys,
                wholeDependents,
                surroundings,
                columnsEver + otherColumns.size() - columns.size(),
                access);
    }

    private static <T> List<T> plus(List<T> some, T one) {
        return Stream.concat(some.stream(), Stream.of(one)).toList();
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

    /**
     * By what a table is divided.
     *
     * @param definition as {@code pg_get_partkeydef} prints it
     * @param columns the plain columns in it, in order
     * @param computed whether an expression is part of it as well
     */
    public record PartitionKey(String definition, List<Identifier> columns, boolean computed) {
        public PartitionKey {
            columns = List.copyOf(columns);
        }
    }

    /**
     * A child table.
     *
     * @param bound which rows it holds, as {@code pg_get_expr} prints it; empty for an inheritance child
     */
    public record Partition(TableName name, String bound) {}

    /**
     * A foreign key of another table that refers to this one.
     *
     * @param table the other table
     * @param definition what {@code pg_get_constraintdef} prints
     */
    public record InboundKey(TableName table, Identifier name, String definition, boolean validated) {}

    /**
     * Something outside that needs a table or one of its columns, by {@code pg_depend}.
     *
     * @param kind in the server's words, for example {@code view}
     * @param description the object, named as {@code pg_describe_object} does
     */
    public record TableDependent(String kind, String description) {}
}
