package dev.lockstep.change;

import dev.lockstep.change.Recipe.Setting;
import dev.lockstep.plan.Change.CreateTable;
import dev.lockstep.plan.Change.NewColumn;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Identifier;
import java.util.Optional;

/** Why a table cannot be created, and what to do about it. */
final class CreateObjections {
    private CreateObjections() {}

    static void check(CreateTable change, Setting setting, Objections objections) {
        name(change, setting.catalogue(), setting.path() + ".table", objections);
        for (int index = 0; index < change.columns().size(); index++) {
            column(change.columns().get(index), setting.path() + ".columns[" + index + "]", objections);
        }
        if (change.columns().size() > Ground.MAX_COLUMNS) {
            objections.add(
                    setting.path() + ".columns",
                    "A table can have at most " + Ground.MAX_COLUMNS + " columns. Divide it into two.");
        }
        for (int index = 0; index < change.primaryKey().size(); index++) {
            Identifier key = change.primaryKey().get(index);
            if (change.columns().stream().noneMatch(column -> column.name().equals(key))) {
                objections.add(
                        setting.path() + ".primaryKey[" + index + "]",
                        "The table has no column " + key + ". Check the spelling; case counts.");
            }
        }
        for (int index = 0; index < change.constraints().size(); index++) {
            fragment(change.constraints().get(index), setting.path() + ".constraints[" + index + "]", objections);
        }
    }

    private static void name(CreateTable change, Catalogue catalogue, String path, Objections objections) {
        Optional<String> taken = catalogue
                .table(change.table())
                .map(table -> switch (table.kind()) {
                    case ORDINARY, PARTITIONED, PARTITION -> "a table";
                    case FOREIGN -> "a foreign table";
                    case VIEW -> "a view";
                    case MATERIALISED_VIEW -> "a materialised view";
                })
                .or(() -> Optional.ofNullable(catalogue.names().taken().get(change.table())));
        taken.ifPresent(what -> objections.add(
                path,
                "There is " + what + " named " + change.table()
                        + " already. Choose another name, or take this change out"
                        + " if the table is the one that you want."));
        if (change.table().schema().equals(Ground.SCHEMA)
                || change.table().schema().value().startsWith("pg_")) {
            objections.add(
                    path,
                    "Schema " + change.table().schema() + " is not for tables of applications. Choose another one.");
        } else if (!catalogue.names().schemas().contains(change.table().schema())) {
            objections.add(
                    path,
                    "There is no schema " + change.table().schema() + ". Check the spelling (case counts), or create it"
                            + " with an sql change in a plan that runs before this one.");
        }
    }

    private static void column(NewColumn column, String path, Objections objections) {
        if (Ground.SYSTEM_COLUMNS.contains(column.name().value())) {
            objections.add(
                    path + ".name",
                    "PostgreSQL keeps a system column named " + column.name()
                            + " in every table. Choose another name.");
        }
        fragment(column.type(), path + ".type", objections);
        column.defaultValue().ifPresent(expression -> fragment(expression, path + ".default", objections));
        if (column.defaultValue().isPresent() && PlainSql.of(column.type()).says("generated")) {
            objections.add(
                    path + ".default",
                    "The type says that the server generates the value, so there can be no default. Keep one of them.");
        }
    }

    private static void fragment(String sql, String path, Objections objections) {
        PlainSql plain = PlainSql.of(sql);
        if (!plain.isFragment()) {
            objections.add(
                    path,
                    "Is more, or less, than one part of CREATE TABLE: a quote or a parenthesis is not closed, or there is"
                            + " a semicolon. Write only this part; other statements belong into an sql change.");
        } else if (plain.says("references")) {
            objections.add(
                    path,
                    "A foreign key locks the table that it refers to against writes (P5). Leave it out here and use"
                            + " addForeignKey, behind this change in the same plan.");
        }
    }
}
