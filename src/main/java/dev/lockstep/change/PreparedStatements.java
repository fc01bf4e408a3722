package dev.lockstep.change;

import dev.lockstep.plan.Change;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What columns that come and go mean for statements that clients have prepared on the server (P38). */
final class PreparedStatements {
    private PreparedStatements() {}

    /** For the author of a plan of these changes; empty where the server prepares everything anew by itself. */
    static Optional<String> note(List<Change> changes) {
        String tables = changes.stream()
                .flatMap(PreparedStatements::reshaped)
                .distinct()
                .map(TableName::toString)
                .collect(Collectors.joining(", "));
        return tables.isEmpty()
                ? Optional.empty()
                : Optional.of("Columns come or go on " + tables
                        + ". A SELECT * or RETURNING * on them that a client has prepared fails once with \"cached plan"
                        + " must not change result type\". Most drivers prepare it again by themselves outside of a"
                        + " transaction, and not inside one: let the code name its columns, or try the transaction again,"
                        + " or set autosave=conservative (pgjdbc). A pool that keeps prepared statements, such as"
                        + " PgBouncer, keeps them past a restart of the application (P38).");
    }

    private static Stream<TableName> reshaped(Change change) {
        return switch (change) {
            case Change.AddColumn add -> Stream.of(add.table());
            case Change.DropColumn drop -> Stream.of(drop.table());
            case Change.RenameColumn rename -> Stream.of(rename.table());
            // Without another name it has a note of its own: what fails there is more than SELECT *.
            case Change.ChangeColumnType retype -> retype.to().stream().map(_ -> retype.table());
            case Change.SetNotNull _,
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
                    Change.RenameTable _,
                    Change.DropTable _,
                    Change.CreateTable _,
                    Change.AddEnumValue _,
                    Change.Comment _,
                    Change.Sql _ -> Stream.of();
        };
    }
}
