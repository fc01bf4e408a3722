package dev.lockstep.change;

import dev.lockstep.change.Walk.Impossible;
import dev.lockstep.change.Walk.Impossible.Fault;
import dev.lockstep.plan.DeclaredPhase;
import dev.lockstep.plan.PlanSpec.UserTriggers;
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

    /**
     * The table, if its rows can be walked; otherwise the reason goes to the objections.
     *
     * @param changing whether SQL of the plan that runs before may give it the index that the key needs
     */
    static Optional<Table> table(
            Catalogue catalogue,
            DeclaredPhase.Step.Backfill backfill,
            UserTriggers triggers,
            boolean changing,
            String path,
            Objections objections) {
        Optional<Table> table = catalogue.table(backfill.table());
        if (table.isEmpty()) {
            return Ground.table(catalogue, backfill.table(), path + ".table", objections);
        }
        Walk walk =
                Walk.of(catalogue, backfill.table(), backfill.key(), triggers).orElseThrow();
        if (walk instanceof Impossible(Fault fault, String reason, String remedy) && fault == Fault.TABLE) {
            objections.add(path + ".table", reason + " " + remedy);
            return Optional.empty();
        }
        Objections columns = new Objections();
        backfill.key().forEach(column -> key(table.get(), column, path + ".key", columns));
        if (walk instanceof Impossible(var _, String reason, String remedy) && !columns.any() && !changing) {
            columns.add(path + ".key", reason + " " + remedy);
        }
        objections.addAll(columns.all());
        return table;
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
