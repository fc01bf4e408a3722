package dev.lockstep.target;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Sees whether logical replication makes the server refuse updates of a table (P29). */
final class PublicationReader {
    private static final int SERVER_WITH_SCHEMA_PUBLICATIONS = 150000;

    private final Connection connection;
    private final int serverVersion;

    PublicationReader(Connection connection, int serverVersion) {
        this.connection = connection;
        this.serverVersion = serverVersion;
    }

    /**
     * Why an UPDATE would be refused: the table is published, with its updates, but nothing identifies its rows. The
     * server checks this at every UPDATE, whatever {@code wal_level} is.
     */
    Optional<String> updatesRefused(long table) throws SQLException {
        String bySchema = serverVersion >= SERVER_WITH_SCHEMA_PUBLICATIONS
                ? "OR EXISTS (SELECT FROM pg_publication_namespace s WHERE s.pnpubid = p.oid"
                        + " AND s.pnnspid IN (SELECT a.relnamespace FROM pg_class a WHERE a.oid IN (SELECT oid FROM published)))"
                : "";
        List<String> publications =
                new Query(connection, """
                        WITH member AS (
                          SELECT c.oid, c.relreplident FROM pg_class c
                          WHERE c.oid = ?::oid AND c.relpersistence = 'p' AND c.relkind IN ('r', 'p')
                            AND c.relreplident <> 'f'
                            AND NOT EXISTS (
                              SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisvalid AND i.indimmediate
                                AND CASE c.relreplident WHEN 'd' THEN i.indisprimary
                                      WHEN 'i' THEN i.indisreplident ELSE false END)),
                        published AS (
                          SELECT oid FROM member UNION SELECT relid FROM member, pg_partition_ancestors(member.oid))
                        SELECT p.pubname FROM pg_publication p
                        WHERE p.pubupdate AND EXISTS (SELECT FROM member)
                          AND (p.puballtables
                            OR EXISTS (SELECT FROM pg_publication_rel r WHERE r.prpubid = p.oid
                                         AND r.prrelid IN (SELECT oid FROM published))
                        """ + bySchema + ") ORDER BY p.pubname").list(row -> row.getString(1), table);
        return publications.isEmpty()
                ? Optional.empty()
                : Optional.of("the table is published by " + String.join(", ", publications)
                        + " but nothing identifies its rows, so the server refuses every UPDATE; give it a primary key or"
                        + " set REPLICA IDENTITY");
    }
}
