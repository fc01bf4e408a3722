package dev.lockstep.change;

import dev.lockstep.change.Action.Assertion;
import dev.lockstep.change.Action.Backfill;
import dev.lockstep.change.Action.DrainTransactions;
import dev.lockstep.change.Action.Fill;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.Change.AddColumn;
import dev.lockstep.plan.Lookup;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Column;
import dev.lockstep.schema.Column.DefaultValue;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Adds a column without ever rewriting the table (P32). A constant default goes with ADD COLUMN, which then is instant.
 * Any other default is set after the column is there, and rows that exist get it from the backfill. {@code fill} is for
 * rows that exist and, through a trigger, for code that does not write the column yet. NOT NULL comes last, when every row
 * has a value. Nothing of this loses anything, so each step can be taken back.
 *
 * <p>Where the application keeps the shapes equal ({@code sync: Application}) there is no trigger: rows are filled once all
 * code writes the column, and every transaction that began before has ended (P25).
 */
final class AddColumnRecipe implements Recipe<AddColumn> {
    /** Numbers, strings (with a cast to a type that is named plainly) and truth values. */
    private static final Pattern CONSTANT = Pattern.compile(
            "[+-]?[0-9]+(\\.[0-9]*)?|true|false|'([^'\\\\]|'')*'(::[a-z_][a-z0-9_ ]*(\\([0-9]+(, ?[0-9]+)?\\))?(\\[\\])?)?",
            Pattern.CASE_INSENSITIVE);

    @Override
    public Set<TableName> tables(AddColumn change) {
        return Stream.concat(Stream.of(change.table()), change.lookup().map(Lookup::from).stream())
                .collect(Collectors.toSet());
    }

    @Override
    public Outcome compile(AddColumn change, Setting setting, StepNames names) {
        Objections objections = new Objections();
        Optional<Tree> tree = Ground.tree(setting.catalogue(), change.table(), setting.path() + ".table", objections);
        new NewColumnType(change.type()).objection().ifPresent(why -> objections.add(setting.path() + ".type", why));
        if (!change.nullable() && given(change).isEmpty() && !filled(change)) {
            objections.add(
                    setting.path() + ".fill",
                    "Column " + change.column()
                            + " is to be NOT NULL, but rows that exist, and rows from code that does"
                            + " not know it yet, would have no value. Give a default or a fill expression, or set"
                            + " nullable: true.");
        }
        tree.ifPresent(known -> check(known, change, setting.spec(), setting.path(), objections));
        tree.ifPresent(known -> lookup(change)
                .ifPresent(lookup -> lookup.check(
                        known.root(),
                        setting.catalogue(),
                        change.nullable(),
                        setting.path() + ".fill.from",
                        objections)));
        return objections.any() || tree.isEmpty()
                ? new Outcome.Refused(objections.all())
                : new Outcome.Parts(
                        new Shape(change, tree.get(), setting, names).parts(), notes(change, setting.spec()));
    }

    /** The column is there, and still may be NULL where it is to get its values from a backfill. */
    @Override
    public Catalogue after(AddColumn change, Catalogue catalogue) {
        return catalogue
                .table(change.table())
                .map(table -> catalogue.with(table.with(new Column(
                        change.column(),
                        1
                                + table.columns().stream()
                                        .mapToInt(Column::attribute)
                                        .max()
                                        .orElse(0),
                        change.type(),
                        Optional.empty(),
                        !change.nullable() && instant(change),
                        given(change).map(AddColumnRecipe::defaultValue).orElse(new DefaultValue.None()),
                        List.of(),
                        change.type(),
                        change.comment()))))
                .orElse(catalogue);
    }

    private static DefaultValue defaultValue(String expression) {
        return CONSTANT.matcher(expression.strip()).matches()
                ? new DefaultValue.Stable(expression)
                : new DefaultValue.Volatile(expression);
    }

    private static void check(Tree tree, AddColumn change, PlanSpec spec, String path, Objections objections) {
        tree.all().forEach(table -> Ground.nameIsFree(table, change.column(), path + ".column", objections));
        if (rowsNeedValue(change)) {
            tree.all().forEach(table -> Ground.rowsCanBeUpdated(table, path + ".table", objections));
        }
        if (filled(change)) {
            Aside.of(spec, tree.root(), change.column()).ifPresent(aside -> aside.check(path + ".table", objections));
        }
        if (fills(change)) {
            Ground.noOtherRun(tree.root(), path + ".table", objections);
        }
        boolean spellsTheRoot =
                expression(change).filter(text -> says(text, tree.root())).isPresent();
        if (tree.divided() && rowsNeedValue(change) && spellsTheRoot) {
            objections.add(
                    path + (filled(change) ? ".fill" : ".default"),
                    "Says " + tree.name() + " before a column, but the rows are in its partitions, which have names of"
                            + " their own. Write the columns alone.");
        }
    }

    /** As the author wrote it. */
    private static Optional<String> expression(AddColumn change) {
        return change.lookup().isPresent() ? Optional.empty() : change.fill().or(() -> given(change));
    }

    /** For rows that are known under this table's name. */
    private static Optional<String> expression(AddColumn change, TableName row) {
        return lookup(change).map(lookup -> lookup.expression(row)).or(() -> expression(change));
    }

    private static Optional<LookupFill> lookup(AddColumn change) {
        return change.lookup().map(lookup -> new LookupFill(lookup, change.column(), change.type(), given(change)));
    }

    /** Whether the plan says what rows get that exist, beside the default. */
    private static boolean filled(AddColumn change) {
        return change.fill().isPresent() || change.lookup().isPresent();
    }

    private static boolean says(String expression, Table table) {
        return Pattern.compile(
                        "(?<![\\p{L}\\p{N}_$])"
                                + Pattern.quote(table.name().name().value()) + "\"?\\s*\\.",
                        Pattern.CASE_INSENSITIVE)
                .matcher(expression)
                .find();
    }

    private static List<String> notes(AddColumn change, PlanSpec spec) {
        List<String> notes = new ArrayList<>();
        if (fills(change) && !byApplication(spec)) {
            notes.add(
                    "The fill expression of " + change.column() + " also runs in a trigger, with the rights of whoever"
                            + " writes the row: functions that it calls must be open to them.");
        }
        lookup(change).ifPresent(lookup -> notes.addAll(lookup.notes(fills(change) && !byApplication(spec))));
        if (change.nullable() && rowsNeedValue(change)) {
            notes.add("Until the plan is through, a NULL that code writes to " + change.column()
                    + " cannot be told from a value that was not given, and is replaced.");
        }
        return notes;
    }

    /** The default, where it is more than NULL. */
    private static Optional<String> given(AddColumn change) {
        return change.defaultValue()
                .filter(text -> !text.strip().toLowerCase(Locale.ROOT).equals("null"));
    }

    /** Whether ADD COLUMN itself can give the default to rows that exist, in an instant. */
    private static boolean instant(AddColumn change) {
        return !filled(change)
                && given(change)
                        .filter(text -> CONSTANT.matcher(text.strip()).matches())
                        .isPresent();
    }

    private static boolean rowsNeedValue(AddColumn change) {
        return filled(change) || (given(change).isPresent() && !instant(change));
    }

    /** Whether a trigger must fill: a default serves code that does not know the column as well. */
    private static boolean fills(AddColumn change) {
        return filled(change) && given(change).isEmpty();
    }

    /** Whether all code writes the column before rows that exist are filled, so that no trigger is needed (P25). */
    private static boolean byApplication(PlanSpec spec) {
        return spec.sync() == PlanSpec.Sync.APPLICATION;
    }

    /** The change on its table. */
    private record Shape(AddColumn change, Tree tree, Setting setting, StepNames names) {
        List<Part> parts() {
            List<Part> parts = new ArrayList<>();
            parts.add(new Part(PhaseType.EXPAND, Optional.empty(), expand()));
            boolean writtenFirst = fills(change) && byApplication(setting.spec());
            if (rowsNeedValue(change)) {
                parts.add(new Part(
                        PhaseType.BACKFILL,
                        writtenFirst ? Optional.of(Milestone.DUAL_WRITE) : Optional.empty(),
                        backfill()));
            }
            boolean gated = writtenFirst
                    || (fills(change)
                            && (!change.nullable()
                                    || !setting.spec().workloads().isEmpty()));
            Optional<Milestone> require = gated ? Optional.of(Milestone.DUAL_WRITE) : Optional.empty();
            if (gated) {
                parts.add(new Part(PhaseType.DEPLOY, require, List.of()));
            }
            parts.add(new Part(PhaseType.CONTRACT, require, contract()));
            return parts;
        }

        private List<Step> expand() {
            List<Step> steps = new ArrayList<>();
            NewColumnType type = new NewColumnType(change.type());
            if (!type.builtIn()) {
                steps.add(noRewrite(type));
            }
            lookup(change)
                    .flatMap(lookup -> lookup.held(tree.root(), names.claim("lookup")))
                    .ifPresent(steps::add);
            if (filled(change) && setting.spec().backfill().rows().checkFirst()) {
                steps.add(tryOut());
            }
            aside().ifPresent(aside -> steps.add(aside.create(names.claim("set-aside"))));
            steps.add(add());
            return steps;
        }

        private Step noRewrite(NewColumnType type) {
            return new Step(
                    names.claim("type"),
                    "See that a column of type " + type.text() + " can be added without rewriting the table",
                    new Assertion(
                            type.rewriting(),
                            "Type " + type.text() + " is not a domain with constraints.",
                            "Adding a column of such a domain rewrites " + change.table() + " under a lock that stops"
                                    + " even readers. Abort, and use the domain's base type with a CHECK of its own."),
                    new Undo.Nothing(),
                    Look.noRow(type.rewriting()));
        }

        /** An expression can fail on one row in the middle of the table, and then in the trigger as well (P31). */
        private Step tryOut() {
            return TryOut.step(
                    names.claim("try-fill"),
                    "Evaluate the fill expression of " + change.column() + " over every row, without writing",
                    change.table(),
                    typedExpression(),
                    aside().map(aside -> aside.rules().atMost()).orElse(0));
        }

        private String typedExpression() {
            String expression = expression(change, change.table()).orElseThrow();
            return "CAST(" + SqlText.enclosed(expression) + " AS " + change.type() + ")";
        }

        private Optional<Aside> aside() {
            return filled(change) ? Aside.of(setting.spec(), tree.root(), change.column()) : Optional.empty();
        }

        private Step add() {
            TableName on = change.table();
            String alter = "ALTER TABLE " + on.sql() + " ";
            String column = change.column().sql();
            List<String> statements = new ArrayList<>();
            boolean instant = instant(change);
            statements.add(alter + "ADD COLUMN " + column + " " + change.type()
                    + (instant ? " DEFAULT " + given(change).orElseThrow() : "")
                    + (instant && !change.nullable() ? " NOT NULL" : ""));
            if (!instant) {
                given(change)
                        .ifPresent(expression -> statements.add(
                                alter + "ALTER COLUMN " + column + " SET DEFAULT " + SqlText.enclosed(expression)));
            }
            change.comment()
                    .ifPresent(comment -> statements.add(
                            "COMMENT ON COLUMN " + on.sql() + "." + column + " IS " + SqlText.literal(comment)));
            fill().ifPresent(trigger -> statements.addAll(trigger.create()));
            List<String> undo = fill().map(FillTrigger::removeWithColumn)
                    .orElse(List.of("ALTER TABLE IF EXISTS " + on.sql() + " DROP COLUMN IF EXISTS " + column));
            return new Step(
                    names.claim("add-column"),
                    "Add " + on + "." + change.column()
                            + (fill().isPresent() ? ", filled by a trigger for code that does not write it" : ""),
                    tree.brief(statements),
                    new Undo.By(tree.brief(undo)),
                    Look.columnExists(on, change.column()));
        }

        private List<Step> backfill() {
            List<Step> steps = new ArrayList<>();
            steps.add(new Step(
                    names.claim("drain"),
                    byApplication(setting.spec())
                            ? "Wait for transactions that began before all code wrote " + change.column()
                            : "Wait for transactions that began before the column was there",
                    new DrainTransactions(change.table()),
                    new Undo.Nothing(),
                    Look.NO_TRACE));
            tree.leaves().forEach(leaf -> steps.add(fill(leaf.name())));
            if (tree.divided()) {
                steps.add(everyPartition());
            }
            steps.add(analyze());
            return steps;
        }

        /** Without statistics the planner guesses, and queries that use the column are slow at first (P45). */
        private Step analyze() {
            return new Step(
                    names.claim("analyze"),
                    "Gather the planner's statistics for " + change.column(),
                    tree.scan("ANALYZE " + change.table().sql() + " ("
                            + change.column().sql() + ")"),
                    new Undo.Nothing(),
                    Look.NO_TRACE);
        }

        private Step fill(TableName leaf) {
            String value = expression(change, leaf).map(SqlText::enclosed).orElseThrow();
            return new Step(
                    names.claim("fill"),
                    "Give " + change.column() + " a value in every row of " + leaf,
                    new Backfill(
                            leaf,
                            List.of(new Fill(change.column(), value, pending(leaf))),
                            setting.spec().backfill().userTriggers(),
                            List.of(),
                            aside().map(aside -> aside.action(leaf))),
                    new Undo.Nothing(),
                    Look.noRow("SELECT FROM " + leaf.sql() + " WHERE " + pending(leaf)));
        }

        /** A partition that was attached after the plan had been compiled has no backfill of its own. */
        private Step everyPartition() {
            String query = RowNames.query(tree.root(), pending(change.table()));
            return new Step(
                    names.claim("filled"),
                    "Prove that " + change.column() + " has its value in every partition of " + change.table(),
                    new Assertion(
                            query,
                            "Every row of " + change.table() + " has its value in " + change.column()
                                    + ", whatever partition it is in.",
                            "A partition with rows was probably attached since the plan began. Fill " + change.column()
                                    + " in these rows, a batch at a time; rows that are written from now on have it."),
                    new Undo.Nothing(),
                    Look.noRow(query));
        }

        /**
         * A row for which the expression gives NULL is done when it has NULL. Not asked of {@code nextval}, which would
         * spend a number for each look and never gives NULL.
         */
        private String pending(TableName row) {
            String expression = expression(change, row).orElseThrow();
            String isNull = change.column().sql() + " IS NULL";
            String pending =
                    !change.nullable() || expression.toLowerCase(Locale.ROOT).contains("nextval")
                            ? isNull
                            : isNull + " AND " + SqlText.enclosed(expression) + " IS NOT NULL";
            return aside().map(aside -> aside.pending(pending)).orElse(pending);
        }

        private List<Step> contract() {
            List<Step> steps = new ArrayList<>();
            aside().ifPresent(aside -> steps.addAll(aside.settled(typedExpression(), names)));
            lookup(change).ifPresent(lookup -> {
                lookup.heldAtTheEnd(tree.root(), names.claim("lookup-found")).ifPresent(steps::add);
                steps.add(lookup.changed(tree.root(), names.claim("lookup-changed")));
            });
            if (!change.nullable() && !instant(change)) {
                steps.addAll(new NotNull(tree, change.column()).set(names));
            }
            fill().ifPresent(trigger -> steps.add(trigger.end(tree, names)));
            aside().ifPresent(aside -> steps.add(aside.drop(names.claim("drop-aside"))));
            return steps;
        }

        private Optional<FillTrigger> fill() {
            return expression(change, change.table())
                    .filter(_ -> fills(change) && !byApplication(setting.spec()))
                    .map(expression -> FillTrigger.of(tree.root(), change.column(), expression, aside().isPresent()));
        }
    }
}
