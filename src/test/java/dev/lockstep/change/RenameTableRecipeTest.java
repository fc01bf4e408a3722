package dev.lockstep.change;

import static dev.lockstep.change.Plans.compiled;
import static dev.lockstep.change.Plans.plan;
import static dev.lockstep.change.Plans.refusals;
import static dev.lockstep.change.TableBuilder.catalogue;
import static dev.lockstep.change.TableBuilder.table;
import static dev.lockstep.change.TableBuilder.users;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.plan.Change.RenameTable;
import dev.lockstep.plan.Change.TableRenaming;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Surroundings;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RenameTableRecipeTest {
    static PlanSpec rename(TableRenaming via) {
        return plan(new RenameTable(TableName.parse("users"), new Identifier("people"), via));
    }

    private static Catalogue server(int version, Catalogue catalogue) {
        return new Catalogue(version, catalogue.role(), catalogue.tables(), catalogue.names());
    }

    static TableBuilder around(TableBuilder table, Surroundings other) {
        return table.surroundings(_ -> other);
    }

    private static Surroundings secured() {
        Surroundings plain = Surroundings.of(new Identifier("postgres"));
        return new Surroundings(
                plain.owner(),
                List.of(),
                new Surroundings.RowSecurity(true, false, List.of()),
                List.of(),
                List.of(),
                List.of(),
                plain.identitySequences());
    }

    @ParameterizedTest
    @EnumSource(TableRenaming.class)
    void newNameMustBeFreeAndTheTableThere(TableRenaming via) {
        assertThat(refusals(rename(via), catalogue(users(), table("people").column("x", "text", false))))
                .anyMatch(refusal ->
                        refusal.startsWith("spec.changes[0].renameTable.to: There is a table or view people"));
        assertThat(refusals(rename(via), catalogue())).anyMatch(refusal -> refusal.contains("There is no table users"));
        assertThat(refusals(rename(via), catalogue(users().kind(Table.Kind.FOREIGN))))
                .anyMatch(refusal -> refusal.contains("foreign table"));
        assertThat(refusals(rename(via), catalogue(users().triggerOfOurs())))
                .anyMatch(refusal -> refusal.contains("another Lockstep run"));
    }

    @ParameterizedTest
    @EnumSource(TableRenaming.class)
    void functionsThatTakeRowsAreNamed(TableRenaming via) {
        Surroundings plain = Surroundings.of(new Identifier("postgres"));
        TableBuilder users = around(
                users(),
                new Surroundings(
                        plain.owner(),
                        List.of(),
                        plain.rowSecurity(),
                        List.of(),
                        List.of("label(users)"),
                        List.of(),
                        plain.identitySequences()));
        assertThat(refusals(rename(via), catalogue(users))).anyMatch(refusal -> refusal.contains("label(users)"));
    }

    @Test
    void viewIsRefusedWherePoliciesWouldNotHoldForIt() {
        PlanSpec plan = rename(TableRenaming.VIEW);
        assertThat(refusals(plan, server(140009, catalogue(around(users(), secured())))))
                .singleElement()
                .asString()
                .contains("before server 15", "via: Copy");
        assertThat(refusals(plan, catalogue(around(users(), secured()).columnGrant("name", "SELECT", "reader", false))))
                .singleElement()
                .asString()
                .contains("SELECT granted on single columns");
        assertThat(compiled(plan, catalogue(around(users(), secured())))
                        .phases()
                        .getFirst()
                        .steps())
                .anyMatch(step -> step.action().toString().contains("security_invoker"));
        assertThat(compiled(plan, server(140009, catalogue(users())))
                        .phases()
                        .getFirst()
                        .steps())
                .noneMatch(step -> step.action().toString().contains("security_invoker"));
    }

    @Test
    void viewLosesNothingAtAnyStep() {
        Compilation.Compiled compiled = compiled(rename(TableRenaming.VIEW), catalogue(users()));
        assertThat(compiled.phases())
                .extracting(phase -> phase.name().value())
                .containsExactly("expand", "new-only", "contract");
        assertThat(compiled.phases().stream().flatMap(phase -> phase.steps().stream()))
                .noneMatch(step -> step.undo() instanceof Step.Undo.Impossible);
    }

    @Test
    void notesSayWhatAViewCannotDo() {
        TableBuilder users = users().trigger("t", true, "IF TG_TABLE_NAME = 'users' THEN")
                .surroundings(around -> new Surroundings(
                        around.owner(),
                        List.of(),
                        around.rowSecurity(),
                        List.of(new Surroundings.Publication(new Identifier("stream"), false)),
                        List.of(),
                        List.of(),
                        around.identitySequences()));
        PlanSpec plan = rename(TableRenaming.VIEW);
        assertThat(compiled(plan, catalogue(users)).notes())
                .anyMatch(note -> note.contains("COPY users") && note.contains("MERGE") && note.contains("GROUP BY"))
                .anyMatch(note -> note.contains("pg_get_serial_sequence"))
                .anyMatch(note -> note.contains("Logical replication (stream)"))
                .anyMatch(note -> note.startsWith("Trigger t calls public.f") && note.contains("the answer is people"));
        assertThat(compiled(plan, server(170002, catalogue(users))).notes()).noneMatch(note -> note.contains("MERGE"));
    }
}
