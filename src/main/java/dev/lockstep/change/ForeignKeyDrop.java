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

/**
 * Drops a foreign key alone, so that the locks it takes on both tables are held for nothing else (P5), and so that it can be
 * put back.
 *
 * @param table the table that has it
 */
record ForeignKeyDrop(
        TableName table, Identifier name, Optional<TableName> referenced, String definition, boolean validated) {
    ForeignKeyDrop(TableName table, Constraint key) {
        this(table, key.name(), key.referenced(), key.definition(), key.validated());
    }

    /**
     * Put back, a foreign key is added NOT VALID, and validated in a transaction of its own. That second part belongs to the
     * look before the drop, as what comes last forward is taken back first.
     */
    List<Step> steps(StepNames names) {
        String gone =
                "SELECT " + SqlText.literal(name.value()) + " WHERE NOT (" + Look.constraintExists(table, name) + ")";
        return List.of(
                new Step(
                        names.claim("foreign-key"),
                        "See that foreign key " + name + " is there, as when the plan was reviewed",
                        new Assertion(
                                gone,
                                "Table " + table + " has the foreign key " + name + ".",
                                "Somebody has dropped it since. Add it again, or abort and start the plan anew."),
                        validate(),
                        Look.noRow(gone)),
                new Step(
                        names.claim("drop-foreign-key"),
                        "Drop foreign key " + name,
                        new Transactional(
                                List.of(alter() + "DROP CONSTRAINT " + name.sql()),
                                both(LockMode.ACCESS_EXCLUSIVE),
                                false),
                        new Undo.By(add()),
                        Look.constraintGone(table, name)));
    }

    /** The same where nothing is put back any more. */
    Step forGood(Undo.Impossible loss, StepNames names) {
        return new Step(
                names.claim("drop-foreign-key"),
                "Drop foreign key " + name,
                new Transactional(
                        List.of(alter() + "DROP CONSTRAINT IF EXISTS " + name.sql()),
                        both(LockMode.ACCESS_EXCLUSIVE),
                        false),
                loss,
                Look.constraintGone(table, name));
    }

    private Undo validate() {
        List<TableLock> proof = Stream.concat(
                        Stream.of(new TableLock(table, LockMode.SHARE_UPDATE_EXCLUSIVE)),
                        referenced.stream()
                                .filter(other -> !other.equals(table))
                                .map(other -> new TableLock(other, LockMode.ROW_SHARE)))
                .toList();
        return validated
                ? new Undo.By(new Transactional(
                        List.of(SqlText.onlyIf(
                                Look.constraintExists(table, name), alter() + "VALIDATE CONSTRAINT " + name.sql())),
                        proof,
                        true))
                : new Undo.Nothing();
    }

    private Transactional add() {
        String unproven = definition.endsWith(" NOT VALID") ? "" : " NOT VALID";
        return new Transactional(
                List.of(SqlText.onlyIf(
                        Look.constraintGone(table, name),
                        alter() + "ADD CONSTRAINT " + name.sql() + " " + definition + unproven)),
                both(LockMode.SHARE_ROW_EXCLUSIVE),
                false);
    }

    private List<TableLock> both(LockMode mode) {
        return Stream.concat(Stream.of(table), referenced.stream())
                .distinct()
                .map(each -> new TableLock(each, mode))
                .toList();
    }

    private String alter() {
        return "ALTER TABLE " + table.sql() + " ";
    }
}
