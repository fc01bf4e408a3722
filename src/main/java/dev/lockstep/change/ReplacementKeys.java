package dev.lockstep.change;

import dev.lockstep.change.Action.Assertion;
import dev.lockstep.change.Action.Transactional;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Rehearsed.ForeignKey;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * For every foreign key that a column has a part in, on either end, one for its replacement. Both stand until the contract.
 * Then each old one goes alone and gives its name to the new one, because dropping it with the column would lock the other
 * table as well (P5).
 */
record ReplacementKeys(ReplacementColumn replacement) {
    List<Step> add(StepNames names) {
        List<Step> steps = new ArrayList<>();
        replacement.rehearsed().foreignKeys().forEach(key -> steps.addAll(add(key, names)));
        return steps;
    }

    private List<Step> add(ForeignKey key, StepNames names) {
        Identifier twin = twin(key);
        List<Step> steps = new ArrayList<>();
        steps.add(new Step(
                names.claim("foreign-key"),
                "Let foreign key " + key.name() + " of " + key.table() + " hold for " + replacement.name() + " too",
                new Transactional(
                        List.of(alter(key) + "ADD CONSTRAINT " + twin.sql() + " " + definition(key) + " NOT VALID"),
                        both(key, LockMode.SHARE_ROW_EXCLUSIVE),
                        false),
                new Undo.By(new Transactional(
                        List.of(alter(key) + "DROP CONSTRAINT IF EXISTS " + twin.sql()),
                        both(key, LockMode.ACCESS_EXCLUSIVE),
                        false)),
                Look.constraintExists(key.table(), twin)));
        if (key.validated()) {
            steps.add(new Step(
                    names.claim("validate"),
                    "Prove foreign key " + key.name() + " for " + replacement.name() + " in every row",
                    validation(key, alter(key) + "VALIDATE CONSTRAINT " + twin.sql()),
                    new Undo.Nothing(),
                    Look.constraintValid(key.table(), twin)));
        }
        return steps;
    }

    /** Each old key goes, and the new one gets its name. */
    List<Step> takeOver(StepNames names) {
        List<Step> steps = new ArrayList<>();
        replacement.rehearsed().foreignKeys().forEach(key -> steps.addAll(takeOver(key, names)));
        return steps;
    }

    /**
     * Put back, a foreign key is added NOT VALID, and validated in a transaction of its own. That second part belongs to
     * the look before, as what comes last forward is taken back first.
     */
    private List<Step> takeOver(ForeignKey key, StepNames names) {
        Identifier twin = twin(key);
        String missing = "SELECT " + SqlText.literal(key.name().value()) + " WHERE NOT ("
                + Look.constraintExists(key.table(), twin) + ")";
        String name = key.name().sql();
        Undo proof = key.validated()
                ? new Undo.By(validation(
                        key,
                        SqlText.onlyIf(
                                Look.constraintExists(key.table(), key.name()),
                                alter(key) + "VALIDATE CONSTRAINT " + name)))
                : new Undo.Nothing();
        String back = SqlText.onlyIf(
                Look.constraintGone(key.table(), twin),
                alter(key) + "RENAME CONSTRAINT " + name + " TO " + twin.sql(),
                alter(key) + "ADD CONSTRAINT " + name + " " + original(key) + " NOT VALID");
        return List.of(
                new Step(
                        names.claim("foreign-key"),
                        "See that foreign key " + key.name() + " of " + key.table() + " has its second form",
                        new Assertion(
                                missing,
                                "Table " + key.table() + " has the foreign key " + twin + ", which replaces "
                                        + key.name() + ".",
                                "Somebody has dropped it since. Abort, and start the plan anew."),
                        proof,
                        Look.noRow(missing)),
                new Step(
                        names.claim("swap-foreign-key"),
                        "Drop foreign key " + key.name() + " of " + key.table() + " and give its name to the one for "
                                + replacement.name(),
                        new Transactional(
                                List.of(
                                        alter(key) + "DROP CONSTRAINT " + name,
                                        alter(key) + "RENAME CONSTRAINT " + twin.sql() + " TO " + name),
                                both(key, LockMode.ACCESS_EXCLUSIVE),
                                false),
                        new Undo.By(new Transactional(List.of(back), both(key, LockMode.ACCESS_EXCLUSIVE), false)),
                        Look.constraintGone(key.table(), twin)));
    }

    private String definition(ForeignKey key) {
        boolean here = key.table().equals(table());
        boolean there = key.referenced().equals(table());
        return sql(key, here, there);
    }

    private String original(ForeignKey key) {
        return sql(key, false, false);
    }

    private String sql(ForeignKey key, boolean here, boolean there) {
        List<Identifier> set = key.rules().setColumns();
        return "FOREIGN KEY " + list(key.columns(), here) + " REFERENCES "
                + key.referenced().sql() + " " + list(key.keys(), there)
                + key.rules().match()
                + key.rules().onUpdate() + key.rules().onDelete() + (set.isEmpty() ? "" : " " + list(set, here))
                + key.rules().deferrable();
    }

    private String list(List<Identifier> columns, boolean ours) {
        return columns.stream()
                .map(column -> ours && column.equals(replacement.original().name()) ? replacement.name() : column)
                .map(Identifier::sql)
                .collect(Collectors.joining(", ", "(", ")"));
    }

    private Identifier twin(ForeignKey key) {
        return Identifier.derived(
                "lockstep_",
                key.name().value(),
                key.table().sql() + "." + key.name().sql() + ">"
                        + replacement.name().sql());
    }

    private static Transactional validation(ForeignKey key, String statement) {
        Stream<TableLock> own = Stream.of(new TableLock(key.table(), LockMode.SHARE_UPDATE_EXCLUSIVE));
        Stream<TableLock> other = key.referenced().equals(key.table())
                ? Stream.of()
                : Stream.of(new TableLock(key.referenced(), LockMode.ROW_SHARE));
        return new Transactional(List.of(statement), Stream.concat(own, other).toList(), true);
    }

    private static List<TableLock> both(ForeignKey key, LockMode mode) {
        return Stream.of(key.table(), key.referenced())
                .distinct()
                .sorted()
                .map(table -> new TableLock(table, mode))
                .toList();
    }

    private static String alter(ForeignKey key) {
        return "ALTER TABLE " + key.table().sql() + " ";
    }

    private TableName table() {
        return replacement.table().name();
    }
}
