package dev.lockstep.change;

import dev.lockstep.change.Action.Transactional;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.List;

/** Steps about single constraints that several recipes take. */
final class ConstraintSteps {
    private ConstraintSteps() {}

    /** The proof that a constraint added NOT VALID holds for every row. It reads them all, and stops nobody (P13). */
    static Step validate(TableName table, Identifier name, List<TableLock> locks, StepNames names) {
        return new Step(
                names.claim("validate"),
                "Prove to the server that every row of " + table + " satisfies " + name,
                new Transactional(List.of(validation(table, name)), locks, true),
                new Undo.Nothing(),
                Look.constraintValid(table, name));
    }

    static String validation(TableName table, Identifier name) {
        return alter(table) + "VALIDATE CONSTRAINT " + name.sql();
    }

    static String add(TableName table, Identifier name, String definition, boolean unproven) {
        return alter(table) + "ADD CONSTRAINT " + name.sql() + " " + definition
                + (unproven && !definition.endsWith(" NOT VALID") ? " NOT VALID" : "");
    }

    static String dropIfThere(TableName table, Identifier name) {
        return alter(table) + "DROP CONSTRAINT IF EXISTS " + name.sql();
    }

    static String alter(TableName table) {
        return "ALTER TABLE " + table.sql() + " ";
    }

    /** Whether a constraint can have this name on this table. */
    static void nameIsFree(Table table, Identifier name, String path, Objections objections) {
        table.constraints().stream()
                .filter(constraint -> constraint.name().equals(name))
                .forEach(constraint -> objections.add(
                        path,
                        "Table " + table.name() + " already has a constraint " + name + ": " + constraint.definition()
                                + ". Choose another name, or drop that constraint first."));
    }
}
