package dev.lockstep.change;

import static dev.lockstep.change.Plans.compiled;
import static dev.lockstep.change.Plans.drop;
import static dev.lockstep.change.Plans.plan;
import static dev.lockstep.change.Plans.refusals;
import static dev.lockstep.change.TableBuilder.catalogue;
import static dev.lockstep.change.TableBuilder.identifiers;
import static dev.lockstep.change.TableBuilder.plain;
import static dev.lockstep.change.TableBuilder.users;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.change.Step.Undo;
import dev.lockstep.fixture.Fact;
import dev.lockstep.schema.Column.DefaultValue;
import dev.lockstep.schema.Constraint;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DropColumnRecipeTest {
    private static Constraint constraint(Constraint.Kind kind, boolean validated, String... columns) {
        return new Constraint(
                new Identifier("c"),
                kind,
                identifiers(columns),
                kind == Constraint.Kind.FOREIGN_KEY ? Optional.of(TableName.parse("teams")) : Optional.empty(),
                validated ? "DEFINITION" : "DEFINITION NOT VALID",
                validated);
    }

    private static String refusal(TableBuilder table) {
        List<String> all = refusals(plan(drop("users", "name")), catalogue(table));
        assertThat(all).hasSize(1);
        return all.getFirst();
    }

    @Test
    void columnWithADefaultNeedsNoPreparation() {
        var plan = compiled(
                plan(drop("users", "n")),
                catalogue(users().column("n", "integer", true, new DefaultValue.Stable("0"))));
        assertThat(plan.phases()).extracting(phase -> phase.name().value()).containsExactly("new-only", "contract");
    }

    @Test
    void onlyTheDropItselfLosesSomething() {
        var plan = compiled(
                plan(drop("users", "name")),
                catalogue(users().index(plain("i", false, "name"))
                        .constraint(constraint(Constraint.Kind.FOREIGN_KEY, true, "name"))
                        .constraint(constraint(Constraint.Kind.CHECK, true, "name"))));
        List<Step> contract = plan.phases().getLast().steps();
        assertThat(contract)
                .extracting(Step::name)
                .containsExactly("dependents", "foreign-key", "drop-foreign-key", "drop-index", "drop-column");
        assertThat(contract.subList(0, 4)).noneMatch(step -> step.undo() instanceof Undo.Impossible);
        assertThat(contract.getLast().undo()).isInstanceOf(Undo.Impossible.class);
    }

    @Test
    @Fact("P5")
    void foreignKeyIsDroppedAloneUnderLocksOnBothTables() {
        var plan = compiled(
                plan(drop("users", "name")),
                catalogue(users().constraint(constraint(Constraint.Kind.FOREIGN_KEY, false, "name"))));
        Step key = plan.phases().getLast().steps().get(2);
        assertThat(((Action.Transactional) key.action()).locks())
                .containsExactly(
                        new TableLock(TableName.parse("users"), LockMode.ACCESS_EXCLUSIVE),
                        new TableLock(TableName.parse("teams"), LockMode.ACCESS_EXCLUSIVE));
        assertThat(plan.phases().getLast().steps().get(1).undo()).isEqualTo(new Undo.Nothing());
        assertThat(key.undo().toString()).contains("DEFINITION NOT VALID").doesNotContain("NOT VALID NOT VALID");
    }

    @Test
    @Fact({"P35", "G31"})
    void refusesWithEveryDependentListed() {
        assertThat(refusal(users().dependent("name", "view", "view names")
                        .dependent("name", "policy", "policy p on table users")
                        .dependent("id", "view", "view ids")))
                .startsWith("spec.changes[0].dropColumn.column: ")
                .contains("view names, policy p on table users")
                .doesNotContain("view ids");
    }

    @Test
    void refusesWhatWouldSilentlyGoAlong() {
        assertThat(refusal(users().constraint(constraint(Constraint.Kind.CHECK, true, "id", "name"))))
                .contains("Constraint c, DEFINITION");
        assertThat(refusal(users().index(plain("both", true, "id", "name")))).contains("Unique index both");
        assertThat(refusal(users().trigger("t", false, "", "name"))).contains("Trigger t fires on UPDATE OF name");
        assertThat(refusals(plan(drop("users", "id")), catalogue(users())))
                .singleElement()
                .asString()
                .contains("PRIMARY KEY (id)");
    }

    @Test
    void notesWhatGoesAlong() {
        var plan = compiled(
                plan(drop("users", "n")),
                catalogue(users().column("n", "integer", true, new DefaultValue.Volatile("nextval('s')"))
                        .index(plain("both", false, "id", "n"))
                        .trigger("t", false, "NEW.n := 1;")));
        assertThat(plan.notes())
                .satisfiesExactly(
                        index -> assertThat(index).startsWith("Index both covers other columns"),
                        sequence -> assertThat(sequence).contains("sequence"),
                        trigger -> assertThat(trigger).startsWith("Trigger t calls public.f"),
                        prepared -> assertThat(prepared).contains("SELECT *"));
    }
}
