package dev.lockstep.change;

import dev.lockstep.schema.Column;
import dev.lockstep.schema.Column.DefaultValue;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A view that has a renamed table's old name, and that the server lets code write to as if it were the table (P37).
 *
 * <p>Measured on PostgreSQL 16: an INSERT through it that leaves a column out, or says DEFAULT, gets the table's own
 * default, identity included, also without a default on the view. The view has the defaults all the same, because
 * frameworks read them from the catalogue when they start.
 *
 * <p>Who may use the view is decided by the grants on the view, which are those of the table. Only where the table has
 * row-level security is it a {@code security_invoker} view: the policies are then for whoever uses it. Everywhere, that
 * would be wrong: measured on PostgreSQL 16, such a view asks for SELECT on each of its columns, so a role with a grant on
 * some columns could read none.
 *
 * @param table as it was read, under its old name
 */
record CompatibilityView(Table table, Identifier newName) {
    TableName oldName() {
        return table.name();
    }

    TableName renamed() {
        return new TableName(table.name().schema(), newName);
    }

    private boolean invoker() {
        return table.surroundings().rowSecurity().enabled();
    }

    /** Renames the table and puts the view in its place. In one transaction nobody finds the old name missing. */
    List<String> renameAndCreate() {
        List<String> statements = new ArrayList<>();
        statements.add("ALTER TABLE " + oldName().sql() + " RENAME TO " + newName.sql());
        statements.addAll(create());
        return List.copyOf(statements);
    }

    /** The view alone, on the table under its new name. */
    List<String> create() {
        List<String> statements = new ArrayList<>();
        String columns =
                table.columns().stream().map(column -> column.name().sql()).collect(Collectors.joining(", "));
        statements.add("CREATE VIEW " + oldName().sql() + (invoker() ? " WITH (security_invoker = true)" : "")
                + " AS\nSELECT " + columns + "\nFROM " + renamed().sql());
        table.columns().forEach(column -> addDefault(column, statements));
        statements.add("COMMENT ON VIEW " + oldName().sql() + " IS "
                + SqlText.literal(
                        "Table " + renamed() + " under its old name, kept by Lockstep until no code uses it"));
        // ALTER DEFAULT PRIVILEGES may have given the new view more than the table has.
        statements.add(Privileges.revokeAll(oldName()));
        statements.addAll(Privileges.grants(table, oldName()));
        statements.add("ALTER VIEW " + oldName().sql() + " OWNER TO "
                + table.surroundings().owner().sql());
        return List.copyOf(statements);
    }

    /** Takes the view away and gives the table its name back, unless that has happened. */
    List<String> remove() {
        return List.of(SqlText.onlyIf(
                Look.tableBesideView(renamed(), oldName()),
                drop(),
                "ALTER TABLE " + renamed().sql() + " RENAME TO "
                        + oldName().name().sql()));
    }

    String drop() {
        return "DROP VIEW " + oldName().sql();
    }

    private void addDefault(Column column, List<String> statements) {
        switch (column.defaultValue()) {
            case DefaultValue.Stable(String expression) -> statements.add(setDefault(column, expression));
            case DefaultValue.Volatile(String expression) -> statements.add(setDefault(column, expression));
            // An identity or a generated column must not be written; left out, it comes from the table.
            case DefaultValue.None _, DefaultValue.Identity _, DefaultValue.Generated _ -> {}
        }
    }

    private String setDefault(Column column, String expression) {
        return "ALTER VIEW " + oldName().sql() + " ALTER COLUMN "
                + column.name().sql() + " SET DEFAULT " + SqlText.enclosed(expression);
    }
}
