package dev.lockstep.change;

import static dev.lockstep.change.Plans.compiled;
import static dev.lockstep.change.Plans.drop;
import static dev.lockstep.change.Plans.hidden;
import static dev.lockstep.change.Plans.plan;
import static dev.lockstep.change.Plans.refusals;
import static dev.lockstep.change.Plans.rename;
import static dev.lockstep.change.TableBuilder.catalogue;
import static dev.lockstep.change.TableBuilder.plain;
import static dev.lockstep.change.TableBuilder.users;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.change.Action.RevertWindow;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.Change;
import dev.lockstep.plan.DeclaredPhase;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.SqlStep;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HidingTest {
    private static final SqlStep LOSSY = new SqlStep(
            "raw", "DROP TABLE old", Optional.empty(), Optional.empty(), true, List.of(TableName.parse("users")));

    private static List<Step> contract(PlanSpec spec, TableBuilder table) {
        return compiled(spec, catalogue(table)).phases().getLast().steps();
    }

    @Test
    void nothingOfAHiddenColumnIsTakenApartBeforeTheWindowIsOver() {
        List<Step> steps =
                contract(hidden(plan(drop("users", "name"))), users().index(plain("by_name", false, "name")));
        assertThat(steps)
                .extracting(Step::name)
                .containsExactly("dependents", "hide", "revert-window", "drop-index", "drop-column");
        assertThat(steps.subList(0, 3)).noneMatch(step -> step.undo() instanceof Undo.Impossible);
        assertThat(steps.subList(3, 5)).allMatch(step -> step.undo() instanceof Undo.Impossible);
        assertThat(steps.get(2).title()).isEqualTo("Keep users.name within reach for 1 hour");
    }

    @Test
    void hiddenSideOfARenameIsDroppedLast() {
        assertThat(contract(hidden(plan(rename("users", "name", "full_name"))), users()))
                .extracting(Step::name)
                .containsExactly("dependents", "verify", "hide", "revert-window", "drop-hidden");
    }

    @Test
    void severalChangesShareOneWindow() {
        List<Step> steps = contract(
                hidden(plan(rename("users", "name", "full_name"), drop("users", "n"))),
                users().column("n", "integer", false));
        assertThat(steps)
                .extracting(Step::name)
                .containsExactly(
                        "dependents",
                        "verify",
                        "hide",
                        "dependents-2",
                        "hide-2",
                        "revert-window",
                        "drop-hidden",
                        "drop-column");
        assertThat(steps.get(5).action()).isEqualTo(new RevertWindow(List.of("users.name", "users.n"), 3_600));
    }

    @Test
    void usesAreCountedWhenAllCodeIsNewAndProvenGoneBeforeAnythingElseOfTheContract() {
        var plan = compiled(
                Plans.contract(
                        plan(rename("users", "name", "full_name"), drop("users", "n")),
                        new PlanSpec.ContractRules(0, true),
                        new PlanSpec.Backup.None()),
                catalogue(users().column("n", "integer", false)));
        assertThat(plan.phases().get(plan.phases().size() - 2).steps())
                .extracting(Step::name)
                .containsExactly("count-uses", "count-uses-2");
        assertThat(plan.phases().getLast().steps())
                .extracting(Step::name)
                .containsExactly(
                        "prove-unused",
                        "prove-unused-2",
                        "dependents",
                        "verify",
                        "dependents-2",
                        "swap",
                        "drop-column");
    }

    @Test
    void withoutAWindowNothingIsHidden() {
        assertThat(contract(plan(drop("users", "name")), users()))
                .extracting(Step::name)
                .containsExactly("dependents", "drop-column");
    }

    @Test
    void whatCannotBeHiddenIsRefused() {
        assertThat(refusals(hidden(plan(new Change.Sql(PhaseType.CONTRACT, LOSSY))), catalogue(users())))
                .singleElement()
                .asString()
                .startsWith("spec.changes[0].sql: This change cannot hide what it takes away");
        DeclaredPhase written = new DeclaredPhase(
                new PhaseName("contract"),
                PhaseType.CONTRACT,
                Optional.of(Milestone.NEW_ONLY),
                List.of(new DeclaredPhase.Step.Sql(LOSSY)));
        assertThat(refusals(hidden(plan(written)), catalogue(users())))
                .singleElement()
                .asString()
                .startsWith("spec.contract.revertWindowSeconds: Phases that are written out hide nothing");
    }

    @Test
    void aProofThatCouldBeAboutNothingIsRefused() {
        PlanSpec raw = Plans.contract(
                plan(new Change.Sql(PhaseType.CONTRACT, LOSSY)),
                new PlanSpec.ContractRules(0, true),
                new PlanSpec.Backup.None());
        assertThat(refusals(raw, catalogue(users())))
                .singleElement()
                .asString()
                .startsWith("spec.contract.requireUnused: No change of this plan takes away");
    }

    @Test
    void valuesAreKeptOnceNothingWritesThemAndBeforeAnythingIsLost() {
        PlanSpec.Backup day = new PlanSpec.Backup.ToTable(86_400);
        List<Step> steps =
                contract(Plans.contract(plan(drop("users", "name")), PlanSpec.ContractRules.standard(), day), users());
        assertThat(steps).extracting(Step::name).containsExactly("dependents", "hide", "keep-values", "drop-column");
        assertThat(steps.get(2).action()).isInstanceOfSatisfying(Action.KeepValues.class, keep -> {
            assertThat(keep.key()).containsExactly(new Identifier("id"));
            assertThat(keep.columns()).singleElement().satisfies(kept -> {
                assertThat(kept.now()).isEqualTo(Hiding.column(TableName.parse("users"), new Identifier("name")));
                assertThat(kept.as()).isEqualTo(new Identifier("name"));
            });
        });
        assertThat(contract(
                        Plans.contract(plan(drop("users", "name")), new PlanSpec.ContractRules(60, false), day),
                        users()))
                .extracting(Step::name)
                .containsExactly("dependents", "hide", "revert-window", "keep-values", "drop-column");
        assertThat(contract(
                        Plans.contract(
                                plan(rename("users", "name", "full_name")), PlanSpec.ContractRules.standard(), day),
                        users()))
                .as("a rename loses no value")
                .extracting(Step::name)
                .doesNotContain("keep-values", "hide");
    }

    @Test
    void aBackupThatWouldNotCoverTheLossIsRefused() {
        PlanSpec.Backup day = new PlanSpec.Backup.ToTable(86_400);
        assertThat(refusals(
                        Plans.contract(plan(drop("users", "name")), PlanSpec.ContractRules.standard(), day),
                        catalogue(TableBuilder.table("users").column("name", "text", false))))
                .singleElement()
                .asString()
                .contains("has no primary key");
        assertThat(refusals(
                        Plans.contract(
                                plan(new Change.Sql(PhaseType.CONTRACT, LOSSY)),
                                PlanSpec.ContractRules.standard(),
                                day),
                        catalogue(users())))
                .singleElement()
                .asString()
                .startsWith("spec.backup: What a sql loses cannot be kept");
    }

    @Test
    void hiddenNamesAreOurOwnAndFitHoweverLongTheColumnsNameIs() {
        TableName table = TableName.parse("users");
        Identifier longest = new Identifier("ü".repeat(31) + "x");
        assertThat(Hiding.column(table, longest).value()).startsWith("lockstep_hidden_ü");
        assertThat(Hiding.column(table, longest)).isNotEqualTo(Hiding.column(TableName.parse("orders"), longest));
    }

    @Test
    void saysHowLongInTheLargestUnitThatFits() {
        assertThat(List.of(1, 90, 120, 3_600, 5_400, 86_400, 172_800))
                .extracting(Hiding::words)
                .containsExactly("1 second", "90 seconds", "2 minutes", "1 hour", "90 minutes", "1 day", "2 days");
    }
}
