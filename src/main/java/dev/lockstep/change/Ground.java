package dev.lockstep.change;

import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Column;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import dev.lockstep.schema.Trigger;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What a table must be like before a recipe can work on it. */
final class Ground {
    /** The schema in the target that holds the ledger and the functions of our triggers. */
    static final Identifier SCHEMA = new Identifier("lockstep");

    static final int MAX_COLUMNS = 1600;

    static final Set<String> SYSTEM_COLUMNS = Set.of("ctid", "xmin", "xmax", "cmin", "cmax", "tableoid");

    private Ground() {}

    /** The table, if it is there and of a kind that recipes can change; otherwise the reason goes to the objections. */
    static Optional<Table> table(Catalogue catalogue, TableName name, String path, Objections objections) {
        Optional<Table> table = catalogue.table(name);
        if (table.isEmpty()) {
            objections.add(
                    path,
                    "There is no table " + name + " that Lockstep's role "
                            + catalogue.role().name()
                            + " can see. Check the spelling (case counts) and the schema, or create the table first.");
            return Optional.empty();
        }
        Optional<String> unfit = unfit(table.get().kind());
        unfit.ifPresent(reason -> objections.add(path, name + " is " + reason));
        return unfit.isPresent() ? Optional.empty() : table;
    }

    /**
     * The table with all its partitions, if one statement on it can change them together; otherwise the reason goes to the
     * objections. Inheritance children are no such tree: they have columns, defaults and constraints of their own.
     */
    static Optional<Tree> tree(Catalogue catalogue, TableName name, String path, Objections objections) {
        Optional<Table> divided =
                catalogue.table(name).filter(table -> table.partitionKey().isPresent());
        if (divided.isEmpty() || divided.get().kind() != Table.Kind.PARTITIONED) {
            return table(catalogue, name, path, objections).map(Tree::of);
        }
        Tree tree = Tree.of(divided.get(), catalogue);
        List<String> elsewhere = tree.below().stream()
                .filter(table -> table.kind() == Table.Kind.FOREIGN)
                .map(table -> table.name().toString())
                .toList();
        if (!elsewhere.isEmpty()) {
            objections.add(
                    path,
                    "Partitions of " + name + " are foreign tables, whose rows live on another server: "
                            + String.join(", ", elsewhere) + ". Detach them, or change both servers with sql changes.");
        }
        return Optional.of(tree);
    }

    /** The same for what is a table's own affair, as an index is: one partition alone, or an inheritance parent, will do. */
    static Optional<Tree> treeOrPart(Catalogue catalogue, TableName name, String path, Objections objections) {
        return catalogue
                .table(name)
                .filter(table -> table.partitionKey().isEmpty())
                .filter(table -> table.kind() == Table.Kind.PARTITION || table.kind() == Table.Kind.PARTITIONED)
                .map(Tree::of)
                .or(() -> tree(catalogue, name, path, objections));
    }

    private static Optional<String> unfit(Table.Kind kind) {
        return switch (kind) {
            case ORDINARY -> Optional.empty();
            case PARTITIONED ->
                Optional.of(
                        "a partitioned table or has inheritance children, so one statement would lock several tables"
                                + " at once. Lockstep does not make this change there; write the steps out as sql, table by"
                                + " table.");
            case PARTITION ->
                Optional.of("a partition or an inheritance child, and changes with its parent. Name the partitioned"
                        + " table at the top, or write the steps out as sql for the whole tree.");
            case FOREIGN ->
                Optional.of("a foreign table: its rows live on another server. Change it there, in a plan of that"
                        + " database, and adapt this definition with an sql change.");
            case VIEW ->
                Optional.of("a view. Name the table beneath it; views follow a renamed column by themselves. To change"
                        + " the view itself, use an sql change.");
            case MATERIALISED_VIEW ->
                Optional.of("a materialised view, which has no columns of its own to change. Name the table beneath it,"
                        + " or recreate the view with an sql change.");
        };
    }

    /** The column, if it is there; otherwise the reason goes to the objections. */
    static Optional<Column> column(Table table, Identifier column, String path, Objections objections) {
        Optional<Column> found = table.column(column);
        if (found.isEmpty()) {
            objections.add(
                    path,
                    "Table " + table.name() + " has no column " + column + ". It has "
                            + table.columns().stream()
                                    .map(c -> c.name().value())
                                    .collect(Collectors.joining(", "))
                            + ". Check the spelling; case counts.");
        }
        return found;
    }

    /** Whether a new column can have this name. */
    static void nameIsFree(Table table, Identifier column, String path, Objections objections) {
        if (SYSTEM_COLUMNS.contains(column.value())) {
            objections.add(
                    path, "PostgreSQL keeps a system column named " + column + " in every table. Choose another name.");
        } else if (table.column(column).isPresent()) {
            objections.add(
                    path,
                    "Table " + table.name() + " already has a column " + column + ". Choose another name, or drop that"
                            + " column in a plan of its own first.");
        }
        if (table.columnsEver() >= MAX_COLUMNS) {
            objections.add(
                    path,
                    "Table " + table.name() + " has used up PostgreSQL's " + MAX_COLUMNS
                            + " columns; dropped ones count"
                            + " too. Only copying the table into a new one makes room.");
        }
    }

    /** Whether every row can be reached and updated (P28, P29). */
    static void rowsCanBeUpdated(Table table, String path, Objections objections) {
        rowsCanBeSeen(table, path, objections);
        table.updatesRefused()
                .ifPresent(why -> objections.add(
                        path,
                        "The server would refuse to update rows of " + table.name() + ": " + sentence(why)
                                + " Give the table a replica identity (ALTER TABLE … REPLICA IDENTITY …), then try"
                                + " again."));
    }

    /** Whether a look at the rows shows every one of them (P28). */
    static void rowsCanBeSeen(Table table, String path, Objections objections) {
        table.rowsHidden()
                .ifPresent(
                        why -> objections.add(
                                path,
                                "Lockstep might not see every row of " + table.name() + ": " + sentence(why)
                                        + " Rows that it cannot see would not be brought into the new shape. Let it connect as a"
                                        + " role with BYPASSRLS, or as the owner of a table without FORCE ROW LEVEL SECURITY."));
    }

    /** Whether another run of ours still keeps triggers on the table (G33). */
    static void noOtherRun(Table table, String path, Objections objections) {
        List<String> ours = table.triggers().stream()
                .filter(Ground::isOurs)
                .map(trigger -> trigger.name().value())
                .toList();
        if (!ours.isEmpty()) {
            objections.add(
                    path,
                    "Table " + table.name() + " still has triggers of another Lockstep run: " + String.join(", ", ours)
                            + ". Let that run finish or roll it back first.");
        }
    }

    /** The table's triggers that can change a row before it is written, apart from ours. */
    static List<Trigger> rowChangers(Table table) {
        return table.triggers().stream()
                .filter(trigger -> !isOurs(trigger))
                .filter(trigger -> trigger.before() && trigger.forEachRow())
                .filter(trigger -> trigger.onInsert() || trigger.onUpdate())
                .toList();
    }

    static boolean isOurs(Trigger trigger) {
        return trigger.function().startsWith(SCHEMA.value() + ".");
    }

    private static String sentence(String text) {
        String end = text.endsWith(".") ? "" : ".";
        return text + end;
    }
}
