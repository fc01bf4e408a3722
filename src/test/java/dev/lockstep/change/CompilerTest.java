package dev.lockstep.change;

import static dev.lockstep.change.Plans.add;
import static dev.lockstep.change.Plans.compiled;
import static dev.lockstep.change.Plans.drop;
import static dev.lockstep.change.Plans.plan;
import static dev.lockstep.change.Plans.refusals;
import static dev.lockstep.change.Plans.rename;
import static dev.lockstep.change.Plans.web;
import static dev.lockstep.change.TableBuilder.catalogue;
import static dev.lockstep.change.TableBuilder.table;
import static dev.lockstep.change.TableBuilder.users;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.change.Step.Undo;
import dev.lockstep.fixture.Fact;
import dev.lockstep.plan.Change;
import dev.lockstep.plan.DeclaredPhase;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.PlanSpec.Work;
import dev.lockstep.plan.SqlStep;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CompilerTest {
    private static final Optional<Milestone> NONE_REQUIRED = Optional.empty();

    private static final Optional<String> NONE = Optional.empty();

    private static SqlStep sql(String name, String up, Optional<String> down, String... tables) {
        return new SqlStep(
                name,
                up,
                down,
                NONE,
                true,
                List.of(tables).stream().map(TableName::parse).toList());
    }

    private static DeclaredPhase phase(
            String name, PhaseType type, Optional<Milestone> require, DeclaredPhase.Step... steps) {
        return new DeclaredPhase(new PhaseName(name), type, require, List.of(steps));
    }

    private static DeclaredPhase.Step backfill(String table, String column) {
        return new DeclaredPhase.Step.Backfill(
                "fill", TableName.parse(table), new Identifier(column), "upper(name)", "label IS NULL");
    }

    private static List<String> names(Compilation.Compiled plan) {
        return plan.phases().stream().map(phase -> phase.name().value()).toList();
    }

    private static List<String> steps(Phase phase) {
        return phase.steps().stream().map(Step::name).toList();
    }

    @Test
    void asksForTheTablesOfEveryChangeAndStep() {
        assertThat(Compiler.tables(plan(
                        rename("users", "name", "full_name"),
                        drop("a.b", "c"),
                        add("text", true, NONE, NONE),
                        new Change.Sql(PhaseType.EXPAND, sql("x", "SELECT 1", NONE, "d", "e")))))
                .extracting(TableName::toString)
                .containsExactlyInAnyOrder("users", "a.b", "d", "e");
        assertThat(Compiler.tables(plan(phase(
                        "one",
                        PhaseType.BACKFILL,
                        Optional.empty(),
                        backfill("users", "label"),
                        new DeclaredPhase.Step.Sql(sql("x", "SELECT 1", NONE, "d"))))))
                .extracting(TableName::toString)
                .containsExactlyInAnyOrder("users", "d");
    }

    @Test
    void fillsInOnePassWhatDoesNotReadWhatTheSamePassWrites() {
        Change.AddColumn plain = new Change.AddColumn(
                TableName.parse("users"), new Identifier("label"), "text", true, NONE, Optional.of("'none'"), NONE);
        Change.AddColumn reading = new Change.AddColumn(
                TableName.parse("users"),
                new Identifier("shout"),
                "text",
                true,
                NONE,
                Optional.of("upper(label)"),
                NONE);
        var plan = compiled(plan(rename("users", "name", "full_name"), plain, reading), catalogue(users()));
        Phase backfill = plan.phases().get(1);
        assertThat(steps(backfill)).containsExactly("drain", "copy", "fill-2", "analyze", "analyze-2", "analyze-3");
        Action.Backfill shared = (Action.Backfill) backfill.steps().get(1).action();
        assertThat(shared.fills()).extracting(fill -> fill.column().value()).containsExactly("full_name", "label");
        assertThat(shared.assignment()).contains("label = CASE WHEN (label IS NULL AND ('none') IS NOT NULL) THEN");
        assertThat(backfill.steps().get(1).title()).contains("full_name", "label");
    }

    @Test
    void buildsAnIndexAfterTheBackfillOfItsTable() {
        assertThat(MergedPhases.of(List.of(
                        new Recipe.Part(
                                PhaseType.EXPAND,
                                NONE_REQUIRED,
                                List.of(step(new Action.BuildIndex(
                                        TableName.parse("users"),
                                        new Identifier("i"),
                                        "CREATE INDEX CONCURRENTLY i ON users (a)")))),
                        new Recipe.Part(
                                PhaseType.BACKFILL,
                                NONE_REQUIRED,
                                List.of(step(new Action.Backfill(
                                        TableName.parse("users"),
                                        new Action.Fill(new Identifier("a"), "1", "a IS NULL"),
                                        PlanSpec.UserTriggers.SKIP)))))))
                .singleElement()
                .satisfies(phase -> assertThat(phase.steps())
                        .extracting(Step::action)
                        .element(1)
                        .isInstanceOf(Action.BuildIndex.class));
    }

    @Test
    void indexesAColumnThatTheSamePlanAdds() {
        Change.AddIndex index = new Change.AddIndex(
                TableName.parse("users"),
                new Identifier("users_label_idx"),
                false,
                new Change.IndexBody.Columns(List.of(new Identifier("label")), List.of(), NONE));
        assertThat(steps(compiled(plan(add("text", true, NONE, NONE), index), catalogue(users()))
                        .phases()
                        .getFirst()))
                .containsExactly("add-column", "index");
        var filled = compiled(plan(add("text", true, NONE, Optional.of("name")), index), catalogue(users()));
        assertThat(steps(filled.phases().get(1))).containsExactly("drain", "fill", "analyze", "index");
        assertThat(refusals(plan(index, add("text", true, NONE, NONE)), catalogue(users())))
                .singleElement()
                .asString()
                .contains("no column label");
    }

    @Test
    void provesAConstraintOnceTheRowsAreFilled() {
        Change.AddCheck check =
                new Change.AddCheck(TableName.parse("users"), new Identifier("labelled"), "label IS NOT NULL");
        var plan = compiled(plan(add("text", true, NONE, Optional.of("name")), check), catalogue(users()));
        assertThat(steps(plan.phases().get(0))).containsExactly("try-fill", "add-column");
        assertThat(steps(plan.phases().get(1)))
                .containsExactly("drain", "fill", "analyze", "try-check", "add-check", "look", "validate");
    }

    private static Step step(Action action) {
        return new Step("a", "a", action, new Step.Undo.Nothing(), Look.NO_TRACE);
    }

    @Test
    @Fact("P14")
    void mergesTheSharesOfAllChangesAndLosesNothingBeforeEverythingElseHasSucceeded() {
        var plan = compiled(
                plan(
                        rename("users", "name", "full_name"),
                        drop("users", "old"),
                        add("text", false, NONE, Optional.of("upper(name)")),
                        new Change.Sql(PhaseType.CONTRACT, sql("tidy", "DROP TABLE x", NONE)),
                        new Change.Sql(
                                PhaseType.EXPAND, sql("prepare", "CREATE TABLE x ()", Optional.of("DROP TABLE x")))),
                catalogue(users().column("old", "text", true)));
        assertThat(names(plan)).containsExactly("expand", "backfill", "dual-write", "new-only", "contract");
        assertThat(plan.phases())
                .extracting(Phase::type)
                .containsExactly(
                        PhaseType.EXPAND, PhaseType.BACKFILL, PhaseType.DEPLOY, PhaseType.DEPLOY, PhaseType.CONTRACT);
        assertThat(plan.phases().get(2).require()).contains(Milestone.DUAL_WRITE);
        assertThat(plan.phases().get(3).require()).contains(Milestone.NEW_ONLY);
        assertThat(plan.phases().get(4).require()).contains(Milestone.NEW_ONLY);
        assertThat(steps(plan.phases().get(0)))
                .containsExactly(
                        "add-alias",
                        "still-not-null",
                        "still-no-default",
                        "sees-all-rows",
                        "drop-not-null",
                        "try-fill",
                        "add-column",
                        "prepare");
        assertThat(steps(plan.phases().get(1))).containsExactly("drain", "copy", "analyze", "analyze-2");
        assertThat(steps(plan.phases().get(4)))
                .containsExactly(
                        "dependents",
                        "verify",
                        "dependents-2",
                        "check-not-null",
                        "no-nulls",
                        "validate",
                        "not-null",
                        "drop-fill",
                        "swap",
                        "drop-column",
                        "tidy");
        assertThat(plan.phases().get(4).steps().subList(0, 8))
                .noneMatch(step -> step.undo() instanceof Undo.Impossible);
    }

    @Test
    void leavesOutPhasesWithNothingToDo() {
        assertThat(names(compiled(plan(add("text", true, NONE, NONE)), catalogue(users()))))
                .containsExactly("expand");
        assertThat(names(compiled(plan(drop("users", "old")), catalogue(users().column("old", "text", false)))))
                .containsExactly("new-only", "contract");
    }

    @Test
    @Fact("P38")
    void saysOnceThatPreparedStatementsFailWhereColumnsComeOrGo() {
        assertThat(compiled(
                                plan(rename("users", "name", "full_name"), add("text", true, NONE, NONE)),
                                catalogue(users()))
                        .notes())
                .filteredOn(note -> note.contains("cached plan must not change result type"))
                .singleElement()
                .asString()
                .startsWith("Columns come or go on users. A SELECT *")
                .contains("PgBouncer");
        assertThat(compiled(plan(indexOfName()), catalogue(users())).notes()).isEmpty();
    }

    @Test
    void refusesEverythingThatIsWrongAtOnceWithItsPath() {
        assertThat(refusals(
                        plan(
                                new Work.Changes(List.of(
                                        rename("users", "nam", "id"),
                                        rename("nowhere", "a", "b"),
                                        drop("users", "gone"),
                                        new Change.Sql(PhaseType.EXPAND, sql("s", "SELECT 1", NONE, "nothing")))),
                                List.of()),
                        catalogue(users())))
                .extracting(message -> message.substring(0, message.indexOf(": ")))
                .containsExactlyInAnyOrder(
                        "spec.changes[0].renameColumn.from",
                        "spec.changes[0].renameColumn.to",
                        "spec.changes[1].renameColumn.table",
                        "spec.changes[2].dropColumn.column",
                        "spec.changes[3].sql.down",
                        "spec.changes[3].sql.tables[0]");
    }

    @Test
    void refusesTwoChangesOfOneColumn() {
        assertThat(refusals(
                        plan(rename("users", "name", "label"), add("text", true, NONE, NONE), drop("users", "name")),
                        catalogue(users())))
                .anyMatch(
                        text -> text.startsWith("spec.changes[1].addColumn: Column label of users is already the matter"
                                + " of spec.changes[0].renameColumn."))
                .anyMatch(text -> text.startsWith("spec.changes[2].dropColumn: Column name"));
    }

    @Test
    void indexStandsBesideChangesOfOtherColumnsOnly() {
        Catalogue users = catalogue(users().column("old", "text", false));
        assertThat(compiled(plan(indexOfName(), drop("users", "old")), users).phases())
                .isNotEmpty();
        assertThat(refusals(plan(indexOfName(), drop("users", "name")), users))
                .singleElement()
                .asString()
                .contains("Column name of users is already the matter of spec.changes[0].addIndex.")
                .contains("for the tables as they are before the plan");
        assertThat(refusals(
                        plan(
                                new Change.DropIndex(TableName.parse("users"), new Identifier("users_name_idx")),
                                indexOfName()),
                        users))
                .anyMatch(text -> text.contains("Index or constraint users_name_idx of users is already the matter"));
    }

    private static Change indexOfName() {
        return new Change.AddIndex(
                TableName.parse("users"),
                new Identifier("users_name_idx"),
                false,
                new Change.IndexBody.Columns(List.of(new Identifier("name")), List.of(), NONE));
    }

    @Test
    void refusesAGateWithoutWorkloadsOrVersions() {
        var rename = new Work.Changes(List.of(rename("users", "name", "full_name")));
        assertThat(refusals(plan(rename, List.of()), catalogue(users())))
                .singleElement()
                .asString()
                .startsWith("spec.workloads: The plan must wait until all code is ready (new-only)");
        assertThat(refusals(plan(rename, List.of(web(Milestone.DUAL_WRITE))), catalogue(users())))
                .singleElement()
                .asString()
                .startsWith("spec.workloads[0].versions: Workload web does not say")
                .contains("new-only");
    }

    @Test
    void newOnlyCountsForDualWrite() {
        var fill = new Work.Changes(List.of(add("text", false, NONE, Optional.of("name"))));
        compiled(plan(fill, List.of(web(Milestone.NEW_ONLY))), catalogue(users()));
        compiled(plan(fill, List.of(web(Milestone.DUAL_WRITE))), catalogue(users()));
        assertThat(refusals(plan(fill, List.of()), catalogue(users()))).hasSize(1);
    }

    @Test
    void refusesAnApprovalOfAPhaseThatIsNotThere() {
        var work = new Work.Changes(List.of(add("text", true, NONE, NONE)));
        assertThat(refusals(
                        plan(work, List.of(), new PlanSpec.Approval(new PhaseName("contract"), 1)), catalogue(users())))
                .singleElement()
                .asString()
                .startsWith("spec.approvals[0].phase: This plan has no phase contract")
                .endsWith("It has expand.");
    }

    @Test
    void declaredPhasesCompileOneToOne() {
        var plan = compiled(
                plan(
                        phase(
                                "grow",
                                PhaseType.EXPAND,
                                Optional.empty(),
                                new DeclaredPhase.Step.Sql(sql(
                                        "x", "ALTER TABLE users ADD label text", Optional.of("SELECT 1"), "users"))),
                        phase("fill-up", PhaseType.BACKFILL, Optional.empty(), backfill("users", "label")),
                        phase("wait", PhaseType.DEPLOY, Optional.of(Milestone.NEW_ONLY)),
                        phase(
                                "shrink",
                                PhaseType.CONTRACT,
                                Optional.of(Milestone.NEW_ONLY),
                                new DeclaredPhase.Step.Sql(sql("x", "DROP TABLE y", NONE)))),
                catalogue(users()));
        assertThat(names(plan)).containsExactly("grow", "fill-up", "wait", "shrink");
        assertThat(plan.phases()).flatExtracting(CompilerTest::steps).containsExactly("x", "fill", "x-2");
        assertThat(plan.phases().get(1).steps().getFirst().action())
                .isInstanceOfSatisfying(Action.Backfill.class, backfill -> {
                    assertThat(backfill.assignment()).isEqualTo("label = (upper(name))");
                    assertThat(backfill.pending()).isEqualTo("label IS NULL");
                });
        assertThat(plan.phases().get(3).steps().getFirst().undo()).isInstanceOf(Undo.Impossible.class);
    }

    @Test
    void refusesDeclaredPhasesThatCannotBe() {
        DeclaredPhase.Step irreversible = new DeclaredPhase.Step.Sql(sql("x", "DROP TABLE y", NONE));
        assertThat(refusals(
                        plan(
                                phase("a", PhaseType.EXPAND, Optional.empty(), irreversible),
                                phase("b", PhaseType.DEPLOY, Optional.empty(), irreversible),
                                phase(
                                        "c",
                                        PhaseType.BACKFILL,
                                        Optional.empty(),
                                        backfill("users", "label"),
                                        backfill("nowhere", "label"))),
                        catalogue(users().rowsHidden("row security hides them"))))
                .extracting(message -> message.substring(0, message.indexOf(": ")))
                .containsExactlyInAnyOrder(
                        "spec.phases[0].steps[0].sql.down",
                        "spec.phases[1].steps",
                        "spec.phases[1].require",
                        "spec.phases[1].steps[0].sql.down",
                        "spec.phases[2].steps[0].backfill.table",
                        "spec.phases[2].steps[0].backfill.column",
                        "spec.phases[2].steps[1].backfill.table");
    }

    @Test
    void refusesTablesOfAKindThatItCannotChange() {
        for (Table.Kind kind : Table.Kind.values()) {
            if (kind != Table.Kind.ORDINARY) {
                assertThat(refusals(plan(rename("users", "name", "full_name")), catalogue(users().kind(kind))))
                        .singleElement()
                        .asString()
                        .startsWith("spec.changes[0].renameColumn.table: users is a");
            }
        }
    }

    @Test
    void stepNamesStayDnsLabels() {
        StepNames names = new StepNames();
        String longest = "x".repeat(63);
        assertThat(names.claim(longest)).isEqualTo(longest);
        assertThat(names.claim(longest)).hasSize(63).endsWith("x-2");
    }

    @Test
    void tablesMadeByEarlierSqlMayBeLocked() {
        compiled(
                plan(
                        new Change.Sql(
                                PhaseType.EXPAND, sql("one", "CREATE TABLE fresh ()", Optional.of("DROP TABLE fresh"))),
                        new Change.Sql(PhaseType.EXPAND, sql("two", "SELECT 1", Optional.of("SELECT 1"), "fresh"))),
                catalogue(table("users")));
    }
}
