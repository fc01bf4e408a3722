package dev.lockstep.change;

import dev.lockstep.change.Action.Assertion;
import dev.lockstep.change.Action.Transactional;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.schema.Constraint;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Steps about foreign keys; each takes its locks on both tables (P5). */
final class ForeignKeySteps {
    private ForeignKeySteps() {}

    /** The key holds for new rows from here on. */
    static Step add(TableName table, Identifier name, String definition, TableName referenced, StepNames names) {
        return new Step(
                names.claim("add-foreign-key"),
                "Refuse new rows of " + table + " that do not satisfy " + name,
                new Transactional(
                        List.of(ConstraintSteps.add(table, name, definition, true)),
                        both(table, Optional.of(referenced), LockMode.SHARE_ROW_EXCLUSIVE),
                        false),
                new Undo.By(new Transactional(
                        List.of(ConstraintSteps.dropIfThere(table, name)),
                        both(table, Optional.of(referenced), LockMode.ACCESS_EXCLUSIVE),
                        false)),
                Look.constraintExists(table, name));
    }

    /**
     * Drops a key alone, before anything else that would lock the other table with it. Put back, it is added NOT VALID, and
     * validated in a transaction of its own. That second part belongs to the look before the drop, as what comes last
     * forward is taken back first.
     */
    static List<Step> drop(TableName table, Constraint key, StepNames names) {
        String changed = "SELECT " + SqlText.literal(key.name().value()) + " WHERE NOT ("
                + Look.constraintExists(table, key.name()) + ")";
        Undo validate = key.validated()
                ? new Undo.By(new Transactional(
                        List.of(SqlText.onlyIf(
                                Look.constraintExists(table, key.name()),
                                ConstraintSteps.validation(table, key.name()))),
                        proof(table, key.referenced()),
                        true))
                : new Undo.Nothing();
        return List.of(
                new Step(
                        names.claim("foreign-key"),
                        "See that foreign key " + key.name() + " is there, as when the plan was reviewed",
                        new Assertion(
                                changed,
                                "Table " + table + " has the foreign key " + key.name() + ".",
                                "Somebody has dropped it since. Add it again, or abort and start the plan anew."),
                        validate,
                        Look.noRow(changed)),
                new Step(
                        names.claim("drop-foreign-key"),
                        "Drop foreign key " + key.name(),
                        new Transactional(
                                List.of(ConstraintSteps.alter(table) + "DROP CONSTRAINT "
                                        + key.name().sql()),
                                both(table, key.referenced(), LockMode.ACCESS_EXCLUSIVE),
                                false),
                        new Undo.By(new Transactional(
                                List.of(SqlText.onlyIf(
                                        Look.constraintGone(table, key.name()),
                                        ConstraintSteps.add(table, key.name(), key.definition(), true))),
                                both(table, key.referenced(), LockMode.SHARE_ROW_EXCLUSIVE),
                                false)),
                        Look.constraintGone(table, key.name())));
    }

    /** The locks of a proof, which stop nobody. */
    static List<TableLock> proof(TableName table, Optional<TableName> referenced) {
        return Stream.concat(
                        Stream.of(new TableLock(table, LockMode.SHARE_UPDATE_EXCLUSIVE)),
                        referenced.stream()
                                .filter(other -> !other.equals(table))
                                .map(other -> new TableLock(other, LockMode.ROW_SHARE)))
                .toList();
    }

    private static List<TableLock> both(TableName table, Optional<TableName> referenced, LockMode mode) {
        return Stream.concat(Stream.of(table), referenced.stream())
                .distinct()
                .map(each -> new TableLock(each, mode))
                .toList();
    }
}
