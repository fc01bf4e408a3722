package dev.lockstep.change;

import dev.lockstep.change.Action.BuildIndex;
import dev.lockstep.change.Action.CopyRows;
import dev.lockstep.change.Action.CopyRows.Rows;
import dev.lockstep.change.Action.DrainTransactions;
import dev.lockstep.change.Action.Survey;
import dev.lockstep.change.Action.Transactional;
import dev.lockstep.change.Recipe.Outcome;
import dev.lockstep.change.Recipe.Part;
import dev.lockstep.change.Recipe.Setting;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.Change.RenameTable;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Index;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A second table has the new name until no code uses the old one: for code that does with either name what a view cannot.
 *
 * <p>As with a column, the new name is a <em>temporary twin</em>, and in the end it is the <em>original</em> that gets the
 * name. A copy that replaced it for good would have to carry over everything that hangs on a table (P33, P34, P35), point
 * every foreign key of other tables to itself, and would lose some of it. Here none of that is ever touched, foreign keys
 * of other tables hold all the time, and the end is the catalogue of a plain {@code RENAME TO}.
 *
 * <p>With triggers, one deploy is enough. Where the application writes both tables there are three: code writes both; code
 * reads the new name; code writes the new name only. Before that last one both tables are equal, and they change names: the
 * original has the new one from then on, so what is written under it only has its foreign keys, triggers and replication.
 */
final class TableByCopy {
    private static final String ONE_SIDED = "Some code writes one of the tables only, or not both in one transaction.";

    private final TwinTable twin;
    private final TwinTriggers triggers;
    private final Index key;
    private final StepNames names;

    private TableByCopy(TwinTable twin, Index key, StepNames names) {
        this.twin = twin;
        this.triggers = new TwinTriggers(twin);
        this.key = key;
        this.names = names;
    }

    static Outcome outcome(Table table, RenameTable change, Setting setting, StepNames names) {
        Index key = RowKey.of(table).orElseThrow();
        TwinTable twin = new TwinTable(
                table,
                change.to(),
                RowKey.columns(key),
                setting.catalogue().role().superuser());
        TableByCopy copy = new TableByCopy(twin, key, names);
        return switch (setting.spec().sync()) {
            case TRIGGER -> new Outcome.Parts(copy.byTriggers(), RenameTableNotes.byTriggers(twin));
            case APPLICATION -> new Outcome.Parts(copy.byApplication(), RenameTableNotes.byApplication(twin));
        };
    }

    private List<Part> byTriggers() {
        Step create = create(
                Stream.concat(twin.create().stream(), triggers.create().stream())
                        .toList(),
                Stream.of(triggers.dropFromOriginal(), twin.drop(), triggers.dropFunctions())
                        .flatMap(List::stream)
                        .toList(),
                ", kept equal by triggers both ways",
                Look.triggerExists(twin.oldName(), triggers.rowTrigger()));
        return List.of(
                new Part(
                        PhaseType.EXPAND,
                        Optional.empty(),
                        List.of(TableByView.nameIsFree(twin.name(), names), create)),
                new Part(PhaseType.BACKFILL, Optional.empty(), fill(List.of(Rows.MISSING))),
                new Part(PhaseType.DEPLOY, Optional.of(Milestone.NEW_ONLY), List.of()),
                new Part(
                        PhaseType.CONTRACT,
                        Optional.of(Milestone.NEW_ONLY),
                        proven(
                                List.of(
                                        TableByView.functions(twin.oldName(), twin.name(), names),
                                        TableByView.dependents(twin.name(), "table", names)),
                                "Something wrote past the triggers (a disabled trigger, or a restore).",
                                replace())));
    }

    private List<Part> byApplication() {
        Step create = create(
                twin.create(),
                twin.drop(),
                ", empty: the application writes both",
                Look.indexValid(twin.name(), TwinIndexes.nameFor(twin, key)));
        return List.of(
                new Part(
                        PhaseType.EXPAND,
                        Optional.empty(),
                        List.of(TableByView.nameIsFree(twin.name(), names), create)),
                new Part(PhaseType.DEPLOY, Optional.of(Milestone.DUAL_WRITE), List.of()),
                new Part(
                        PhaseType.BACKFILL,
                        Optional.of(Milestone.DUAL_WRITE),
                        Stream.concat(
                                        fill(List.of(Rows.DIFFERING, Rows.SURPLUS)).stream(),
                                        // Before the first code reads the new name.
                                        verify(ONE_SIDED).stream())
                                .toList()),
                new Part(PhaseType.DEPLOY, Optional.of(Milestone.READ_NEW), List.of()),
                new Part(
                        PhaseType.CONTRACT,
                        Optional.of(Milestone.READ_NEW),
                        proven(List.of(TableByView.dependents(twin.name(), "table", names)), ONE_SIDED, exchange())),
                new Part(PhaseType.DEPLOY, Optional.of(Milestone.NEW_ONLY), List.of()),
                new Part(
                        PhaseType.CONTRACT,
                        Optional.of(Milestone.NEW_ONLY),
                        List.of(
                                TableByView.functions(twin.oldName(), twin.name(), names),
                                TableByView.dependents(twin.oldName(), "table", names),
                                drop())));
    }

    private Step create(List<String> statements, List<String> remove, String how, String there) {
        String undo = SqlText.onlyIf(there, remove.toArray(String[]::new));
        return new Step(
                names.claim("add-twin"),
                "Add " + twin.name() + " beside " + twin.oldName() + how,
                new Transactional(
                        statements, List.of(new TableLock(twin.oldName(), LockMode.SHARE_ROW_EXCLUSIVE)), false),
                new Undo.By(new Transactional(List.of(undo), both(), false)),
                there);
    }

    private List<Step> fill(List<Rows> passes) {
        List<Step> steps = new ArrayList<>();
        steps.add(new Step(
                names.claim("drain"),
                "Wait for transactions that began before both tables were written",
                new DrainTransactions(twin.oldName()),
                new Undo.Nothing(),
                Look.NO_TRACE));
        passes.forEach(rows -> steps.add(copy(rows)));
        TwinIndexes.later(twin)
                .forEach(index -> steps.add(new Step(
                        names.claim("index"),
                        "Build on " + twin.name() + " what index " + index.name() + " is on " + twin.oldName(),
                        new BuildIndex(
                                twin.name(), TwinIndexes.nameFor(twin, index), TwinIndexes.concurrently(twin, index)),
                        new Undo.Nothing(),
                        Look.indexValid(twin.name(), TwinIndexes.nameFor(twin, index)))));
        steps.add(new Step(
                names.claim("analyze"),
                "Gather the planner's statistics for " + twin.name(),
                new Transactional(
                        List.of("ANALYZE " + twin.name().sql()),
                        List.of(new TableLock(twin.name(), LockMode.SHARE_UPDATE_EXCLUSIVE)),
                        true),
                new Undo.Nothing(),
                Look.NO_TRACE));
        return steps;
    }

    private CopyRows rows(Rows which) {
        return new CopyRows(twin.oldName(), twin.name(), twin.key(), twin.written(), triggers.mark(), which);
    }

    private Step copy(Rows which) {
        CopyRows copy = rows(which);
        String title = switch (which) {
            case MISSING -> "Copy the rows of " + twin.oldName() + " to " + twin.name();
            case DIFFERING ->
                "Make every row of " + twin.name() + " what it is in " + twin.oldName() + ", where all code reads";
            case SURPLUS -> "Delete rows of " + twin.name() + " that " + twin.oldName() + " does not have";
        };
        return new Step(
                names.claim(which == Rows.SURPLUS ? "remove-surplus" : "copy"),
                title,
                copy,
                new Undo.Nothing(),
                noneLeft(copy));
    }

    /** What loses something comes when both tables are proven equal (P14). */
    private List<Step> proven(List<Step> looks, String cause, Step loss) {
        return Stream.of(looks, verify(cause), List.of(loss))
                .flatMap(List::stream)
                .toList();
    }

    /** Both ways: rows that the twin does not have the very same, and rows that only the twin has. */
    private List<Step> verify(String cause) {
        return List.of(
                survey(
                        "verify",
                        "Prove that every row of " + twin.oldName() + " is the very same in " + twin.name(),
                        rows(Rows.DIFFERING),
                        "Each row of " + twin.oldName() + " is the very same in " + twin.name() + ".",
                        cause + " Decide for each row which side is right and write it to both."),
                survey(
                        "verify-surplus",
                        "Prove that " + twin.name() + " has no row that " + twin.oldName() + " does not have",
                        rows(Rows.SURPLUS),
                        "Each row of " + twin.name() + " is in " + twin.oldName() + " as well.",
                        cause + " Decide for each row whether it should be there, and write it to both or delete it."));
    }

    private Step survey(String name, String title, CopyRows compared, String expectation, String remedy) {
        return new Step(
                names.claim(name),
                title,
                new Survey(compared.walked(), new Survey.NoneWhere(compared.pending()), expectation, remedy),
                new Undo.Nothing(),
                noneLeft(compared));
    }

    private static String noneLeft(CopyRows rows) {
        return Look.noRow("SELECT FROM " + rows.walked().sql() + " WHERE " + rows.pending());
    }

    private Step replace() {
        List<String> statements = Stream.of(
                        triggers.dropFromOriginal(),
                        twin.drop(),
                        triggers.dropFunctions(),
                        List.of("ALTER TABLE " + twin.oldName().sql() + " RENAME TO "
                                + twin.newName().sql()))
                .flatMap(List::stream)
                .toList();
        return new Step(
                names.claim("replace-twin"),
                "Drop the twin and rename " + twin.oldName() + " to " + twin.name(),
                new Transactional(statements, both(), false),
                new Undo.Impossible("Code that uses the old name " + twin.oldName()
                        + " fails from here on; going back would need a plan that renames the table the other way."),
                Look.tableRenamed(twin.oldName(), twin.name()));
    }

    /** All code writes both tables, so it finds under either name what it had there a moment ago. */
    private Step exchange() {
        Identifier aside = twin.derived("lockstep_aside_");
        String old = twin.oldName().sql();
        TableName away = new TableName(twin.oldName().schema(), aside);
        return new Step(
                names.claim("exchange"),
                "Let " + twin.oldName() + " and " + twin.name() + " change names, so that the original has the new one",
                new Transactional(
                        List.of(
                                "ALTER TABLE " + old + " RENAME TO " + aside.sql(),
                                "ALTER TABLE " + twin.name().sql() + " RENAME TO "
                                        + twin.oldName().name().sql(),
                                "ALTER TABLE " + away.sql() + " RENAME TO "
                                        + twin.newName().sql(),
                                "COMMENT ON TABLE " + old + " IS "
                                        + SqlText.literal("Left by Lockstep until no code writes it; the table is "
                                                + twin.name() + " now")),
                        both(),
                        false),
                new Undo.Impossible("From here on code may write " + twin.name()
                        + " only, and going back to code that reads " + twin.oldName()
                        + " would lose what it has written."),
                Look.indexValid(twin.oldName(), TwinIndexes.nameFor(twin, key)));
    }

    private Step drop() {
        return new Step(
                names.claim("drop-twin"),
                "Drop what is left under the name " + twin.oldName(),
                new Transactional(
                        Stream.concat(Stream.of("DROP TABLE " + twin.oldName().sql()), twin.dropFunctions().stream())
                                .toList(),
                        List.of(new TableLock(twin.oldName(), LockMode.ACCESS_EXCLUSIVE)),
                        false),
                new Undo.Impossible("Rows that only code with the old name has written are lost."),
                Look.tableRenamed(twin.oldName(), twin.name()));
    }

    /** The original first, as what is written to the twin goes on to it; where it meets that halfway, this gives way. */
    private List<TableLock> both() {
        return List.of(
                new TableLock(twin.oldName(), LockMode.ACCESS_EXCLUSIVE),
                new TableLock(twin.name(), LockMode.ACCESS_EXCLUSIVE));
    }
}
