package dev.lockstep.change;

import dev.lockstep.change.Action.Transactional;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Column;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.Table.Partition;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A table with everything that a statement on it reaches and locks: itself, and where it is partitioned all its partitions
 * and theirs.
 *
 * @param below parents before children, in the order of names: everybody who locks the tree takes the same way through it
 *     (P3)
 */
record Tree(Table root, List<Table> below) {
    Tree {
        below = List.copyOf(below);
    }

    /** A table without partitions, or whose partitions do not matter. */
    static Tree of(Table table) {
        return new Tree(table, List.of());
    }

    /** A table with all its partitions. */
    static Tree of(Table root, Catalogue catalogue) {
        List<Table> below = new ArrayList<>();
        collect(root, catalogue, below);
        return new Tree(root, below);
    }

    private static void collect(Table parent, Catalogue catalogue, List<Table> below) {
        List<Table> children = parent.partitions().stream()
                .map(Partition::name)
                .sorted()
                .flatMap(name -> catalogue.table(name).stream())
                .toList();
        below.addAll(children);
        children.forEach(child -> collect(child, catalogue, below));
    }

    TableName name() {
        return root.name();
    }

    boolean divided() {
        return !below.isEmpty() || root.partitionKey().isPresent();
    }

    /** Every table of it, the root first. */
    List<Table> all() {
        return Stream.concat(Stream.of(root), below.stream()).toList();
    }

    /** The tables that hold rows. */
    List<Table> leaves() {
        return all().stream().filter(table -> table.partitionKey().isEmpty()).toList();
    }

    /** The tables that are divided, each before its own partitions. */
    List<Table> parents() {
        return all().stream().filter(table -> table.partitionKey().isPresent()).toList();
    }

    /** The table of the tree that this one is a direct partition of; empty for the root. */
    Optional<Table> parentOf(Table table) {
        return parents().stream()
                .filter(parent ->
                        parent.partitions().stream().map(Partition::name).anyMatch(table.name()::equals))
                .findFirst();
    }

    /** The same lock on every table of it. */
    List<TableLock> locks(LockMode mode) {
        return all().stream().map(table -> new TableLock(table.name(), mode)).toList();
    }

    /** Statements that are over in an instant, under the lock that stops everybody. */
    Transactional brief(String... statements) {
        return brief(List.of(statements));
    }

    /** Statements that are over in an instant, under the lock that stops everybody. */
    Transactional brief(List<String> statements) {
        return new Transactional(statements, locks(LockMode.ACCESS_EXCLUSIVE), false);
    }

    /** A statement that reads every row under a lock that nobody who reads or writes waits for. */
    Transactional scan(String... statements) {
        return new Transactional(List.of(statements), locks(LockMode.SHARE_UPDATE_EXCLUSIVE), true);
    }

    /** How the tables beneath have a column of the root. */
    Stream<Column> columnBelow(Identifier column) {
        return below.stream().flatMap(table -> table.column(column).stream());
    }

    /** The beginning of a statement that changes the whole tree. */
    String alter() {
        return "ALTER TABLE " + root.name().sql() + " ";
    }

    /** The beginning of a statement that changes one table of the tree and none beneath it. */
    String alterOnly(Table table) {
        return "ALTER TABLE " + (divided() ? "ONLY " : "") + table.name().sql() + " ";
    }

    /** A table of the tree whose column does not get its value by itself as the root's does. */
    Optional<Table> withOtherDefault(Column column) {
        return below.stream()
                .filter(table -> table.column(column.name())
                        .filter(own -> !Objects.equals(own.defaultValue(), column.defaultValue()))
                        .isPresent())
                .findFirst();
    }
}
