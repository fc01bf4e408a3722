package dev.lockstep.change;

import dev.lockstep.change.Action.Assertion;
import dev.lockstep.change.Action.BuildIndex;
import dev.lockstep.change.Action.DropIndex;
import dev.lockstep.change.Action.Transactional;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Index;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Steps about single indexes that several recipes take. */
final class IndexSteps {
    private static final int FIRST_WITH_THE_FAULT = 140000;
    private static final int FIRST_WITHOUT_IT = 140004;

    private IndexSteps() {}

    static Step build(Table table, Identifier name, boolean unique, String rest, StepNames names) {
        return new Step(
                names.claim("index"),
                "Build " + (unique ? "unique index " : "index ") + name + " on " + table.name(),
                new BuildIndex(
                        table.name(),
                        name,
                        "CREATE " + (unique ? "UNIQUE " : "") + "INDEX CONCURRENTLY " + name.sql() + " ON "
                                + table.name().sql() + " " + rest),
                new Undo.By(new DropIndex(table.name(), name)),
                Look.indexValid(table.name(), name));
    }

    static Step drop(TableName table, Index index, StepNames names) {
        Undo undo = index.valid()
                ? new Undo.By(new BuildIndex(table, index.name(), concurrently(index.definition())))
                : new Undo.Nothing();
        return new Step(
                names.claim("drop-index"),
                "Drop index " + index.name(),
                new DropIndex(table, index.name()),
                undo,
                Look.indexGone(table, index.name()));
    }

    /** As the server prints it, a definition begins with one of two fixed phrases. */
    static String concurrently(String definition) {
        return definition.replaceFirst("^CREATE (UNIQUE )?INDEX ", "CREATE $1INDEX CONCURRENTLY ");
    }

    /** Rows that a unique index would refuse, named before it is built. NULLs are never the same. */
    static Step noDuplicates(Table table, List<Identifier> columns, Optional<String> where, StepNames names) {
        String query = "SELECT "
                + columns.stream()
                        .map(column -> SqlText.literal(column.value() + " = ") + " || " + column.sql() + "::text")
                        .collect(Collectors.joining(" || ', ' || "))
                + " || ' (' || pg_catalog.count(*) || ' rows)'\nFROM "
                + table.name().sql() + "\nWHERE "
                + columns.stream().map(column -> column.sql() + " IS NOT NULL").collect(Collectors.joining(" AND "))
                + where.map(condition -> " AND " + SqlText.enclosed(condition)).orElse("")
                + "\nGROUP BY " + SqlText.names(columns) + "\nHAVING pg_catalog.count(*) > 1\nLIMIT 5";
        return new Step(
                names.claim("no-duplicates"),
                "Look for rows of " + table.name() + " with the same " + words(columns),
                new Assertion(
                        query,
                        "No two rows of " + table.name() + " have the same " + words(columns) + ".",
                        "Decide which of these rows stays as it is, and change or delete the others. Code that still"
                                + " writes duplicates must stop first."),
                new Undo.Nothing(),
                Look.noRow(query));
    }

    /** Without statistics about what an index computes, the planner guesses (P45). */
    static Step analyze(Tree tree, StepNames names) {
        TableName table = tree.root().name();
        return new Step(
                names.claim("analyze"),
                "Gather the planner's statistics for what the index on " + table + " computes",
                new Transactional(List.of("ANALYZE " + table.sql()), tree.locks(LockMode.SHARE_UPDATE_EXCLUSIVE), true),
                new Undo.Nothing(),
                Look.NO_TRACE);
    }

    /** Whether an index can have this name on this table. */
    static void nameIsFree(Table table, Identifier name, String path, Objections objections) {
        table.indexes().stream()
                .filter(index -> index.name().equals(name))
                .filter(index -> index.valid() || table.partitionKey().isPresent())
                .forEach(index -> objections.add(
                        path,
                        "Table " + table.name() + " already has an index " + name + ": " + index.definition()
                                + ". Choose another name, or drop that index first."));
        table.constraints().stream()
                .filter(constraint -> constraint.name().equals(name))
                .filter(_ ->
                        table.indexes().stream().noneMatch(index -> index.name().equals(name)))
                .forEach(constraint -> objections.add(
                        path,
                        "Table " + table.name() + " already has a constraint " + name + ": " + constraint.definition()
                                + ". Choose another name, or drop that constraint first."));
    }

    /** What the author should know about building indexes on this server and over what is there already. */
    static List<String> notes(Tree tree, List<Identifier> built, int serverVersion) {
        List<String> notes = new ArrayList<>();
        tree.all()
                .forEach(
                        table -> table.indexes().stream()
                                .filter(index -> !index.valid() && built.contains(index.name()))
                                .forEach(
                                        index -> notes.add(
                                                "On " + table.name() + " there is an unfinished index " + index.name()
                                                        + " of an earlier build. It is dropped and built anew, once nobody is at work on it any more.")));
        if (serverVersion >= FIRST_WITH_THE_FAULT && serverVersion < FIRST_WITHOUT_IT) {
            notes.add("This server is PostgreSQL 14." + serverVersion % 100
                    + ": before 14.4, an index that is built while rows are updated can miss some of them, and queries"
                    + " that use it give wrong answers. Update the server first, or look at the index with amcheck"
                    + " (bt_index_check with heapallindexed) afterwards.");
        }
        return List.copyOf(notes);
    }

    /** Columns for a person. */
    static String words(List<Identifier> columns) {
        return columns.stream().map(Identifier::value).collect(Collectors.joining(", "));
    }
}
