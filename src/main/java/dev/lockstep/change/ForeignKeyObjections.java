package dev.lockstep.change;

import dev.lockstep.plan.Change.AddForeignKey;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Column;
import dev.lockstep.schema.Constraint;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Index;
import dev.lockstep.schema.Table;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Why a foreign key cannot be added, and what to do about it. */
final class ForeignKeyObjections {
    private static final Pattern MODIFIERS = Pattern.compile("\\(.*\\)");

    /** Types that compare with those of their own row; what stands further right takes what stands left of it in. */
    private static final List<List<Set<String>>> FAMILIES = List.of(
            List.of(
                    Set.of("smallint", "integer", "bigint", "int", "int2", "int4", "int8"),
                    Set.of("numeric", "decimal"),
                    Set.of("real", "double precision", "float", "float4", "float8")),
            List.of(Set.of("text", "character varying", "varchar", "character", "char", "bpchar", "name")),
            List.of(
                    Set.of("date"),
                    Set.of("timestamp without time zone", "timestamp with time zone", "timestamp", "timestamptz")),
            List.of(Set.of("uuid")),
            List.of(Set.of("boolean", "bool")),
            List.of(Set.of("bytea")));

    private ForeignKeyObjections() {}

    /** The table referred to, if a key can refer to it. */
    static Optional<Table> referenced(Catalogue catalogue, AddForeignKey change, String path, Objections objections) {
        Optional<Table> divided = catalogue
                .table(change.referenced())
                .filter(table -> table.partitionKey().isPresent());
        if (divided.isPresent()) {
            objections.add(
                    path + ".references",
                    "Table " + change.referenced()
                            + " is partitioned. A key added NOT VALID and proven later leaves the"
                            + " server's own entries for its partitions unproven for ever, so it would not be what a plain"
                            + " ADD FOREIGN KEY makes. Write it as an sql change for a quiet hour: it locks both tables"
                            + " against writes while it reads all of " + change.table() + ".");
            return Optional.empty();
        }
        return Ground.table(catalogue, change.referenced(), path + ".references", objections);
    }

    static void check(Tree tree, Table referenced, AddForeignKey change, String path, Objections objections) {
        tree.all().forEach(table -> ConstraintSteps.nameIsFree(table, change.name(), path + ".name", objections));
        Ground.rowsCanBeSeen(tree.root(), path + ".table", objections);
        Ground.rowsCanBeSeen(referenced, path + ".references", objections);
        for (int place = 0; place < change.columns().size(); place++) {
            Optional<Column> own =
                    Ground.column(tree.root(), change.columns().get(place), path + ".columns", objections);
            Optional<Column> key = Ground.column(
                    referenced, change.referencedColumns().get(place), path + ".referencedColumns", objections);
            if (own.isPresent() && key.isPresent()) {
                compare(own.get(), key.get(), change, path, objections);
            }
        }
        if (new HashSet<>(change.referencedColumns()).size()
                < change.referencedColumns().size()) {
            objections.add(path + ".referencedColumns", "Names a column twice.");
        }
        if (referenced.indexes().stream().noneMatch(index -> identifies(index, referenced, change))) {
            objections.add(
                    path + ".referencedColumns",
                    "Table " + referenced.name() + " has no primary key, unique constraint or unique index of exactly "
                            + IndexSteps.words(change.referencedColumns())
                            + " that is not partial, deferrable or unfinished. Put an addUnique for them before this"
                            + " change.");
        }
    }

    private static boolean identifies(Index index, Table referenced, AddForeignKey change) {
        Set<Identifier> keys = new HashSet<>();
        for (Index.Key key : index.shape().keys()) {
            if (!(key instanceof Index.Key.Plain(Identifier column, var _))) {
                return false;
            }
            keys.add(column);
        }
        boolean deferrable = referenced.constraints().stream()
                .filter(constraint ->
                        index.constraint().filter(constraint.name()::equals).isPresent())
                .map(Constraint::definition)
                .anyMatch(definition -> definition.contains(" DEFERRABLE"));
        return index.unique()
                && index.valid()
                && !deferrable
                && index.shape().predicate().isEmpty()
                && keys.equals(Set.copyOf(change.referencedColumns()));
    }

    /** Only what is certain; of types that are not listed the server says in an instant whether they compare. */
    private static void compare(Column own, Column key, AddForeignKey change, String path, Objections objections) {
        String one = plain(own);
        String other = plain(key);
        Optional<List<Set<String>>> family = family(one);
        Optional<List<Set<String>>> otherFamily = family(other);
        if (family.isEmpty() || otherFamily.isEmpty()) {
            return;
        }
        boolean compares = family.equals(otherFamily) && rank(family.get(), one) <= rank(family.get(), other);
        if (!compares) {
            objections.add(
                    path + ".columns",
                    "Column " + own.name() + " of " + change.table() + " is of type " + own.type() + ", and "
                            + key.name()
                            + " of " + change.referenced() + " of type " + key.type()
                            + ", which the server does not compare in a foreign key. Bring "
                            + own.name() + " to type " + key.type()
                            + " first, with a changeColumnType in a plan that runs before this one.");
        }
    }

    private static String plain(Column column) {
        return MODIFIERS
                .matcher(column.baseType().toLowerCase(Locale.ROOT))
                .replaceAll("")
                .strip()
                .replaceAll("\\s+", " ");
    }

    private static Optional<List<Set<String>>> family(String type) {
        return FAMILIES.stream()
                .filter(family -> family.stream().anyMatch(types -> types.contains(type)))
                .findFirst();
    }

    private static int rank(List<Set<String>> family, String type) {
        int rank = 0;
        while (!family.get(rank).contains(type)) {
            rank++;
        }
        return rank;
    }
}
