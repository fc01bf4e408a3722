package dev.lockstep.change;

import dev.lockstep.change.Recipe.Setting;
import dev.lockstep.plan.Change.RenameTable;
import dev.lockstep.plan.Change.TableRenaming;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.Optional;

/** Why a table cannot be renamed, and what to do about it. */
final class RenameTableObjections {
    /** From here on a view can be bound by the policies for whoever uses it. */
    private static final int SERVER_WITH_SECURITY_INVOKER = 150000;

    private RenameTableObjections() {}

    /** The table, where it is there. */
    static Optional<Table> check(RenameTable change, Setting setting, Objections objections) {
        String path = setting.path() + ".table";
        Optional<Table> table = switch (change.via()) {
            case VIEW -> ofAnyDepth(change, setting, path, objections);
            case COPY -> Ground.table(setting.catalogue(), change.table(), path, objections);
        };
        TableName to = RenameTableRecipe.renamed(change);
        if (setting.catalogue().table(to).isPresent()) {
            objections.add(
                    setting.path() + ".to",
                    "There is a table or view " + to + " already. Choose another name, or drop it in a plan of its own"
                            + " first.");
        }
        table.ifPresent(known -> {
            Ground.noOtherRun(known, path, objections);
            rowsAreNotArguments(known, path, objections);
            if (change.via() == TableRenaming.COPY) {
                TwinObjections.check(known, setting.spec().sync(), path, objections);
            }
        });
        Optional.ofNullable(setting.catalogue().names().taken().get(to))
                .ifPresent(what -> objections.add(
                        setting.path() + ".to",
                        "The name " + to + " is taken: " + what
                                + ". Choose another one, or rename what has it first."));
        return table;
    }

    /** A rename locks only the table itself, so for a view partitions are no obstacle. */
    private static Optional<Table> ofAnyDepth(RenameTable change, Setting setting, String path, Objections objections) {
        Optional<Table> table = setting.catalogue().table(change.table());
        boolean partitioned = table.map(Table::kind)
                .filter(kind -> kind == Table.Kind.PARTITIONED || kind == Table.Kind.PARTITION)
                .isPresent();
        Optional<Table> fit = partitioned ? table : Ground.table(setting.catalogue(), change.table(), path, objections);
        fit.filter(known -> known.surroundings().rowSecurity().enabled())
                .ifPresent(known -> policiesHoldForTheView(known, setting, path, objections));
        return fit;
    }

    private static void policiesHoldForTheView(Table table, Setting setting, String path, Objections objections) {
        if (setting.catalogue().serverVersion() < SERVER_WITH_SECURITY_INVOKER) {
            objections.add(
                    path,
                    "Table " + table.name() + " has row-level security, and before server 15 a view is bound by the"
                            + " policies for its owner, not for whoever uses it: old code would see rows that are not"
                            + " its own. Use via: Copy, or upgrade the server first.");
        }
        boolean someColumnsOnly = table.columns().stream()
                .flatMap(column -> column.grants().stream())
                .anyMatch(grant -> grant.privilege().equals("SELECT"));
        if (someColumnsOnly) {
            objections.add(
                    path,
                    "Table " + table.name()
                            + " has row-level security and SELECT granted on single columns. A view that"
                            + " keeps the policies asks for SELECT on all of its columns, so those roles could read"
                            + " nothing through it. Use via: Copy, or grant SELECT on the table for as long as the plan"
                            + " runs.");
        }
    }

    private static void rowsAreNotArguments(Table table, String path, Objections objections) {
        if (!table.surroundings().rowFunctions().isEmpty()) {
            objections.add(
                    path,
                    "These functions take a row of " + table.name()
                            + " as an argument. Until the contract one of the two names stands for rows of another"
                            + " type, and calls with such a row would fail: "
                            + String.join(", ", table.surroundings().rowFunctions())
                            + ". Let them take the columns that they need instead.");
        }
    }
}
