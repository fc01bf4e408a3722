package dev.lockstep.change;

import dev.lockstep.plan.Change.AddIndex;
import dev.lockstep.plan.Change.IndexBody;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Index;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Builds an index while the table is read and written (P10), on a partitioned table leaf by leaf (P11). Rows that a unique
 * index would refuse are looked for first, so that the run is held with their names and does not fail in the build.
 */
final class AddIndexRecipe implements Recipe<AddIndex> {
    @Override
    public Set<TableName> tables(AddIndex change) {
        return Set.of(change.table());
    }

    @Override
    public Outcome compile(AddIndex change, Setting setting, StepNames names) {
        Objections objections = new Objections();
        Optional<Tree> tree =
                Ground.treeOrPart(setting.catalogue(), change.table(), setting.path() + ".table", objections);
        tree.ifPresent(known -> check(known, change, setting.path(), objections));
        if (objections.any() || tree.isEmpty()) {
            return new Outcome.Refused(objections.all());
        }
        IndexText text = IndexText.of(change.body());
        List<Step> steps = new ArrayList<>();
        if (change.unique() && change.body() instanceof IndexBody.Columns(var columns, var _, var where)) {
            steps.add(IndexSteps.noDuplicates(tree.get().root(), columns, where, names));
        }
        List<Identifier> built = List.of(change.name());
        if (tree.get().divided()) {
            PartitionedIndex parts = parts(change, tree.get());
            steps.addAll(parts.steps(names));
            built = parts.names();
        } else {
            steps.add(IndexSteps.build(tree.get().root(), change.name(), change.unique(), text.rest(), names));
        }
        if (change.body() instanceof IndexBody.Definition && text.computes()) {
            steps.add(IndexSteps.analyze(tree.get(), names));
        }
        return new Outcome.Parts(
                List.of(new Part(PhaseType.EXPAND, Optional.empty(), steps)),
                IndexSteps.notes(tree.get(), built, setting.catalogue().serverVersion()));
    }

    private static PartitionedIndex parts(AddIndex change, Tree tree) {
        return new PartitionedIndex(
                tree,
                change.name(),
                change.unique() ? PartitionedIndex.Kind.UNIQUE_INDEX : PartitionedIndex.Kind.INDEX,
                IndexText.of(change.body()));
    }

    private static void check(Tree tree, AddIndex change, String path, Objections objections) {
        tree.all().forEach(table -> IndexSteps.nameIsFree(table, change.name(), path + ".name", objections));
        switch (change.body()) {
            case IndexBody.Columns(var columns, var include, var _) -> {
                columns.forEach(column -> Ground.column(tree.root(), column, path + ".columns", objections));
                include.forEach(column -> Ground.column(tree.root(), column, path + ".include", objections));
                if (change.unique()) {
                    PartitionedIndex.checkKey(tree, columns, path + ".columns", objections);
                    Ground.rowsCanBeSeen(tree.root(), path + ".table", objections);
                }
            }
            case IndexBody.Definition definition ->
                IndexText.objection(definition).ifPresent(why -> objections.add(path + ".definition", why));
        }
    }

    /** A foreign key of the same plan may need it, and the parts of a second index need other names than the first's. */
    @Override
    public Catalogue after(AddIndex change, Catalogue catalogue) {
        Catalogue ahead = catalogue;
        Optional<Tree> tree = Ground.treeOrPart(catalogue, change.table(), "", new Objections());
        for (Table table : tree.map(Tree::all).orElse(List.of())) {
            Identifier name = tree.filter(Tree::divided)
                    .map(known -> parts(change, known).nameOn(table))
                    .orElse(change.name());
            ahead = ahead.with(table.with(planned(name, change)));
        }
        return ahead;
    }

    private static Index planned(Identifier name, AddIndex change) {
        return switch (change.body()) {
            case IndexBody.Columns(var columns, var include, var where) ->
                planned(name, change.unique(), columns, include, where);
            // Only the server knows what is in it, so nothing is built upon it.
            case IndexBody.Definition(String text) -> planned(name, false, List.of(), List.of(), Optional.of(text));
        };
    }

    /** An index as it will be. */
    static Index planned(
            Identifier name,
            boolean unique,
            List<Identifier> columns,
            List<Identifier> include,
            Optional<String> predicate) {
        return new Index(
                name,
                Stream.concat(columns.stream(), include.stream()).toList(),
                "an index of this plan",
                unique,
                false,
                true,
                Optional.empty(),
                new Index.Shape(
                        "btree",
                        columns.stream()
                                .<Index.Key>map(column -> new Index.Key.Plain(column, ""))
                                .toList(),
                        include,
                        false,
                        List.of(),
                        Optional.empty(),
                        predicate,
                        Set.of()));
    }
}
