package dev.lockstep.change;

import dev.lockstep.change.Action.Assertion;
import dev.lockstep.change.Action.Transactional;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.Change.AddForeignKey;
import dev.lockstep.plan.Change.ReferentialAction;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.schema.Column;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Index;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A foreign key that holds for new rows first and is proven for all rows afterwards, in a transaction of its own that stops
 * nobody (P5, P13). Rows without what they refer to are looked for before and again after it holds, so that the run is held
 * with their names.
 *
 * <p>On a partitioned table the server takes no NOT VALID key (P11). There each leaf gets one, and is proven; the key of the
 * whole then finds them and takes them over without reading a row. Measured on PostgreSQL 16.
 */
final class AddForeignKeyRecipe implements Recipe<AddForeignKey> {
    @Override
    public Set<TableName> tables(AddForeignKey change) {
        return Stream.of(change.table(), change.referenced()).collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public Outcome compile(AddForeignKey change, Setting setting, StepNames names) {
        Objections objections = new Objections();
        Optional<Tree> tree = Ground.tree(setting.catalogue(), change.table(), setting.path() + ".table", objections);
        Optional<Table> referenced =
                ForeignKeyObjections.referenced(setting.catalogue(), change, setting.path(), objections);
        if (tree.isPresent() && referenced.isPresent()) {
            ForeignKeyObjections.check(tree.get(), referenced.get(), change, setting.path(), objections);
        }
        if (objections.any() || tree.isEmpty() || referenced.isEmpty()) {
            return new Outcome.Refused(objections.all());
        }
        Shape shape = new Shape(change, tree.get(), referenced.get(), names);
        return new Outcome.Parts(
                List.of(new Part(PhaseType.EXPAND, Optional.empty(), shape.steps())),
                notes(change, tree.get().root()));
    }

    private static List<String> notes(AddForeignKey change, Table table) {
        List<String> notes = new ArrayList<>();
        int width = change.columns().size();
        boolean indexed = table.indexes().stream()
                .filter(index -> index.valid() && index.shape().predicate().isEmpty())
                .map(AddForeignKeyRecipe::leading)
                .anyMatch(leading -> leading.size() >= width
                        && Set.copyOf(leading.subList(0, width)).containsAll(change.columns()));
        if (!indexed) {
            notes.add("No index of " + change.table() + " begins with " + IndexSteps.words(change.columns())
                    + ": each delete in " + change.referenced() + ", and each change of its key, will read all of "
                    + change.table() + ". Put an addIndex before this change.");
        }
        if (change.onDelete() == ReferentialAction.SET_NULL
                && change.columns().stream()
                        .flatMap(column -> table.column(column).stream())
                        .anyMatch(Column::notNull)) {
            notes.add("A column of " + change.name() + " is NOT NULL, so onDelete: SetNull makes every delete of a row"
                    + " of " + change.referenced() + " fail that is still referred to.");
        }
        notes.add("Once " + change.name() + " is added, any code that writes a row against it, or deletes one that is"
                + " referred to, gets an error or the action of onDelete; the code that runs now too. See before the"
                + " start that it copes.");
        return notes;
    }

    private static List<Identifier> leading(Index index) {
        return index.shape().keys().stream()
                .takeWhile(Index.Key.Plain.class::isInstance)
                .map(key -> ((Index.Key.Plain) key).column())
                .toList();
    }

    /** The key between its two tables. */
    private record Shape(AddForeignKey change, Tree tree, Table referenced, StepNames names) {
        List<Step> steps() {
            List<Step> steps = new ArrayList<>();
            steps.add(look(
                    "try-foreign-key",
                    "Decide for each: give it what it refers to, another value or NULL, or delete it. Code that still"
                            + " writes such rows must stop first."));
            for (Table leaf : tree.leaves()) {
                steps.add(ForeignKeySteps.add(leaf.name(), change.name(), definition(), change.referenced(), names));
            }
            steps.add(look("look", "Mend these rows; no new ones can come."));
            for (Table leaf : tree.leaves()) {
                steps.add(ConstraintSteps.validate(
                        leaf.name(),
                        change.name(),
                        ForeignKeySteps.proof(leaf.name(), Optional.of(change.referenced())),
                        names));
            }
            if (tree.divided()) {
                steps.add(takeOver());
            }
            return steps;
        }

        /** The locks are those that the server was seen to take: it also rearranges its triggers on the other table. */
        private Step takeOver() {
            TableLock other = new TableLock(change.referenced(), LockMode.ACCESS_EXCLUSIVE);
            return new Step(
                    names.claim("foreign-key"),
                    "Declare " + change.name() + " on " + change.table() + ", which takes over those of its partitions",
                    new Transactional(
                            List.of(ConstraintSteps.add(change.table(), change.name(), definition(), false)),
                            Stream.concat(tree.locks(LockMode.SHARE_ROW_EXCLUSIVE).stream(), Stream.of(other))
                                    .toList(),
                            false),
                    new Undo.By(new Transactional(
                            List.of(ConstraintSteps.dropIfThere(change.table(), change.name())),
                            Stream.concat(tree.locks(LockMode.ACCESS_EXCLUSIVE).stream(), Stream.of(other))
                                    .toList(),
                            false)),
                    Look.constraintExists(change.table(), change.name()));
        }

        private String definition() {
            return "FOREIGN KEY (" + SqlText.names(change.columns()) + ") REFERENCES "
                    + change.referenced().sql() + " (" + SqlText.names(change.referencedColumns()) + ")"
                    + clause(" ON DELETE ", change.onDelete()) + clause(" ON UPDATE ", change.onUpdate());
        }

        private static String clause(String when, ReferentialAction action) {
            return action == ReferentialAction.NO_ACTION ? "" : when + action.sql();
        }

        private Step look(String name, String remedy) {
            String own = tree.root().name().sql();
            String given = change.columns().stream()
                    .map(column -> own + "." + column.sql() + " IS NOT NULL")
                    .collect(Collectors.joining(" AND "));
            String same = IntStream.range(0, change.columns().size())
                    .mapToObj(this::equality)
                    .collect(Collectors.joining(" AND "));
            String query = RowNames.query(
                    tree.root(),
                    given + "\n  AND NOT EXISTS (SELECT FROM "
                            + change.referenced().sql() + " AS lockstep_referenced WHERE " + same + ")");
            return new Step(
                    names.claim(name),
                    "Look for rows of " + change.table() + " that refer to nothing in " + change.referenced(),
                    new Assertion(
                            query,
                            "Every row of " + change.table() + " refers by " + IndexSteps.words(change.columns())
                                    + " to a row of " + change.referenced() + ".",
                            remedy),
                    new Undo.Nothing(),
                    Look.noRow(query));
        }

        /**
         * Two values are compared as the key will compare them, whatever the search path: by the server's own operator for
         * its own types, and as elements of arrays, which compare by their type's own equality, for others.
         */
        private String equality(int place) {
            Identifier column = change.columns().get(place);
            Identifier key = change.referencedColumns().get(place);
            String one = tree.root().name().sql() + "." + column.sql();
            String other = "lockstep_referenced." + key.sql();
            String type = tree.root().column(column).map(Column::baseType).orElse("");
            boolean sameForeignType = type.contains(".")
                    && referenced.column(key).map(Column::baseType).orElse("").equals(type);
            return sameForeignType
                    ? "ARRAY[" + other + "::" + type + "] OPERATOR(pg_catalog.=) ARRAY[" + one + "::" + type + "]"
                    : other + (type.contains(".") ? " = " : " OPERATOR(pg_catalog.=) ") + one;
        }
    }
}
