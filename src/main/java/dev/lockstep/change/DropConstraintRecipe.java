package dev.lockstep.change;

import dev.lockstep.plan.Change.DropConstraint;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.schema.Constraint;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Index;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Drops one constraint and what is behind it, never what depends on it. Taken back, it is added as safely as a new one:
 * NOT VALID and proven, or from an index that is built concurrently.
 */
final class DropConstraintRecipe implements Recipe<DropConstraint> {
    private static final Pattern ACTS = Pattern.compile(" ON (DELETE|UPDATE) (CASCADE|SET NULL|SET DEFAULT)");

    @Override
    public Set<TableName> tables(DropConstraint change) {
        return Set.of(change.table());
    }

    @Override
    public Outcome compile(DropConstraint change, Setting setting, StepNames names) {
        Objections objections = new Objections();
        Optional<Tree> tree = Ground.tree(setting.catalogue(), change.table(), setting.path() + ".table", objections);
        Optional<Constraint> constraint =
                tree.flatMap(known -> find(known.root(), change.name(), setting.path() + ".name", objections));
        if (tree.isPresent() && constraint.isPresent()) {
            check(tree.get().root(), constraint.get(), setting.path() + ".name", objections);
        }
        if (objections.any() || tree.isEmpty() || constraint.isEmpty()) {
            return new Outcome.Refused(objections.all());
        }
        boolean gated =
                reliedUpon(constraint.get()) && !setting.spec().workloads().isEmpty();
        Optional<Milestone> require = gated ? Optional.of(Milestone.NEW_ONLY) : Optional.empty();
        List<Part> parts = new ArrayList<>();
        if (gated) {
            parts.add(new Part(PhaseType.DEPLOY, require, List.of()));
        }
        parts.add(
                new Part(PhaseType.CONTRACT, require, new ConstraintDrop(tree.get(), constraint.get(), names).steps()));
        return new Outcome.Parts(parts, notes(tree.get(), constraint.get()));
    }

    private static Optional<Constraint> find(Table table, Identifier name, String path, Objections objections) {
        Optional<Constraint> found = table.constraints().stream()
                .filter(constraint -> constraint.name().equals(name))
                .findFirst();
        if (found.isEmpty()) {
            objections.add(
                    path,
                    "Table " + table.name() + " has no constraint " + name + ". It has "
                            + IndexSteps.words(table.constraints().stream()
                                    .map(Constraint::name)
                                    .toList())
                            + ". Check the spelling; case counts.");
        }
        return found;
    }

    private static void check(Table table, Constraint constraint, String path, Objections objections) {
        Optional<Index> index = ConstraintDrop.index(table, constraint);
        List<String> others = index.map(known -> known.ties().neededBy()).orElse(List.of());
        if (!others.isEmpty()) {
            objections.add(
                    path,
                    "These need constraint " + constraint.name() + ": " + String.join(", ", others)
                            + ". Drop or change each of them first, in a plan that runs before this one.");
        }
        if (index.filter(known -> known.ties().replicaIdentity()).isPresent()) {
            objections.add(
                    path,
                    "Logical replication identifies the rows of " + table.name() + " by the index of "
                            + constraint.name() + " (REPLICA IDENTITY USING INDEX). Give the table another replica"
                            + " identity first.");
        }
        boolean inPrimaryKey = table.indexes().stream()
                .anyMatch(other -> other.primary() && other.columns().containsAll(constraint.columns()));
        if (constraint.kind() == Constraint.Kind.NOT_NULL && inPrimaryKey) {
            objections.add(
                    path,
                    "The primary key of " + table.name() + " needs constraint " + constraint.name()
                            + ". Drop the primary key first.");
        }
    }

    /** Whether code can have been written to count on it, so that statements of it fail or leave rows behind without it. */
    private static boolean reliedUpon(Constraint constraint) {
        return switch (constraint.kind()) {
            case CHECK, NOT_NULL -> false;
            case FOREIGN_KEY -> ACTS.matcher(constraint.definition()).find();
            case PRIMARY_KEY, UNIQUE, EXCLUSION -> true;
        };
    }

    private static List<String> notes(Tree tree, Constraint constraint) {
        List<String> notes = new ArrayList<>();
        String name = constraint.name().value();
        switch (constraint.kind()) {
            case PRIMARY_KEY, UNIQUE ->
                notes.add("Without " + name + ", ON CONFLICT that names " + IndexSteps.words(constraint.columns())
                        + " or the constraint fails unless another unique index serves it, and duplicates can come that"
                        + " would keep it from being added again. Code must not count on it by the contract.");
            case EXCLUSION -> notes.add("Rows can come that would keep " + name + " from being added again.");
            case FOREIGN_KEY -> {
                if (ACTS.matcher(constraint.definition()).find()) {
                    notes.add("The server acts by " + name + " (" + constraint.definition()
                            + "); from the contract on, code must do that itself.");
                }
            }
            case CHECK, NOT_NULL -> {}
        }
        if (tree.divided()) {
            notes.add(name + " goes from all partitions of " + tree.root().name() + " in one short transaction.");
        }
        return notes;
    }
}
