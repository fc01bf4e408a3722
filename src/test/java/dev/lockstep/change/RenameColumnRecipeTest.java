package dev.lockstep.change;

import static dev.lockstep.change.Plans.compiled;
import static dev.lockstep.change.Plans.plan;
import static dev.lockstep.change.Plans.refusals;
import static dev.lockstep.change.Plans.rename;
import static dev.lockstep.change.TableBuilder.catalogue;
import static dev.lockstep.change.TableBuilder.plain;
import static dev.lockstep.change.TableBuilder.shaped;
import static dev.lockstep.change.TableBuilder.table;
import static dev.lockstep.change.TableBuilder.users;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.change.Action.BuildIndex;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.fixture.Fact;
import dev.lockstep.schema.Column.DefaultValue;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Index;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RenameColumnRecipeTest {
    private static Compilation.Compiled renaming(TableBuilder table) {
        return compiled(plan(rename("users", "name", "full_name")), catalogue(table));
    }

    private static String refusal(TableBuilder table) {
        List<String> all = refusals(plan(rename("users", "name", "full_name")), catalogue(table));
        assertThat(all).hasSize(1);
        return all.getFirst();
    }

    @Test
    void everythingBeforeTheSwapCanBeTakenBack() {
        List<Step> steps = renaming(users()).phases().stream()
                .flatMap(phase -> phase.steps().stream())
                .toList();
        assertThat(steps)
                .extracting(Step::name)
                .containsExactly("add-alias", "drain", "copy", "analyze", "dependents", "verify", "swap");
        assertThat(steps)
                .filteredOn(step -> step.undo() instanceof Undo.Impossible)
                .extracting(Step::name)
                .containsExactly("swap");
    }

    @Test
    void indexIsMadeForTheAliasFromItsParts() {
        Index.Shape shape = new Index.Shape(
                "gist",
                List.of(
                        new Index.Key.Plain(new Identifier("name"), "public.gist_trgm_ops (siglen = '32')"),
                        new Index.Key.Computed("lower(surname)", "DESC NULLS LAST")),
                List.of(new Identifier("name"), new Identifier("order")),
                false,
                List.of("fillfactor=70", "buffering"),
                Optional.of(new Identifier("Fast disk")),
                Optional.of("(surname <> 'name'::text)"),
                Set.of(new Identifier("surname")));
        Action action = renaming(users().index(shaped("i", false, shape, "name", "surname", "order")))
                .phases()
                .get(1)
                .steps()
                .get(2)
                .action();
        assertThat(((BuildIndex) action).statement())
                .matches("CREATE INDEX CONCURRENTLY lockstep_i_[0-9a-f]{8} ON public.users USING gist"
                        + " \\(full_name public.gist_trgm_ops \\(siglen = '32'\\), \\(lower\\(surname\\)\\) DESC NULLS LAST\\)"
                        + " INCLUDE \\(full_name, \"order\"\\) WITH \\(fillfactor = '70', buffering\\)"
                        + " TABLESPACE \"Fast disk\" WHERE \\(\\(surname <> 'name'::text\\)\\)");
    }

    @Test
    @Fact("P23")
    void indexThatComputesFromTheColumnIsOnlyNoted() {
        Index.Shape shape = new Index.Shape(
                "btree",
                List.of(new Index.Key.Computed("lower(name)", "")),
                List.of(),
                false,
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Set.of(new Identifier("name")));
        var plan = renaming(users().index(shaped("lower_name", true, shape, "name"))
                .index(shaped("lower_two", false, shape, "name")));
        assertThat(plan.phases().get(1).steps()).noneMatch(step -> step.action() instanceof BuildIndex);
        assertThat(plan.notes())
                .satisfiesExactly(
                        note -> assertThat(note)
                                .startsWith("Index lower_name computes from name")
                                .contains("ON CONFLICT"),
                        note -> assertThat(note).startsWith("Index lower_two").endsWith("cannot use it."),
                        prepared -> assertThat(prepared).contains("SELECT *"));
    }

    @Test
    void brokenAndUnrelatedIndexesAreLeftAlone() {
        Index good = plain("good", false, "name");
        Index broken = new Index(
                new Identifier("broken"),
                good.columns(),
                good.definition(),
                false,
                false,
                false,
                Optional.empty(),
                good.shape());
        assertThat(renaming(users().index(broken)).phases().get(1).steps())
                .noneMatch(step -> step.action() instanceof BuildIndex);
    }

    @Test
    void uniquenessThatCanBePutOffIsNotCheckedAtOnceOnTheAlias() {
        var plan = renaming(users().index(plain("once", true, "name"), "UNIQUE (name) DEFERRABLE INITIALLY DEFERRED")
                .index(plain("two", true, "name"), "UNIQUE (name)"));
        assertThat(plan.phases().get(1).steps())
                .filteredOn(step -> step.action() instanceof BuildIndex)
                .extracting(step -> ((BuildIndex) step.action()).statement().substring(0, 14))
                .containsExactly("CREATE INDEX C", "CREATE UNIQUE ");
        assertThat(plan.notes()).anyMatch(note -> note.startsWith("Until the contract two unique indexes"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u00e4fter", "~zz", "!a", " first"})
    @Fact("P18")
    void refusesTriggersThatSortOutsideOfOurs(String trigger) {
        assertThat(refusal(users().trigger(trigger, true, "")))
                .startsWith("spec.changes[0].renameColumn.table: Trigger " + trigger)
                .contains("ALTER TRIGGER");
    }

    @Test
    void refusesTriggersOnUpdateOfTheColumn() {
        assertThat(refusal(users().trigger("audit", false, "", "name")))
                .startsWith("spec.changes[0].renameColumn.from: Trigger audit fires on UPDATE OF name")
                .contains("WHEN (OLD.name IS DISTINCT FROM NEW.name)");
    }

    @Test
    void refusesATableOnWhichAnotherRunIsAtWork() {
        assertThat(refusal(users().triggerOfOurs()))
                .contains("another Lockstep run")
                .contains("roll it back");
    }

    @Test
    void refusesRowsThatItCannotSeeOrUpdate() {
        assertThat(refusal(users().rowsHidden("row security is on"))).contains("BYPASSRLS");
        assertThat(refusal(users().updatesRefused("it is published without one.")))
                .contains("REPLICA IDENTITY");
    }

    @Test
    void refusesNamesThatAreTakenOrTheServersOwn() {
        assertThat(refusal(users().column("full_name", "text", false))).contains("already has a column full_name");
        assertThat(refusals(plan(rename("users", "name", "ctid")), catalogue(users())))
                .singleElement()
                .asString()
                .contains("system column");
        assertThat(refusals(plan(rename("users", "name", "name")), catalogue(users())))
                .singleElement()
                .asString()
                .startsWith("spec.changes[0].renameColumn.to: The column is called name already");
    }

    @Test
    @Fact("P43")
    void refusesATableThatHasNoRoomForAColumn() {
        TableBuilder full = users();
        for (int i = 0; i < 1598; i++) {
            full.column("c" + i, "int", false);
        }
        assertThat(refusal(full)).contains("1600 columns");
    }

    @Test
    void refusesDefaultsThatCannotBeToldFromAValue() {
        DefaultValue random = new DefaultValue.Volatile("random()::text");
        assertThat(refusal(table("users").key().column("name", "text", false, random)))
                .contains("random()::text")
                .contains("Make the column NOT NULL");
        renaming(table("users").key().column("name", "text", true, random));
        assertThat(refusal(table("users").key().column("name", "text", false, new DefaultValue.Generated("upper(x)"))))
                .contains("generated");
    }

    @Test
    void notesWhatGoesOnUnderTheOldName() {
        var plan = renaming(users().dependent("name", "view", "view names")
                .dependent("id", "view", "view ids")
                .trigger("t", false, "PERFORM NEW.name;")
                .trigger("u", false, "PERFORM NEW.surname, NEW.name_of;"));
        assertThat(plan.notes())
                .satisfiesExactly(
                        view -> assertThat(view).contains("view names").doesNotContain("view ids"),
                        trigger -> assertThat(trigger).startsWith("Trigger t calls public.f"),
                        prepared -> assertThat(prepared).contains("SELECT *"));
    }
}
