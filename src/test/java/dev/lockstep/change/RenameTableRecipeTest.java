package dev.lockstep.change;

import static dev.lockstep.change.Plans.compiled;
import static dev.lockstep.change.Plans.plan;
import static dev.lockstep.change.Plans.refusals;
import static dev.lockstep.change.TableBuilder.catalogue;
import static dev.lockstep.change.TableBuilder.plain;
import static dev.lockstep.change.TableBuilder.table;
import static dev.lockstep.change.TableBuilder.users;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fixture.Fact;
import dev.lockstep.plan.Change.RenameTable;
import dev.lockstep.plan.Change.TableRenaming;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Constraint;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Index;
import dev.lockstep.schema.Surroundings;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

    private static Compilation.Compiled byApplication(TableBuilder table) {
        return compiled(
                Plans.byApplication(
                        new RenameTable(TableName.parse("users"), new Identifier("people"), TableRenaming.COPY)),
                catalogue(table));
    }

    private static TableBuilder numbered() {
        return users().surroundings(around -> new Surroundings(
                around.owner(),
                List.of(),
                around.rowSecurity(),
                List.of(),
                List.of(),
                List.of(),
                Map.of(new Identifier("id"), TableName.parse("users_id_seq"))));
    }

    private static Surroundings with(
            Surroundings around,
            Surroundings.RowSecurity security,
            List<Surroundings.Publication> publications,
            List<Identifier> rules) {
        return new Surroundings(
                around.owner(), List.of(), security, publications, List.of(), rules, around.identitySequences());
    }

    @Test
    void copyGoesThroughTheMilestonesInOrder() {
        assertThat(compiled(rename(TableRenaming.COPY), catalogue(numbered())).phases())
                .extracting(phase -> phase.name().value())
                .containsExactly("expand", "backfill", "new-only", "contract");
        assertThat(byApplication(numbered()).phases())
                .extracting(phase -> phase.name().value())
                .containsExactly("expand", "dual-write", "backfill", "read-new", "release", "new-only", "contract");
    }

    @Test
    @Fact("P14")
    void copyLosesNothingBeforeAllIsProven() {
        for (Compilation.Compiled plan :
                List.of(compiled(rename(TableRenaming.COPY), catalogue(numbered())), byApplication(numbered()))) {
            List<Step> steps = plan.phases().stream()
                    .flatMap(phase -> phase.steps().stream())
                    .toList();
            int loss = 0;
            while (!(steps.get(loss).undo() instanceof Step.Undo.Impossible)) {
                loss++;
            }
            assertThat(steps.subList(loss - 2, loss))
                    .extracting(Step::action)
                    .extracting(action -> ((Action.Survey) action).table().toString())
                    .containsExactly("users", "people");
        }
    }

    @Test
    @Fact("P41")
    void copyIsRefusedWhereRowsCouldNotBeKeptEqual() {
        TableBuilder deferrable = table("users")
                .column("id", "bigint", true)
                .index(plain("users_pkey", true, "id"), "PRIMARY KEY (id) DEFERRABLE INITIALLY DEFERRED");
        TableBuilder foreignType = table("users")
                .column("id", "public.citext", true)
                .index(TableBuilder.shaped(
                        "users_pkey",
                        true,
                        new Index.Shape(
                                "btree",
                                List.of(new Index.Key.Plain(new Identifier("id"), "public.citext_ops NULLS LAST")),
                                List.of(),
                                false,
                                List.of(),
                                Optional.empty(),
                                Optional.empty(),
                                Set.of()),
                        "id"));
        Map<String, TableBuilder> tables = Map.ofEntries(
                Map.entry("has no key", table("users").column("id", "bigint", false)),
                Map.entry(
                        "no key by which",
                        table("users").column("id", "bigint", false).index(plain("u", true, "id"))),
                Map.entry("of built-in types", foreignType),
                Map.entry("is DEFERRABLE", deferrable),
                Map.entry("might not see every row", numbered().rowsHidden("a policy hides them")),
                Map.entry("fires on UPDATE OF name", numbered().trigger("t", false, "", "name")),
                Map.entry(
                        "RETURN NULL before an INSERT",
                        numbered().trigger("t", true, "IF x THEN return  null; END IF;")),
                Map.entry(
                        "FORCE ROW LEVEL SECURITY",
                        numbered()
                                .surroundings(around -> with(
                                        around,
                                        new Surroundings.RowSecurity(true, true, List.of()),
                                        List.of(),
                                        List.of()))),
                Map.entry(
                        "rewrite rules (quiet)",
                        numbered()
                                .surroundings(around -> with(
                                        around, around.rowSecurity(), List.of(), List.of(new Identifier("quiet"))))),
                Map.entry(
                        "publishes every table",
                        numbered()
                                .surroundings(around -> with(
                                        around,
                                        around.rowSecurity(),
                                        List.of(new Surroundings.Publication(new Identifier("all"), true)),
                                        List.of()))));
        tables.forEach((why, table) -> assertThat(refusals(rename(TableRenaming.COPY), catalogue(table)))
                .as(why)
                .anyMatch(
                        refusal -> refusal.startsWith("spec.changes[0].renameTable.table: ") && refusal.contains(why)));
    }

    @Test
    void copyThatTheApplicationWritesIsRefusedWhereTheServerWritesByItself() {
        PlanSpec plan = Plans.byApplication(
                new RenameTable(TableName.parse("users"), new Identifier("people"), TableRenaming.COPY));
        assertThat(refusals(plan, catalogue(numbered().trigger("touch", true, "NEW.at := now(); RETURN NEW;"))))
                .anyMatch(refusal -> refusal.contains("Trigger touch may change rows"));
        Constraint key = new Constraint(
                new Identifier("users_team_fkey"),
                Constraint.Kind.FOREIGN_KEY,
                List.of(new Identifier("name")),
                Optional.of(TableName.parse("teams")),
                "FOREIGN KEY (name) REFERENCES teams(name) ON DELETE CASCADE",
                true);
        assertThat(refusals(plan, catalogue(numbered().constraint(key))))
                .anyMatch(refusal -> refusal.contains("Foreign key users_team_fkey"));
        compiled(rename(TableRenaming.COPY), catalogue(numbered().constraint(key)));
    }
}
