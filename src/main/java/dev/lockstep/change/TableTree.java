package dev.lockstep.change;

import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.Table.Partition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A table with its partitions, theirs, and so on; for an ordinary table only that. */
record TableTree(Catalogue catalogue, Table root) {
    boolean divided() {
        return root.partitionKey().isPresent();
    }

    /** The tables that hold rows: the root itself, or everything beneath it that is not divided further. */
    List<Table> leaves() {
        return all().stream().filter(table -> table.partitionKey().isEmpty()).toList();
    }

    /** The tables that are divided, each before its own partitions. */
    List<Table> parents() {
        return all().stream().filter(table -> table.partitionKey().isPresent()).toList();
    }

    /** Every table, each before its own partitions. */
    List<Table> all() {
        List<Table> tables = new ArrayList<>();
        add(root, tables);
        return List.copyOf(tables);
    }

    private void add(Table table, List<Table> tables) {
        tables.add(table);
        if (table.partitionKey().isPresent()) {
            table.partitions().stream()
                    .flatMap(partition -> catalogue.table(partition.name()).stream())
                    .forEach(partition -> add(partition, tables));
        }
    }

    /** The divided table that this one is a direct partition of; empty for the root. */
    Optional<Table> parentOf(Table table) {
        return parents().stream()
                .filter(parent ->
                        parent.partitions().stream().map(Partition::name).anyMatch(table.name()::equals))
                .findFirst();
    }

    /** A lock of this mode on every table, in the one order that everybody keeps to (P3). */
    List<TableLock> locks(LockMode mode) {
        return locks(all().stream(), mode);
    }

    static List<TableLock> locks(Stream<Table> tables, LockMode mode) {
        return tables.map(table -> new TableLock(table.name(), mode)).toList();
    }
}
