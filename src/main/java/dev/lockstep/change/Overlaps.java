package dev.lockstep.change;

import dev.lockstep.plan.Change;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * Two changes of one plan must not be about the same thing: each is compiled for the tables as they are before both. What
 * only uses a column, as an index does, may stand beside others that use it, and behind the change that adds it.
 */
final class Overlaps {
    private Overlaps() {}

    static void check(List<Change> changes, BiFunction<Change, Integer, String> paths, Objections objections) {
        for (int index = 0; index < changes.size(); index++) {
            for (int earlier = 0; earlier < index; earlier++) {
                Optional<Claim> shared = shared(changes.get(index), changes.get(earlier));
                if (shared.isPresent()) {
                    objections.add(
                            paths.apply(changes.get(index), index),
                            shared.get().words() + " is already the matter of "
                                    + paths.apply(changes.get(earlier), earlier)
                                    + ". Each change is worked out for the tables as they are before the plan, so put the"
                                    + " second one in a plan of its own, to run after this one.");
                    break;
                }
            }
        }
    }

    private static Optional<Claim> shared(Change one, Change other) {
        List<Claim> taken = claims(other).toList();
        return claims(one)
                .filter(claim -> taken.stream().anyMatch(claim::clashes))
                .findFirst();
    }

    /**
     * What a change is about.
     *
     * @param column empty for the table as a whole
     * @param matter what of it; {@link #ALL} leaves nothing for others
     */
    private record Claim(TableName table, Optional<Identifier> column, String matter) {
        static final String ALL = "";
        static final String RELATION = "relation ";

        boolean clashes(Claim other) {
            return table.equals(other.table)
                    && (column.isEmpty() || other.column.isEmpty() || column.equals(other.column))
                    && (matter.equals(ALL) || other.matter.equals(ALL) || matter.equals(other.matter));
        }

        String words() {
            if (matter.startsWith(RELATION)) {
                return "Index or constraint " + column.map(Identifier::sql).orElse(matter.substring(RELATION.length()))
                        + " of " + table;
            }
            return column.map(name -> "Column " + name + " of " + table).orElse("Table " + table);
        }
    }

    private static Stream<Claim> claims(Change change) {
        return switch (change) {
            case Change.AddColumn(var table, var column, var _, boolean nullable, var _, var _, var _, var _) ->
                // What is made NOT NULL by two changes would be let go of by the first that is taken back.
                nullable
                        ? Stream.of(column(table, column, "name"))
                        : Stream.of(column(table, column, "name"), column(table, column, "null"));
            case Change.DropColumn(var table, var column) -> Stream.of(column(table, column, Claim.ALL));
            case Change.RenameColumn(var table, var from, var to) ->
                Stream.of(column(table, from, Claim.ALL), column(table, to, Claim.ALL));
            case Change.ChangeColumnType(var table, var column, var _, var to, var _, var _) ->
                Stream.concat(Stream.of(column), to.stream()).map(each -> column(table, each, Claim.ALL));
            case Change.SetNotNull(var table, var column) -> Stream.of(column(table, column, "null"));
            case Change.DropNotNull(var table, var column) -> Stream.of(column(table, column, "null"));
            case Change.SetDefault(var table, var column, var _) -> Stream.of(column(table, column, "default"));
            case Change.DropDefault(var table, var column) -> Stream.of(column(table, column, "default"));
            case Change.AddIndex(
                    var table,
                    var name,
                    var _,
                    Change.IndexBody.Columns(var columns, var include, var where)) ->
                Stream.concat(
                        Stream.of(where.isEmpty() ? named(table, name) : relation(table, name)),
                        uses(table, Stream.concat(columns.stream(), include.stream()), name));
            case Change.AddIndex(var table, var name, var _, Change.IndexBody.Definition _) ->
                Stream.of(relation(table, name));
            case Change.DropIndex(var table, var name) -> Stream.of(relation(table, name));
            case Change.Reindex(var table, var name) ->
                Stream.of(name.map(index -> relation(table, index)).orElseGet(() -> table(table, "indexes")));
            case Change.AddForeignKey(var table, var name, var columns, var referenced, var keys, var _, var _) ->
                Stream.of(
                                Stream.of(named(table, name)),
                                uses(table, columns.stream(), name),
                                uses(referenced, keys.stream(), name))
                        .flatMap(each -> each);
            case Change.AddCheck(var table, var name, var _) -> Stream.of(relation(table, name));
            case Change.AddUnique(var table, var name, var columns) ->
                Stream.concat(Stream.of(named(table, name)), uses(table, columns.stream(), name));
            case Change.AddPrimaryKey(var table, var _, var columns) ->
                Stream.concat(
                        Stream.of(table(table, "primary key")),
                        columns.stream().map(each -> column(table, each, "null")));
            case Change.DropConstraint(var table, var name) -> Stream.of(relation(table, name));
            case Change.RenameTable(var table, var to, var _) ->
                Stream.of(table(table, Claim.ALL), table(new TableName(table.schema(), to), Claim.ALL));
            case Change.DropTable(var table) -> Stream.of(table(table, Claim.ALL));
            case Change.CreateTable create -> Stream.of(table(create.table(), "name"));
            case Change.AddEnumValue(var type, var value, var _) -> Stream.of(table(type, "value " + value));
            case Change.Comment(var table, var column, var _) ->
                Stream.of(new Claim(table, column, column.isPresent() ? "comment" : "comment of its own"));
            case Change.Sql _ -> Stream.of();
        };
    }

    private static Claim table(TableName table, String matter) {
        return new Claim(table, Optional.empty(), matter);
    }

    private static Claim column(TableName table, Identifier column, String matter) {
        return new Claim(table, Optional.of(column), matter);
    }

    /** An index or constraint of which only the server knows the columns: nothing of the table may change beside it. */
    private static Claim relation(TableName table, Identifier name) {
        return table(table, Claim.RELATION + name.sql());
    }

    /** One whose columns are claimed each for itself, so that it stands beside changes of all others. */
    private static Claim named(TableName table, Identifier name) {
        return column(table, name, Claim.RELATION + name.sql());
    }

    /** No two uses are the same matter. */
    private static Stream<Claim> uses(TableName table, Stream<Identifier> columns, Identifier by) {
        return columns.map(each -> column(table, each, "use by " + by.sql()));
    }
}
