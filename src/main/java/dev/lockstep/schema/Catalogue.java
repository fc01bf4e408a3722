package dev.lockstep.schema;

import java.util.Map;
import java.util.Optional;

/**
 * What one database looked like at one moment, as far as a plan is concerned.
 *
 * @param serverVersion as {@code server_version_num}: 160015 is 16.15
 * @param role what the connecting role may do
 * @param tables the tables that were asked for and exist
 * @param rehearsals what was asked to be tried out, and could be: on a table and a column that exist
 */
public record Catalogue(
        int serverVersion, Role role, Map<TableName, Table> tables, Map<Rehearsal, Rehearsed> rehearsals) {
    public Catalogue {
        tables = Map.copyOf(tables);
        rehearsals = Map.copyOf(rehearsals);
    }

    /** Nothing was tried out. */
    public Catalogue(int serverVersion, Role role, Map<TableName, Table> tables) {
        this(serverVersion, role, tables, Map.of());
    }

    /** The same tables, with what was tried out. */
    public Catalogue with(Map<Rehearsal, Rehearsed> tried) {
        return new Catalogue(serverVersion, role, tables, tried);
    }

    /** The table of this name, if it exists. */
    public Optional<Table> table(TableName name) {
        return Optional.ofNullable(tables.get(name));
    }

    /**
     * The role that Lockstep connects with.
     *
     * @param mayBypassTriggers true when it may set {@code session_replication_role}
     */
    public record Role(Identifier name, boolean superuser, boolean bypassesRowSecurity, boolean mayBypassTriggers) {}
}
