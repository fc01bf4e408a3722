package dev.lockstep.change;

import dev.lockstep.change.Action.BuildIndex;
import dev.lockstep.change.Action.DropIndex;
import dev.lockstep.change.Action.Transactional;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Index;
import dev.lockstep.schema.Rehearsed;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * For every index and every extended statistics object of a column one of the same make for its replacement. They are there
 * before the original goes, and take over the names in the transaction in which it does.
 */
record ReplacementIndexes(ReplacementColumn replacement) {
    List<Step> build(StepNames names) {
        return Stream.concat(
                        rehearsed().indexes().stream().map(index -> build(index, names)),
                        rehearsed().statistics().stream().map(each -> build(each, names)))
                .toList();
    }

    private Step build(Index index, StepNames names) {
        Identifier twin = twin(index.name());
        return new Step(
                names.claim("index"),
                "Build for " + replacement.name() + " what index " + index.name() + " is for "
                        + replacement.original().name(),
                new BuildIndex(
                        table(), twin, IndexSql.create(twin, table(), index.unique(), index.shape(), column -> column)),
                new Undo.By(new DropIndex(table(), twin)),
                Look.indexValid(table(), twin));
    }

    private Step build(Rehearsed.Statistics statistics, StepNames names) {
        TableName twin = twin(statistics.name());
        List<TableLock> locks = List.of(new TableLock(table(), LockMode.SHARE_UPDATE_EXCLUSIVE));
        List<String> statements = new ArrayList<>();
        statements.add("CREATE STATISTICS " + twin.sql()
                + (statistics.kinds().isEmpty() ? "" : " (" + String.join(", ", statistics.kinds()) + ")") + " ON "
                + statistics.on() + " FROM " + table().sql());
        statistics
                .target()
                .ifPresent(target -> statements.add("ALTER STATISTICS " + twin.sql() + " SET STATISTICS " + target));
        return new Step(
                names.claim("statistics"),
                "Let the planner gather for " + replacement.name() + " what statistics "
                        + statistics.name().name() + " are for "
                        + replacement.original().name(),
                new Transactional(statements, locks, false),
                new Undo.By(new Transactional(List.of("DROP STATISTICS IF EXISTS " + twin.sql()), locks, false)),
                "SELECT EXISTS (SELECT FROM pg_catalog.pg_statistic_ext WHERE stxrelid = " + Look.oid(table())
                        + " AND stxname = " + SqlText.literal(twin.name().value()) + ")");
    }

    /** Names and marks, once the original is gone with its own. A constraint takes its index's name. */
    List<String> takeOver() {
        List<String> statements = new ArrayList<>();
        for (Index index : rehearsed().indexes()) {
            statements.add(
                    index.constraint().isPresent()
                            ? "ALTER TABLE " + table().sql() + " ADD CONSTRAINT "
                                    + index.name().sql() + (index.primary() ? " PRIMARY KEY" : " UNIQUE")
                                    + " USING INDEX " + twin(index.name()).sql()
                            : "ALTER INDEX " + table().schema().sql() + "."
                                    + twin(index.name()).sql() + " RENAME TO "
                                    + index.name().sql());
        }
        for (Rehearsed.Statistics each : rehearsed().statistics()) {
            statements.add("ALTER STATISTICS " + twin(each.name()).sql() + " RENAME TO "
                    + each.name().name().sql());
        }
        for (Index index : rehearsed().indexes()) {
            statements.addAll(ties(index));
        }
        return statements;
    }

    /**
     * An index has names of its own for what it is made of, and does not notice that a column is called otherwise now. They
     * show in every tool that describes it.
     */
    List<String> rename(Identifier under) {
        return rehearsed().indexes().stream()
                .filter(index -> isMadeOf(index.shape(), replacement.name()))
                .map(index -> "ALTER TABLE " + table().schema().sql() + "."
                        + index.name().sql() + " RENAME COLUMN "
                        + replacement.name().sql() + " TO " + under.sql())
                .toList();
    }

    private static boolean isMadeOf(Index.Shape shape, Identifier column) {
        return shape.included().contains(column)
                || shape.keys().stream()
                        .anyMatch(key -> key instanceof Index.Key.Plain plain
                                && plain.column().equals(column));
    }

    /** What hangs on the index of this name. */
    private List<String> ties(Index index) {
        List<String> statements = new ArrayList<>();
        replacement.table().indexes().stream()
                .filter(original -> original.name().equals(index.name()))
                .map(Index::ties)
                .forEach(ties -> {
                    statements.addAll(ties.extras());
                    if (ties.replicaIdentity()) {
                        statements.add("ALTER TABLE " + table().sql() + " REPLICA IDENTITY USING INDEX "
                                + index.name().sql());
                    }
                });
        return statements;
    }

    private Identifier twin(Identifier name) {
        return Identifier.derived(
                "lockstep_",
                name.value(),
                table().sql() + "." + name.sql() + ">" + replacement.name().sql());
    }

    private TableName twin(TableName name) {
        return new TableName(name.schema(), twin(name.name()));
    }

    private TableName table() {
        return replacement.table().name();
    }

    private Rehearsed.Played rehearsed() {
        return replacement.rehearsed();
    }
}
