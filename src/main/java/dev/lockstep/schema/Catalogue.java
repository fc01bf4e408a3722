package dev.lockstep.schema;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What one database looked like at one moment, as far as a plan is concerned.
 *
 * @param serverVersion as {@code server_version_num}: 160015 is 16.15
 * @param role what the connecting role may do
 * @param tables the tables that were asked for and exist, and everything beneath them: partitions, theirs, and inheritance
 *     children
 * @param names what else has a name in the database
 * @param rehearsals what was asked to be tried out, and could be: on a table and a column that exist
 */
public record Catalogue(
        int serverVersion, Role role, Map<TableName, Table> tables, Names names, Map<Rehearsal, Rehearsed> rehearsals) {
    public Catalogue {
        tables = Map.copyOf(tables);
        rehearsals = Map.copyOf(rehearsals);
    }

    /** Nothing was tried out. */
    public Catalogue(int serverVersion, Role role, Map<TableName, Table> tables, Names names) {
        this(serverVersion, role, tables, names, Map.of());
    }

    /** The same tables, with what was tried out. */
    public Catalogue with(Map<Rehearsal, Rehearsed> tried) {
        return new Catalogue(serverVersion, role, tables, names, tried);
    }

    /** The table of this name, if it exists. */
    public Optional<Table> table(TableName name) {
        return Optional.ofNullable(tables.get(name));
    }

    /** The same database where this table looks like this. */
    public Catalogue with(Table table) {
        Map<TableName, Table> others = new HashMap<>(tables);
        others.put(table.name(), table);
        return new Catalogue(serverVersion, role, others, names, rehearsals);
    }

    /**
     * The role that Lockstep connects with.
     *
     * @param mayBypassTriggers true when it may set {@code session_replication_role}
     */
    public record Role(Identifier name, boolean superuser, boolean bypassesRowSecurity, boolean mayBypassTriggers) {}

    /**
     * Names that are no tables'.
     *
     * @param schemas every schema
     * @param enums every enumeration with its values, in their order
     * @param taken of the names that were asked for, those that something has which is no table, in the server's words: a
     *     sequence, an index, a type
     */
    public record Names(Set<Identifier> schemas, Map<TableName, List<String>> enums, Map<TableName, String> taken) {
        public Names {
            schemas = Set.copyOf(schemas);
            enums = Map.copyOf(enums);
            taken = Map.copyOf(taken);
        }

        /** A database with a schema {@code public} and nothing in it but tables. */
        public static Names ordinary() {
            return new Names(Set.of(new Identifier("public")), Map.of(), Map.of());
        }
    }
}
