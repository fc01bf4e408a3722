package dev.lockstep.target;

import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads what a plan needs to know of a database, all of it as of one moment. Leaves the connection without a transaction. */
final class CatalogueReader {
    private static final int SERVER_WITH_PARAMETER_PRIVILEGES = 150000;

    private final Connection connection;

    CatalogueReader(Connection connection) {
        this.connection = connection;
    }

    Catalogue read(Set<TableName> names) throws SQLException {
        return read(names, true);
    }

    /** One table without what is beneath it. */
    Catalogue alone(TableName name) throws SQLException {
        return read(Set.of(name), false);
    }

    private Catalogue read(Set<TableName> names, boolean beneath) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            // One snapshot for all; and with this path every expression the server prints names its schemas.
            statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
            statement.execute("SET LOCAL search_path = pg_catalog");
            // The server's own printing functions wait for a table that is locked exclusively.
            statement.execute("SET LOCAL lock_timeout = '5s'");
            statement.execute("SET LOCAL statement_timeout = '20s'");
            int version = new Query(connection, "SELECT current_setting('server_version_num')::int")
                    .one(row -> row.getInt(1));
            Catalogue.Role role = role(version);
            Map<TableName, Table> tables = new HashMap<>();
            Deque<TableName> wanted = new ArrayDeque<>(names);
            while (!wanted.isEmpty()) {
                TableName name = wanted.pop();
                Optional<Table> table = tables.containsKey(name) ? Optional.empty() : table(name, version);
                table.ifPresent(known -> tables.put(name, known));
                table.filter(_ -> beneath)
                        .ifPresent(known -> known.partitions().forEach(child -> wanted.push(child.name())));
            }
            return new Catalogue(version, role, tables, new NameReader(connection).names(names));
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    private Catalogue.Role role(int version) throws SQLException {
        String mayBypass = version >= SERVER_WITH_PARAMETER_PRIVILEGES
                ? "has_parameter_privilege('session_replication_role', 'SET')"
                : "false";
        return new Query(
                        connection,
                        "SELECT rolname, rolsuper, rolbypassrls, rolsuper OR " + mayBypass
                                + " AS bypass FROM pg_roles WHERE rolname = current_user")
                .one(row -> new Catalogue.Role(
                        new Identifier(row.getString("rolname")),
                        row.getBoolean("rolsuper"),
                        row.getBoolean("rolsuper") || row.getBoolean("rolbypassrls"),
                        row.getBoolean("bypass")));
    }

    private Optional<Table> table(TableName name, int version) throws SQLException {
        Optional<Relation> found = new Query(connection, """
                        WITH RECURSIVE named AS (
                          SELECT c.* FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                          WHERE n.nspname = ? AND c.relname = ? AND c.relkind IN ('r', 'p', 'f', 'v', 'm')),
                        tree AS (
                          SELECT oid FROM named
                          UNION SELECT i.inhrelid FROM pg_inherits i JOIN tree t ON t.oid = i.inhparent)
                        SELECT named.oid, named.relnatts, obj_description(named.oid, 'pg_class') AS comment, named.relkind, named.reltuples::bigint AS estimated,
                               EXISTS (SELECT FROM pg_inherits WHERE inhparent = named.oid) AS has_children,
                               EXISTS (SELECT FROM pg_inherits WHERE inhrelid = named.oid) AS is_child,
                               (SELECT coalesce(sum(pg_relation_size(oid)), 0) FROM tree)
                                 / current_setting('block_size')::bigint AS blocks,
                               CASE WHEN row_security_active(named.oid) THEN
                                 format('row-level security of table %I applies to role %I, so a backfill or a count would'
                                   || ' pass over rows that its policies hide; connect as a role with BYPASSRLS, or as the'
                                   || ' owner without FORCE ROW LEVEL SECURITY', named.relname, current_user) END AS hidden
                        FROM named""")
                .first(
                        CatalogueReader::relation,
                        name.schema().value(),
                        name.name().value());
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Relation relation = found.get();
        TableReader parts = new TableReader(connection, relation.oid());
        return Optional.of(new Table(
                name,
                relation.kind(),
                parts.columns(),
                new IndexReader(connection, relation.oid()).indexes(),
                parts.constraints(),
                parts.triggers(),
                new DependentReader(connection, relation.oid()).dependents(),
                relation.estimatedRows(),
                relation.blocks(),
                relation.rowsHidden(),
                new PublicationReader(connection, version).updatesRefused(relation.oid()),
                new PartitionReader(connection, relation.oid()).key(),
                new PartitionReader(connection, relation.oid()).partitions(),
                relation.comment(),
                new InboundReader(connection, relation.oid()).keys(),
                new InboundReader(connection, relation.oid()).dependents(),
                new SurroundingsReader(connection, relation.oid(), version).surroundings(),
                relation.columnsEver(),
                new AccessReader(connection, relation.oid()).access()));
    }

    private static Relation relation(ResultSet row) throws SQLException {
        boolean parent = row.getBoolean("has_children");
        boolean child = row.getBoolean("is_child");
        Table.Kind kind = switch (row.getString("relkind")) {
            case "p" -> Table.Kind.PARTITIONED;
            case "f" -> Table.Kind.FOREIGN;
            case "v" -> Table.Kind.VIEW;
            case "m" -> Table.Kind.MATERIALISED_VIEW;
            default -> parent ? Table.Kind.PARTITIONED : child ? Table.Kind.PARTITION : Table.Kind.ORDINARY;
        };
        return new Relation(
                row.getLong("oid"),
                kind,
                row.getLong("estimated"),
                row.getLong("blocks"),
                Query.text(row, "hidden"),
                Query.text(row, "comment"),
                row.getInt("relnatts"));
    }

    private record Relation(
            long oid,
            Table.Kind kind,
            long estimatedRows,
            long blocks,
            Optional<String> rowsHidden,
            Optional<String> comment,
            int columnsEver) {}

    /** Identifiers of an array of names. */
    static List<Identifier> identifiers(ResultSet row, String column) throws SQLException {
        return Query.texts(row, column).stream().map(Identifier::new).toList();
    }
}
