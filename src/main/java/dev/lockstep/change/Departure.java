package dev.lockstep.change;

import dev.lockstep.plan.Change;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.PlanSpec.Work;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A name that a plan takes away, so that code which still says it fails.
 *
 * @param column empty where the table's own name goes
 * @param rows whether the table's rows go with its name, so that any access to them counts
 */
public record Departure(TableName table, Optional<Identifier> column, boolean rows) {
    static Departure column(TableName table, Identifier column) {
        return new Departure(table, Optional.of(column), false);
    }

    /** All that this plan takes away as far as it is known: what raw SQL drops is not. */
    public static List<Departure> of(PlanSpec spec) {
        return switch (spec.work()) {
            case Work.Changes(List<Change> changes) ->
                changes.stream().flatMap(Departure::of).toList();
            case Work.Phases _ -> List.of();
        };
    }

    /** What this change takes away. */
    static Stream<Departure> of(Change change) {
        return switch (change) {
            case Change.DropColumn(var table, var column) -> Stream.of(column(table, column));
            case Change.RenameColumn(var table, var from, var _) -> Stream.of(column(table, from));
            case Change.ChangeColumnType(var table, var column, var _, var to, var _, var _) ->
                to.isPresent() ? Stream.of(column(table, column)) : Stream.of();
            case Change.RenameTable(var table, var _, var _) ->
                Stream.of(new Departure(table, Optional.empty(), false));
            case Change.DropTable(var table) -> Stream.of(new Departure(table, Optional.empty(), true));
            case Change.AddColumn _,
                    Change.SetNotNull _,
                    Change.DropNotNull _,
                    Change.SetDefault _,
                    Change.DropDefault _,
                    Change.AddIndex _,
                    Change.DropIndex _,
                    Change.Reindex _,
                    Change.AddForeignKey _,
                    Change.AddCheck _,
                    Change.AddUnique _,
                    Change.AddPrimaryKey _,
                    Change.DropConstraint _,
                    Change.CreateTable _,
                    Change.AddEnumValue _,
                    Change.Comment _,
                    Change.Sql _ -> Stream.of();
        };
    }

    /** As people write it. */
    @Override
    public String toString() {
        return table + column.map(name -> "." + name).orElse("");
    }
}
