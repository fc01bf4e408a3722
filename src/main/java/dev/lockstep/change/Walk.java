package dev.lockstep.change;

import dev.lockstep.plan.PlanSpec.UserTriggers;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Column;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.RowAccess;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How a backfill goes through the rows of a table: by blocks where the rows lie in the blocks of one heap, else by a key. By
 * what the catalogue says; it is told when a plan is explained, and decided in the same way when the step begins.
 */
public sealed interface Walk {
    /** The first server that can read ranges of blocks. */
    int SERVER_WITH_BLOCK_RANGES = 140_000;

    /** @param why for a person, with which walk it is, as a sentence */
    record ByBlocks(String why) implements Walk {}

    /** @param why for a person, with which walk it is, as a sentence */
    record ByKey(List<Column> columns, String why) implements Walk {
        public ByKey {
            columns = List.copyOf(columns);
        }
    }

    /** There is no way. Reason and remedy are sentences. */
    record Impossible(Fault fault, String reason, String remedy) implements Walk {
        /** What the plan would have to name otherwise. */
        public enum Fault {
            TABLE,
            KEY
        }
    }

    /**
     * The walk through a table; empty where the catalogue does not have it.
     *
     * @param key columns that the plan names to go by; empty where it leaves that to Lockstep
     * @param triggers whether the table's own triggers do a part of the work
     */
    static Optional<Walk> of(Catalogue catalogue, TableName name, List<Identifier> key, UserTriggers triggers) {
        return catalogue.table(name).map(table -> {
            if (!key.isEmpty()) {
                return byNamedKey(table, key, triggers);
            }
            if (!plain(table)) {
                return new Impossible(
                        Impossible.Fault.TABLE,
                        name + " is " + words(table)
                                + ", so its rows do not lie in the blocks of one table, and no key is"
                                + " named to go by.",
                        nameAKey(table));
            }
            return table.access().inBlocks() && catalogue.serverVersion() >= SERVER_WITH_BLOCK_RANGES
                    ? new ByBlocks(
                            "Walked by blocks, as " + name + " is one table whose rows have their places in blocks.")
                    : byFoundKey(table, catalogue.serverVersion());
        });
    }

    private static Walk byNamedKey(Table table, List<Identifier> key, UserTriggers triggers) {
        RowAccess access = table.access();
        if (!(triggers == UserTriggers.FIRE ? access.updatableByTriggers() : access.updatable())) {
            return new Impossible(
                    Impossible.Fault.TABLE,
                    table.name() + " is " + words(table) + ", and the server cannot update its rows.",
                    beneath(table)
                            + (table.kind() == Table.Kind.VIEW
                                    ? " If INSTEAD OF triggers of the view are to do it, say backfill.userTriggers: Fire"
                                            + " in the plan."
                                    : ""));
        }
        List<Column> columns =
                key.stream().flatMap(name -> table.column(name).stream()).toList();
        if (columns.size() < key.size()) {
            return new Impossible(
                    Impossible.Fault.KEY,
                    table.name() + " does not have all the columns of backfill.key (" + named(key) + ").",
                    "Mend backfill.key; case counts.");
        }
        // What is beneath a view or on another server nobody can see.
        boolean known = table.kind() != Table.Kind.VIEW && table.kind() != Table.Kind.FOREIGN;
        return known && !access.inOrderOf(key)
                ? new Impossible(
                        Impossible.Fault.KEY,
                        "No index of " + table.name() + " begins with the columns of backfill.key (" + named(key)
                                + "), in this order, so each batch would read the whole table.",
                        plain(table)
                                ? "Leave backfill.key out, then it goes by blocks."
                                : "Name the columns of an index.")
                : new ByKey(
                        columns,
                        "Walked by the key that the plan names (" + named(key) + "), as " + table.name() + " is "
                                + words(table) + ".");
    }

    private static Walk byFoundKey(Table table, int server) {
        String why = table.access().inBlocks()
                ? "server version " + server + " cannot read ranges of blocks"
                : "its rows have no places in blocks";
        return table.access()
                .key()
                .<Walk>map(key -> new ByKey(
                        key.stream()
                                .flatMap(name -> table.column(name).stream())
                                .toList(),
                        "Walked by its key (" + named(key) + "), as " + why + "."))
                .orElseGet(() -> new Impossible(
                        Impossible.Fault.TABLE,
                        table.name() + " cannot be walked: " + why
                                + ", and there is no primary key and no unique index of"
                                + " columns that are NOT NULL.",
                        "Add a primary key, or a unique index of NOT NULL columns, and retry."));
    }

    private static String named(List<Identifier> columns) {
        return columns.stream().map(Identifier::value).collect(Collectors.joining(", "));
    }

    private static boolean plain(Table table) {
        return table.kind() == Table.Kind.ORDINARY || table.kind() == Table.Kind.PARTITION;
    }

    private static String words(Table table) {
        return switch (table.kind()) {
            case ORDINARY, PARTITION -> "a table";
            case PARTITIONED ->
                table.partitionKey().isPresent() ? "a partitioned table" : "a table that others inherit from";
            case FOREIGN -> "a foreign table";
            case VIEW -> "a view";
            case MATERIALISED_VIEW -> "a materialised view";
        };
    }

    private static String nameAKey(Table table) {
        return switch (table.kind()) {
            case ORDINARY, PARTITION, PARTITIONED ->
                "Backfill each partition by a step of its own, or name in backfill.key the columns of its primary key, or"
                        + " of another index without NULLs.";
            case VIEW, FOREIGN ->
                beneath(table)
                        + " Or name columns that order its rows in backfill.key, none of them ever NULL and as good"
                        + " as unique.";
            case MATERIALISED_VIEW -> beneath(table);
        };
    }

    private static String beneath(Table table) {
        return switch (table.kind()) {
            case FOREIGN -> "Backfill it on its own server, in a plan of that database.";
            case MATERIALISED_VIEW -> "Backfill the tables beneath it, then refresh it.";
            case ORDINARY, PARTITION, PARTITIONED, VIEW -> "Backfill the table beneath it.";
        };
    }
}
