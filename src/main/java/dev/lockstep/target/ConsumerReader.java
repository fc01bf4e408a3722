package dev.lockstep.target;

import dev.lockstep.gate.Consumer;
import dev.lockstep.gate.Consumer.Kind;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads what uses a database on one server: sessions, prepared transactions, logical slots, subscriptions and jobs of pg_cron
 * (G29). What is Lockstep's own is left out, and so is physical replication, which uses no table.
 */
final class ConsumerReader {
    private final Connection connection;
    private final String server;

    ConsumerReader(Connection connection, String server) {
        this.connection = connection;
        this.server = server;
    }

    List<Consumer> read() throws SQLException {
        List<Consumer> all = new ArrayList<>();
        // Without pg_read_all_stats others' backend_type, address and age are NULL; role and name never are.
        all.addAll(consumers(Kind.SESSION, """
                SELECT pid::text AS id, usename AS role, coalesce(application_name, '') AS name,
                       coalesce(host(client_addr), '') AS address, backend_start AS since
                FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename IS NOT NULL
                  AND coalesce(backend_type, 'client backend') = 'client backend'
                  AND coalesce(application_name, '') NOT LIKE 'lockstep/%'"""));
        all.addAll(consumers(Kind.PREPARED_TRANSACTION, """
                SELECT gid AS id, owner AS role, '' AS name, '' AS address, prepared AS since
                FROM pg_prepared_xacts WHERE database = current_database()"""));
        all.addAll(consumers(Kind.LOGICAL_SLOT, """
                SELECT slot_name AS id, '' AS role, '' AS name, '' AS address, NULL::timestamptz AS since
                FROM pg_replication_slots WHERE slot_type = 'logical' AND database = current_database()"""));
        all.addAll(consumers(Kind.SUBSCRIPTION, """
                SELECT subname AS id, subowner::regrole::text AS role, '' AS name, '' AS address,
                       NULL::timestamptz AS since
                FROM pg_subscription
                WHERE subenabled AND subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())"""));
        if (has("SELECT to_regclass('cron.job') IS NOT NULL AND has_table_privilege('cron.job', 'SELECT')")) {
            all.addAll(consumers(Kind.SCHEDULED_JOB, """
                    SELECT jobid::text AS id, username AS role, '' AS name, '' AS address, NULL::timestamptz AS since
                    FROM cron.job WHERE active AND database = current_database()"""));
        }
        return all;
    }

    /** What this role may not see, as a sentence with what to do. */
    Optional<String> blindSpot() throws SQLException {
        return has("SELECT pg_has_role('pg_read_all_stats', 'USAGE')")
                ? Optional.empty()
                : Optional.of(
                        "On " + server + " Lockstep may not see where others' sessions come from, so none can be told"
                                + " by the address of its pod: GRANT pg_read_all_stats to Lockstep's role.");
    }

    private boolean has(String sql) throws SQLException {
        return new Query(connection, sql).one(row -> row.getBoolean(1));
    }

    private List<Consumer> consumers(Kind kind, String sql) throws SQLException {
        return new Query(connection, sql)
                .list(row -> new Consumer(
                        kind,
                        row.getString("id"),
                        server,
                        row.getString("role"),
                        row.getString("name"),
                        row.getString("address"),
                        Optional.ofNullable(row.getObject("since", OffsetDateTime.class))
                                .map(OffsetDateTime::toInstant)
                                .orElse(Instant.EPOCH)));
    }
}
