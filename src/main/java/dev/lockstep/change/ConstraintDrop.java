package dev.lockstep.change;

import dev.lockstep.change.Action.Assertion;
import dev.lockstep.change.Action.BuildIndex;
import dev.lockstep.change.Action.Transactional;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.schema.Constraint;
import dev.lockstep.schema.Index;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The steps that drop a constraint. What brings it back takes two actions where it reads rows, and a step has one undo, so
 * the second belongs to the look before the drop: what comes last forward is taken back first.
 */
record ConstraintDrop(Tree tree, Constraint constraint, StepNames names) {
    private static final Pattern DEFERRABLE = Pattern.compile(" DEFERRABLE( INITIALLY (DEFERRED|IMMEDIATE))?$");

    /** The index behind the constraint. */
    static Optional<Index> index(Table table, Constraint constraint) {
        return table.indexes().stream()
                .filter(index ->
                        index.constraint().filter(constraint.name()::equals).isPresent())
                .findFirst();
    }

    List<Step> steps() {
        return switch (constraint.kind()) {
            case FOREIGN_KEY ->
                tree.divided()
                        ? List.of(forGood("only a plan with addForeignKey brings it back"))
                        : new ForeignKeyDrop(table(), constraint).steps(names);
            case CHECK, NOT_NULL -> proven();
            case UNIQUE, PRIMARY_KEY -> {
                Optional<Index> index = index(tree.root(), constraint);
                yield tree.divided() || index.isEmpty() || temporal()
                        ? List.of(forGood("only a plan that adds it brings it back"))
                        : indexed(index.get());
            }
            case EXCLUSION -> List.of(forGood("the server can add it again only while the whole table is locked"));
        };
    }

    private TableName table() {
        return tree.root().name();
    }

    /** Constraints over ranges ({@code WITHOUT OVERLAPS}) cannot be made of a finished index. */
    private boolean temporal() {
        return constraint.definition().contains(" WITHOUT OVERLAPS");
    }

    private List<Step> proven() {
        List<TableLock> proof = tree.locks(LockMode.SHARE_UPDATE_EXCLUSIVE);
        Undo validate = constraint.validated()
                ? new Undo.By(new Transactional(
                        List.of(SqlText.onlyIf(
                                Look.constraintExists(table(), constraint.name()),
                                ConstraintSteps.validation(table(), constraint.name()))),
                        proof,
                        true))
                : new Undo.Nothing();
        return List.of(
                isThere(validate, List.of()),
                drop(new Undo.By(new Transactional(
                        List.of(SqlText.onlyIf(
                                Look.constraintGone(table(), constraint.name()),
                                ConstraintSteps.add(table(), constraint.name(), constraint.definition(), true))),
                        locks(),
                        false))));
    }

    private List<Step> indexed(Index index) {
        Matcher deferrable = DEFERRABLE.matcher(constraint.definition());
        String kind = constraint.kind() == Constraint.Kind.PRIMARY_KEY ? "PRIMARY KEY" : "UNIQUE";
        List<String> back = new ArrayList<>();
        back.add(ConstraintSteps.alter(table()) + "ADD CONSTRAINT "
                + constraint.name().sql() + " " + kind + " USING INDEX "
                + index.name().sql() + (deferrable.find() ? deferrable.group() : ""));
        back.addAll(index.ties().extras());
        Undo again = new Undo.By(new Transactional(
                List.of(SqlText.onlyIf(Look.constraintGone(table(), constraint.name()), back.toArray(String[]::new))),
                locks(),
                false));
        return List.of(
                isThere(again, identity()),
                drop(new Undo.By(new BuildIndex(table(), index.name(), IndexSteps.concurrently(index.definition())))));
    }

    /** What stands in the way of dropping a primary key that replication goes by: updates would be refused (P29). */
    private List<String> identity() {
        return constraint.kind() == Constraint.Kind.PRIMARY_KEY
                ? List.of("SELECT 'publication ' || p.pubname FROM pg_catalog.pg_publication p"
                        + " JOIN pg_catalog.pg_publication_tables t ON t.pubname = p.pubname"
                        + " JOIN pg_catalog.pg_class c ON c.oid = " + Look.oid(table()) + " AND c.relreplident = 'd'"
                        + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname = t.schemaname"
                        + " AND c.relname = t.tablename WHERE p.pubupdate OR p.pubdelete")
                : List.of();
    }

    private Step isThere(Undo undo, List<String> inTheWay) {
        String gone = "SELECT " + SqlText.literal("constraint " + constraint.name()) + " WHERE ("
                + Look.constraintGone(table(), constraint.name()) + ")";
        String query = String.join(
                "\nUNION ALL ",
                Stream.concat(Stream.of(gone), inTheWay.stream()).toList());
        return new Step(
                names.claim("constraint-is-there"),
                "See that constraint " + constraint.name() + " is there and nothing needs it",
                new Assertion(
                        query,
                        "Table " + table() + " has the constraint " + constraint.name()
                                + (inTheWay.isEmpty() ? "." : ", and no publication identifies rows by it."),
                        inTheWay.isEmpty()
                                ? "Somebody has dropped it since. Abort: there is nothing left to do."
                                : "Where it is gone, abort: there is nothing left to do. Where it is published, give the"
                                        + " table another replica identity first, or updates will be refused."),
                undo,
                Look.noRow(query));
    }

    private Step forGood(String why) {
        return drop(new Undo.Impossible("Constraint " + constraint.name() + " of " + table() + " is gone; " + why + ": "
                + constraint.definition() + "."));
    }

    private Step drop(Undo undo) {
        return new Step(
                names.claim("drop-constraint"),
                "Drop constraint " + constraint.name() + " of " + table(),
                new Transactional(
                        List.of(ConstraintSteps.alter(table()) + "DROP CONSTRAINT "
                                + constraint.name().sql()),
                        locks(),
                        false),
                undo,
                Look.constraintGone(table(), constraint.name()));
    }

    private List<TableLock> locks() {
        return Stream.concat(
                        tree.locks(LockMode.ACCESS_EXCLUSIVE).stream(),
                        constraint.referenced().stream()
                                .filter(other -> !other.equals(table()))
                                .map(other -> new TableLock(other, LockMode.ACCESS_EXCLUSIVE)))
                .toList();
    }
}
