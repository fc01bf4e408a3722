package dev.lockstep.change;

import dev.lockstep.plan.DeclaredPhase;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Column;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Table;
import java.util.Optional;

/**
 * What a backfill of a plan that writes its phases out can be done on. That is more than a recipe can change: one partition
 * alone has blocks of its own, and with a key to go by, rows can be anywhere that takes an UPDATE.
 */
final class BackfillGround {
    private BackfillGround() {}

    /** The table, if its rows can be walked; otherwise the reason goes to the objections. */
    static Optional<Table> table(
            Catalogue catalogue, DeclaredPhase.Step.Backfill backfill, String path, Objections objections) {
        Optional<Table> table = catalogue.table(backfill.table());
        if (table.isEmpty()) {
            return Ground.table(catalogue, backfill.table(), path + ".table", objections);
        }
        Optional<String> unfit = unfit(table.get().kind(), !backfill.key().isEmpty());
        unfit.ifPresent(reason -> objections.add(path + ".table", backfill.table() + " is " + reason));
        if (unfit.isPresent()) {
            return Optional.empty();
        }
        backfill.key().forEach(column -> key(table.get(), column, path + ".key", objections));
        return table;
    }

    private static Optional<String> unfit(Table.Kind kind, boolean key) {
        return switch (kind) {
            case ORDINARY, PARTITION -> Optional.empty();
            case PARTITIONED ->
                key
                        ? Optional.empty()
                        : Optional.of("a partitioned table or has inheritance children, so its rows do not lie in the"
                                + " blocks of one table. Write a step for each partition, or name the columns of its"
                                + " primary key, or of another index without NULLs, as key.");
            case VIEW ->
                key
                        ? Optional.empty()
                        : Optional.of("a view, so its rows do not lie in the blocks of one table. Backfill the table"
                                + " beneath it, or name columns as key that order the view's rows and are never NULL.");
            case FOREIGN ->
                key
                        ? Optional.empty()
                        : Optional.of(
                                "a foreign table, so its rows lie on another server. Backfill it there, in a plan of"
                                        + " that database, or name columns as key that order its rows and are never NULL.");
            case MATERIALISED_VIEW ->
                Optional.of("a materialised view, whose rows cannot be updated. Backfill the tables beneath it, then"
                        + " refresh it.");
        };
    }

    private static void key(Table table, Identifier name, String path, Objections objections) {
        boolean known = table.kind() != Table.Kind.VIEW && table.kind() != Table.Kind.FOREIGN;
        Ground.column(table, name, path, objections)
                .filter(column -> known && !column.notNull())
                .map(Column::name)
                .ifPresent(column -> objections.add(
                        path,
                        "Column " + column + " of " + table.name() + " can be NULL, and rows without a key would not be"
                                + " reached. Name columns that are NOT NULL, those of the primary key for example."));
    }
}
