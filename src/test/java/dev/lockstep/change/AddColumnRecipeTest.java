package dev.lockstep.change;

import static dev.lockstep.change.Plans.add;
import static dev.lockstep.change.Plans.compiled;
import static dev.lockstep.change.Plans.plan;
import static dev.lockstep.change.Plans.refusals;
import static dev.lockstep.change.TableBuilder.catalogue;
import static dev.lockstep.change.TableBuilder.users;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PlanSpec.Work;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddColumnRecipeTest {
    private static final Optional<String> NONE = Optional.empty();

    private static List<String> steps(String type, boolean nullable, Optional<String> given, Optional<String> fill) {
        return compiled(plan(add(type, nullable, given, fill)), catalogue(users())).phases().stream()
                .flatMap(phase -> phase.steps().stream())
                .map(Step::name)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1.5", "'x'", "'it''s'::character varying(20)", "TRUE", "'{}'::text[]"})
    void constantGoesWithTheColumn(String constant) {
        assertThat(steps("text", false, Optional.of(constant), NONE)).containsExactly("add-column");
    }

    @ParameterizedTest
    @ValueSource(strings = {"now()", "nextval('s')", "'a' || 'b'", "CURRENT_DATE", "'x' || random()::text"})
    void anyOtherDefaultIsSetAfterwardsAndFilledIn(String expression) {
        assertThat(steps("text", true, Optional.of(expression), NONE))
                .containsExactly("add-column", "drain", "fill", "analyze");
        assertThat(steps("text", false, Optional.of(expression), NONE))
                .containsExactly(
                        "add-column", "drain", "fill", "analyze", "check-not-null", "no-nulls", "validate", "not-null");
    }

    @Test
    void nothingOfItIsAPointOfNoReturn() {
        assertThat(compiled(plan(add("text", false, NONE, Optional.of("name"))), catalogue(users()))
                        .phases())
                .flatExtracting(Phase::steps)
                .extracting(Step::undo)
                .noneMatch(Undo.Impossible.class::isInstance);
    }

    @Test
    void fillWaitsForTheCodeOnlyWhereThereIsSome() {
        var nullable = new Work.Changes(List.of(add("text", true, NONE, Optional.of("name"))));
        assertThat(compiled(plan(nullable, List.of()), catalogue(users())).phases())
                .extracting(Phase::require)
                .containsOnly(Optional.empty());
        assertThat(compiled(plan(add("text", true, NONE, Optional.of("name"))), catalogue(users()))
                        .phases())
                .extracting(Phase::require)
                .contains(Optional.of(Milestone.DUAL_WRITE));
    }

    @Test
    void refusesNotNullWithoutAValue() {
        for (Optional<String> given : List.of(NONE, Optional.of("NULL"))) {
            assertThat(refusals(plan(add("text", false, given, NONE)), catalogue(users())))
                    .singleElement()
                    .asString()
                    .startsWith("spec.changes[0].addColumn.fill: ");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"serial", "BIGSERIAL", "int REFERENCES x", "text NOT NULL", "int; DROP TABLE x", "int -- x"})
    void refusesMoreThanAType(String type) {
        assertThat(refusals(plan(add(type, true, NONE, NONE)), catalogue(users())))
                .singleElement()
                .asString()
                .startsWith("spec.changes[0].addColumn.type: ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"varchar(20)", "numeric(10, 2)", "timestamp with time zone", "timestamp(3)", "INT[]", "jsonb"})
    void builtInTypesAreNotLookedInto(String type) {
        assertThat(steps(type, true, NONE, NONE)).containsExactly("add-column");
    }

    @Test
    void typesOfSomebodysOwnAreLookedInto() {
        assertThat(steps("shop.mood", true, NONE, NONE)).containsExactly("type", "add-column");
    }

    @Test
    void rowsMustBeWritableOnlyWhereTheyAreWritten() {
        TableBuilder hidden = users().rowsHidden("row security is on").triggerOfOurs();
        compiled(plan(add("text", true, NONE, NONE)), catalogue(hidden));
        assertThat(refusals(plan(add("text", true, NONE, Optional.of("name"))), catalogue(hidden)))
                .hasSize(2);
    }
}
