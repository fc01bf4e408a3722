package dev.lockstep.change;

import dev.lockstep.change.Action.Assertion;
import dev.lockstep.change.Action.Transactional;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.Change.AddCheck;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A CHECK that holds for new rows first and is proven for all rows afterwards, in a transaction of its own that stops
 * nobody (P13). Rows in the way are looked for before it holds: the server would refuse any update of them from then on,
 * whatever column it is about.
 */
final class AddCheckRecipe implements Recipe<AddCheck> {
    @Override
    public Set<TableName> tables(AddCheck change) {
        return Set.of(change.table());
    }

    @Override
    public Outcome compile(AddCheck change, Setting setting, StepNames names) {
        Objections objections = new Objections();
        Optional<Tree> tree = Ground.tree(setting.catalogue(), change.table(), setting.path() + ".table", objections);
        tree.ifPresent(known -> {
            known.all()
                    .forEach(table ->
                            ConstraintSteps.nameIsFree(table, change.name(), setting.path() + ".name", objections));
            Ground.rowsCanBeSeen(known.root(), setting.path() + ".table", objections);
        });
        if (objections.any() || tree.isEmpty()) {
            return new Outcome.Refused(objections.all());
        }
        Table table = tree.get().root();
        List<TableLock> strong = tree.get().locks(LockMode.ACCESS_EXCLUSIVE);
        List<Step> steps = List.of(
                look(
                        "try-check",
                        change,
                        table,
                        "Decide for each what it should be; code that still writes such rows" + " must stop first.",
                        names),
                new Step(
                        names.claim("add-check"),
                        "Refuse new rows of " + change.table() + " that do not satisfy " + change.name(),
                        new Transactional(
                                List.of(ConstraintSteps.add(
                                        change.table(),
                                        change.name(),
                                        "CHECK " + SqlText.enclosed(change.expression()),
                                        true)),
                                strong,
                                false),
                        new Undo.By(new Transactional(
                                List.of(ConstraintSteps.dropIfThere(change.table(), change.name())), strong, false)),
                        Look.constraintExists(change.table(), change.name())),
                look("look", change, table, "Mend these rows; no new ones can come.", names),
                ConstraintSteps.validate(
                        change.table(), change.name(), tree.get().locks(LockMode.SHARE_UPDATE_EXCLUSIVE), names));
        return new Outcome.Parts(
                List.of(new Part(PhaseType.EXPAND, Optional.empty(), steps)),
                List.of("Once " + change.name() + " is added, any code that writes a row against it gets an error, the"
                        + " code that runs now too. See before the start that none does."));
    }

    private static Step look(String name, AddCheck change, Table table, String remedy, StepNames names) {
        String query = RowNames.query(table, SqlText.enclosed(change.expression()) + " IS FALSE");
        return new Step(
                names.claim(name),
                "Look for rows of " + table.name() + " that do not satisfy " + change.name(),
                new Assertion(
                        query,
                        "Every row of " + table.name() + " satisfies "
                                + change.expression().strip() + ".",
                        remedy),
                new Undo.Nothing(),
                Look.noRow(query));
    }
}
