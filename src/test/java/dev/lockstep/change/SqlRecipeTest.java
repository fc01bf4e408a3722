package dev.lockstep.change;

import static dev.lockstep.change.Plans.compiled;
import static dev.lockstep.change.Plans.plan;
import static dev.lockstep.change.Plans.refusals;
import static dev.lockstep.change.TableBuilder.catalogue;
import static dev.lockstep.change.TableBuilder.users;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.change.Action.Standalone;
import dev.lockstep.change.Action.Transactional;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.Change;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.plan.PlanSpec.Work;
import dev.lockstep.plan.SqlStep;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqlRecipeTest {
    private static final Optional<String> NOOP = Optional.of("SELECT 1");

    private static Change.Sql sql(PhaseType phase, String up, boolean transaction, Optional<String> verify) {
        return new Change.Sql(
                phase, new SqlStep("own", up, NOOP, verify, transaction, List.of(TableName.parse("users"))));
    }

    private static Step only(Change.Sql change) {
        return compiled(plan(change), catalogue(users()))
                .phases()
                .getLast()
                .steps()
                .getFirst();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "alter table users add x int; ACCESS_EXCLUSIVE; false",
                "ALTER TABLE users VALIDATE CONSTRAINT c; SHARE_UPDATE_EXCLUSIVE; true",
                "CREATE TRIGGER t; SHARE_ROW_EXCLUSIVE; false",
                "UPDATE users SET dropped = 1; ROW_EXCLUSIVE; true",
            })
    void locksNoMoreThanItsWordsAskFor(String up, LockMode mode, boolean scans) {
        assertThat(only(sql(PhaseType.EXPAND, up, true, Optional.empty())).action())
                .isEqualTo(
                        new Transactional(List.of(up), List.of(new TableLock(TableName.parse("users"), mode)), scans));
    }

    @Test
    void runsOutsideATransactionWhereTheAuthorSaysSo() {
        Step step = only(sql(PhaseType.EXPAND, "REINDEX TABLE CONCURRENTLY users", false, Optional.of("SELECT true")));
        assertThat(step.action()).isInstanceOf(Standalone.class);
        assertThat(step.done()).isEqualTo("SELECT true");
        assertThat(step.undo())
                .isInstanceOfSatisfying(
                        Undo.By.class, by -> assertThat(by.action()).isInstanceOf(Standalone.class));
    }

    @Test
    void withoutVerifyOnlyTheLedgerKnows() {
        assertThat(only(sql(PhaseType.EXPAND, "SELECT 1", true, Optional.empty()))
                        .done())
                .isEqualTo("SELECT NULL::boolean");
    }

    @Test
    void refusesWhatCannotBeSeenToBeDoneAndWhatRunsInADeployPhase() {
        assertThat(refusals(plan(sql(PhaseType.DEPLOY, "SELECT 1", false, Optional.empty())), catalogue(users())))
                .satisfiesExactly(
                        phase -> assertThat(phase).startsWith("spec.changes[0].sql.phase: "),
                        verify -> assertThat(verify).startsWith("spec.changes[0].sql.verify: "));
    }

    @Test
    void contractWaitsForListedWorkloads() {
        Change.Sql change = sql(PhaseType.CONTRACT, "SELECT 1", true, Optional.empty());
        assertThat(compiled(plan(change), catalogue(users())).phases())
                .extracting(Phase::require)
                .containsExactly(Optional.of(Milestone.NEW_ONLY), Optional.of(Milestone.NEW_ONLY));
        assertThat(compiled(plan(new Work.Changes(List.of(change)), List.of()), catalogue(users()))
                        .phases())
                .extracting(Phase::require)
                .containsExactly(Optional.empty());
    }
}
