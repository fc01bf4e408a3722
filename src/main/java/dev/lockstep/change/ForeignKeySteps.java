package dev.lockstep.change;

import dev.lockstep.change.Action.Transactional;
import dev.lockstep.change.Step.Undo;
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
