package dev.lockstep.change;

import dev.lockstep.change.Action.Assertion;
import dev.lockstep.change.Action.Transactional;
import dev.lockstep.change.Step.Undo;
import dev.lockstep.plan.Change.CreateTable;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Creates a table. Nobody can use what is not there yet, so the plain form is safe, with one exception: a foreign key locks
 * the table that it refers to. The way back drops the table only while it is empty: rows that code has written by then are
 * nobody's to lose.
 */
final class CreateTableRecipe implements Recipe<CreateTable> {
    @Override
    public Set<TableName> tables(CreateTable change) {
        return Set.of(change.table());
    }

    @Override
    public Outcome compile(CreateTable change, Setting setting, StepNames names) {
        Objections objections = new Objections();
        CreateObjections.check(change, setting, objections);
        if (objections.any()) {
            return new Outcome.Refused(objections.all());
        }
        List<Step> steps = List.of(create(change, names), see(change, names));
        return new Outcome.Parts(List.of(new Part(PhaseType.EXPAND, Optional.empty(), steps)), notes(change));
    }

    @Override
    public Catalogue after(CreateTable change, Catalogue catalogue) {
        Map<TableName, Table> tables = new HashMap<>(catalogue.tables());
        tables.put(
                change.table(),
                new NewTable(change).asCatalogued(catalogue.role().name()));
        return new Catalogue(catalogue.serverVersion(), catalogue.role(), tables, catalogue.names());
    }

    private static Step create(CreateTable change, StepNames names) {
        TableName table = change.table();
        String drop = """
                IF EXISTS (SELECT FROM %1$s) THEN
                      RAISE EXCEPTION 'table %% has rows again, and they would be lost', %2$s
                        USING HINT = 'Copy them to where they belong and delete them here, then retry.';
                    END IF;
                    DROP TABLE %1$s""".formatted(table.sql(), SqlText.literal(table.toString()));
        return new Step(
                names.claim("create-table"),
                "Create table " + table,
                new Transactional(new NewTable(change).statements(), List.of(), false),
                new Undo.By(new Transactional(
                        List.of(SqlText.onlyIf(Look.tableExists(table), drop)),
                        List.of(new TableLock(table, LockMode.ACCESS_EXCLUSIVE)),
                        false)),
                Look.tableExists(table));
    }

    /** Going forward it sees that those who may use the table can reach it; taken back first, that nobody has. */
    private static Step see(CreateTable change, StepNames names) {
        TableName table = change.table();
        String unreachable = change.grants().isEmpty()
                ? "SELECT " + SqlText.literal(table.toString()) + " WHERE " + Look.oid(table) + " IS NULL"
                : change.grants().stream()
                        .map(grant -> SqlText.literal(grant.role().value()))
                        .distinct()
                        .map(role -> "SELECT " + role + " WHERE NOT pg_catalog.has_schema_privilege(" + role + ", "
                                + SqlText.literal(table.schema().value()) + ", 'USAGE')")
                        .collect(Collectors.joining("\nUNION ALL "));
        Assertion empty = new Assertion(
                "SELECT pg_catalog.count(*) || ' rows' FROM " + table.sql() + " HAVING pg_catalog.count(*) > 0",
                "Table " + table + ", which this plan has created, is empty, so that it can be dropped.",
                "Somebody has written to it, and dropping it would lose that. Stop the code that writes it, copy the rows"
                        + " to where they belong and delete them here; the rollback goes on by itself then.");
        return new Step(
                names.claim("reachable"),
                "See that those who may use " + table + " can reach it",
                new Assertion(
                        unreachable,
                        "Every role with rights on " + table + " may use schema " + table.schema() + ".",
                        "GRANT USAGE ON SCHEMA " + table.schema().sql()
                                + " to these roles; without it the rights on the" + " table are of no use."),
                new Undo.By(empty),
                Look.noRow(unreachable));
    }

    private static List<String> notes(CreateTable change) {
        List<String> notes = new ArrayList<>();
        notes.add(
                "A rollback drops " + change.table() + " only while it is empty. Once code has written rows to it, the"
                        + " rollback is held and says how many there are.");
        if (change.primaryKey().isEmpty()) {
            notes.add("Table " + change.table() + " gets no primary key here. Where all tables are published (FOR ALL"
                    + " TABLES), the server refuses every UPDATE and DELETE of a table without one (P29).");
        }
        return notes;
    }
}
