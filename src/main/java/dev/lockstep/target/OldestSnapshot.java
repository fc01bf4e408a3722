package dev.lockstep.target;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The age of the oldest snapshot: of a session, a prepared transaction, a replication slot or a standby that gives feedback.
 * What it may still see is not removed, so every row that the backfill writes makes the table grow. The server does not say
 * how old a slot's or a standby's is; those are measured from the begin of the look.
 */
final class OldestSnapshot implements Signal {
    private final int limitSeconds;
    private final Trail transactions = new Trail();

    OldestSnapshot(int limitSeconds) {
        this.limitSeconds = limitSeconds;
    }

    private record Snapshot(String holder, long seconds) {}

    private record Horizon(String holder, long transaction) {}

    @Override
    public String name() {
        return "oldest-snapshot";
    }

    @Override
    public String remedy() {
        return "End what holds it, if it is not needed: until then no dead row of the table is removed, and every batch makes"
                + " it larger.";
    }

    @Override
    public List<Reading> look(Connection connection) throws SQLException {
        List<Snapshot> snapshots = new ArrayList<>(sessions(connection));
        long next = new Query(connection, "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
                .one(row -> row.getLong(1));
        transactions.at(next);
        List<Horizon> horizons = new Query(connection, """
                        SELECT 'replication slot ' || slot_name AS holder, age(xmin) AS behind
                        FROM pg_replication_slots WHERE xmin IS NOT NULL
                        UNION ALL
                        SELECT 'standby ' || application_name, age(backend_xmin)
                        FROM pg_stat_replication WHERE backend_xmin IS NOT NULL""")
                .list(row -> new Horizon(row.getString("holder"), next - row.getLong("behind")));
        horizons.forEach(one -> snapshots.add(new Snapshot(
                one.holder(), transactions.leftBehind(one.transaction()).toSeconds())));
        transactions.forgetBefore(
                horizons.stream().mapToLong(Horizon::transaction).min().orElse(next));
        return snapshots.stream()
                .max(Comparator.comparingLong(Snapshot::seconds))
                .<List<Reading>>map(oldest -> List.of(new Reading.Felt(
                        name(),
                        false,
                        (double) oldest.seconds() / limitSeconds,
                        oldest.holder(),
                        "The snapshot of " + oldest.holder() + " is " + oldest.seconds() + " s old (limit "
                                + limitSeconds + " s).")))
                .orElseGet(List::of);
    }

    private static List<Snapshot> sessions(Connection connection) throws SQLException {
        return new Query(connection, """
                        SELECT 'session ' || pid AS holder,
                               extract(epoch FROM clock_timestamp() - xact_start)::bigint AS seconds
                        FROM pg_stat_activity
                        WHERE backend_xmin IS NOT NULL AND xact_start IS NOT NULL AND backend_type = 'client backend'
                          AND application_name NOT LIKE 'lockstep/%'
                        UNION ALL
                        SELECT 'prepared transaction ' || gid, extract(epoch FROM clock_timestamp() - prepared)::bigint
                        FROM pg_prepared_xacts""").list(row -> new Snapshot(row.getString("holder"), row.getLong("seconds")));
    }
}
