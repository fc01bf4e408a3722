package dev.lockstep.schema;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What one database looked like at one moment, as far as a plan is concerned.
 *
 * @param serverVersion as {@code server_version_num}: 160015 is 16.15
 * @param role what the connecting role may do
 * @param tables the tables that were asked for and exist, and everything beneath them: partitions, theirs, and inheritance
 *     children
 */
public record Catalogue(int serverVersion, Role role, Map<TableName, Table> tables) {
    public Catalogue {
        tables = Map.copyOf(tables);
    }

    /** The table of this name, if it exists. */
    public Optional<Table> table(TableName name) {
        return Optional.ofNullable(tables.get(name));
    }

    /** The same database where this table looks like this. */
    public Catalogue with(Table table) {
        Map<TableName, Table> others = new HashMap<>(tables);
        others.put(table.name(), table);
        return new Catalogue(serverVersion, role, others);
    }

    /**
     * The role that Lockstep connects with.
     *
     * @param mayBypassTriggers true when it may set {@code session_replication_role}
     */
    public record Role(Identifier name, boolean superuser, boolean bypassesRowSecurity, boolean mayBypassTriggers) {}
}
