package dev.lockstep.change;

import dev.lockstep.change.Action.Assertion;
import dev.lockstep.change.Action.SetAside;
import dev.lockstep.change.Action.Transactional;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.Change;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.PlanSpec.Work;
import dev.lockstep.plan.RowRules;
import dev.lockstep.schema.Column;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The table into which rows are put that a new column's fill fails on: a line for each, with its key, the error and the
 * time. It comes with the expand phase and goes with the contract, which is held while one of these rows has no value. A row
 * that was mended gets its value from the trigger, and its line means nothing any more.
 *
 * @param rules where to and how many, as the plan says
 * @param root the table that gets the column
 */
record Aside(RowRules.SetAside rules, Table root, Identifier column) {
    /** Whose text is the same in every session, whatever its settings: a line must be found again by another replica. */
    private static final Set<String> STEADY = Set.of("smallint", "integer", "bigint", "text", "uuid");

    private static boolean steady(Column column) {
        return STEADY.contains(column.baseType()) || column.baseType().startsWith("character varying");
    }

    static Optional<Aside> of(PlanSpec spec, Table root, Identifier column) {
        return spec.backfill().rows().setAside().map(rules -> new Aside(rules, root, column));
    }

    /** What counts for the whole plan. */
    static void check(PlanSpec spec, Objections objections) {
        if (spec.backfill().rows().setAside().isEmpty()) {
            return;
        }
        long filled = spec.work() instanceof Work.Changes(List<Change> changes)
                ? changes.stream()
                        .filter(change -> change instanceof Change.AddColumn add
                                && (add.fill().isPresent() || add.lookup().isPresent()))
                        .count()
                : 0;
        if (filled != 1) {
            objections.add(
                    "spec.backfill.setAside",
                    "Goes with one addColumn that has a fill, and this plan has " + filled
                            + (filled == 0
                                    ? ": nothing else can be left undone for a while. Take setAside out."
                                    : ". Put each column into a plan of its own."));
        }
    }

    void check(String path, Objections objections) {
        boolean beside = rules.to().schema().equals(root.name().schema())
                || rules.to().schema().equals(Ground.SCHEMA);
        if (!beside || rules.to().equals(root.name())) {
            objections.add(
                    "spec.backfill.setAside.to",
                    "Must be a new table in schema " + root.name().schema() + ", beside " + root.name()
                            + ", or in schema " + Ground.SCHEMA + ".");
        }
        List<Column> key = key();
        if (key.isEmpty() || !key.stream().allMatch(Aside::steady)) {
            objections.add(
                    path,
                    "Rows of " + root.name() + " cannot be set aside: that needs a primary key of numbers, text or uuid"
                            + " by which they are found again. Take setAside out, or give the table such a key first.");
        }
    }

    private List<Column> key() {
        return RowNames.key(root).stream()
                .flatMap(name -> root.column(name).stream())
                .toList();
    }

    /** What the backfill of a table that holds rows needs to know. */
    SetAside action(TableName leaf) {
        String line = SqlText.literal(leaf.toString()) + ", " + SqlText.literal(column.value()) + ", " + rowKey("");
        return new SetAside(rules.to(), rules.atMost(), line, column.sql() + " IS NULL AND NOT " + listed(), open());
    }

    /** True for rows to be filled; the given condition is not evaluated for one that was put aside, as it fails there. */
    String pending(String condition) {
        return column.sql() + " IS NULL AND CASE WHEN " + listed() + " THEN false ELSE " + SqlText.enclosed(condition)
                + " END";
    }

    /** The same for a value: NULL for rows that have one, or were put aside. */
    private String unlisted(String expression) {
        return "CASE WHEN " + column.sql() + " IS NULL AND NOT " + listed() + " THEN " + expression + " END";
    }

    private String listed() {
        return rowKey("") + " IN (SELECT row_key FROM " + rules.to().sql() + " WHERE column_name = "
                + SqlText.literal(column.value()) + ")";
    }

    private String rowKey(String row) {
        return key().stream()
                .map(part -> SqlText.literal(part.name().value()) + ", " + row
                        + part.name().sql())
                .collect(Collectors.joining(", ", "pg_catalog.jsonb_build_object(", ")"));
    }

    private String open() {
        return "SELECT pg_catalog.count(*)" + openLines();
    }

    /** Lines whose row is there and has no value, and nobody has said that it may stay so. */
    private String openLines() {
        String same = key().stream()
                .map(part -> "filled." + part.name().sql() + " = CAST(line.row_key ->> "
                        + SqlText.literal(part.name().value()) + " AS " + part.baseType() + ")")
                .collect(Collectors.joining(" AND "));
        return " FROM " + rules.to().sql() + " AS line WHERE NOT line.accepted AND line.column_name = "
                + SqlText.literal(column.value())
                + " AND EXISTS (SELECT FROM " + root.name().sql() + " AS filled WHERE " + same + " AND filled."
                + column.sql() + " IS NULL)";
    }

    Step create(String name) {
        return new Step(
                name,
                "Make table " + rules.to() + " for rows that the fill of " + column + " fails on",
                new Transactional(createStatements(), List.of(), false),
                new Undo.By(new Transactional(
                        List.of("DROP TABLE IF EXISTS " + rules.to().sql()), List.of(), false)),
                Look.tableExists(rules.to()));
    }

    private List<String> createStatements() {
        return List.of(
                """
                CREATE TABLE %s (
                  table_name text NOT NULL,
                  column_name text NOT NULL,
                  row_key jsonb NOT NULL,
                  sqlstate text NOT NULL,
                  message text NOT NULL,
                  set_aside_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
                  accepted boolean NOT NULL DEFAULT false,
                  PRIMARY KEY (column_name, row_key))""".formatted(rules.to().sql()),
                "COMMENT ON TABLE "
                        + rules.to().sql() + " IS "
                        + SqlText.literal("Rows of " + root.name() + " that the fill of " + column
                                + " fails on. Mend the rows; or set accepted where the row may stay NULL."));
    }

    /** Before the contract: nothing is left undone. */
    List<Step> settled(String expression, StepNames names) {
        String query = "SELECT line.table_name || ' ' || line.row_key || ': ' || line.message" + openLines()
                + " ORDER BY line.set_aside_at LIMIT 10";
        Step dealtWith = new Step(
                names.claim("aside-settled"),
                "See that every row in " + rules.to() + " has been dealt with",
                new Assertion(
                        query,
                        "Every row that was set aside in " + rules.to() + " has a value in " + column
                                + ", is gone, or may stay NULL.",
                        "Mend what the fill cannot take in these rows of " + root.name() + ", or write " + column
                                + " yourself. Where it may stay NULL, say so: UPDATE " + rules.to()
                                + " SET accepted = true WHERE …. The run goes on by itself then."),
                new Undo.Nothing(),
                Look.noRow(query));
        return List.of(
                dealtWith,
                TryOut.step(
                        names.claim("try-rest"),
                        "Evaluate the fill of " + column + " for rows without a value that are not in " + rules.to(),
                        root.name(),
                        unlisted(expression),
                        0));
    }

    /** The end of it; taken back, it is there again, and empty. */
    Step drop(String name) {
        return new Step(
                name,
                "Drop table " + rules.to() + ", in which no row is left that has to be dealt with",
                new Transactional(List.of("DROP TABLE IF EXISTS " + rules.to().sql()), List.of(), false),
                new Undo.By(new Transactional(createStatements(), List.of(), false)),
                Look.tableGone(rules.to()));
    }
}
