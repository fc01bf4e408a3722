package dev.lockstep.target;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How far standbys are behind this server (P42). It measures by itself how long ago the position was written that a standby
 * has replayed: {@code pg_stat_replication.replay_lag} stops growing when a standby's replay stands still.
 */
final class ReplicaLag implements Signal {
    static final String NAME = "replica-lag";
    private static final double MEGABYTE = 1 << 20;

    private final int limitSeconds;
    private final int limitMegabytes;
    private final Trail written = new Trail();

    /** Limits of zero are not looked at. */
    ReplicaLag(int limitSeconds, int limitMegabytes) {
        this.limitSeconds = limitSeconds;
        this.limitMegabytes = limitMegabytes;
    }

    /** @param replayed empty where this role may not see it */
    private record Standby(String name, Optional<Long> replayed) {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String remedy() {
        return "Wait, or see why its replay stands still (a long query there, or a paused replay). A standby that may lag is"
                + " left alone with a higher backfill.limits.replicaLagSeconds.";
    }

    @Override
    public List<Reading> look(Connection connection) throws SQLException {
        long end = new Query(connection, "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint")
                .one(row -> row.getLong(1));
        written.at(end);
        List<Standby> standbys = new Query(connection, """
                        SELECT coalesce(nullif(application_name, ''), 'pid ' || pid)
                                   || coalesce(' at ' || host(client_addr), '') AS name,
                               pg_wal_lsn_diff(replay_lsn, '0/0')::bigint AS replayed
                        FROM pg_stat_replication
                        WHERE state IN ('streaming', 'catchup') OR state IS NULL""")
                .list(row -> new Standby(row.getString("name"), position(row.getLong("replayed"), row.wasNull())));
        List<Reading> readings = new ArrayList<>();
        standbys.stream()
                .flatMap(standby -> standby.replayed().stream().map(at -> felt(standby.name(), at, end)))
                .max(Comparator.comparingDouble(Reading.Felt::pressure))
                .ifPresent(readings::add);
        standbys.stream()
                .filter(standby -> standby.replayed().isEmpty())
                .findFirst()
                .ifPresent(standby -> readings.add(new Reading.NotVisible(
                        NAME,
                        "How far standby " + standby.name()
                                + " is behind is not visible to Lockstep's role, so nobody waited for it; GRANT pg_monitor"
                                + " shows it.")));
        written.forgetBefore(standbys.stream()
                .flatMap(standby -> standby.replayed().stream())
                .min(Comparator.naturalOrder())
                .orElse(end));
        return readings;
    }

    private static Optional<Long> position(long number, boolean hidden) {
        return hidden ? Optional.empty() : Optional.of(number);
    }

    private Reading.Felt felt(String standby, long replayed, long end) {
        Duration behind = written.leftBehind(replayed);
        double megabytes = Math.max(0, end - replayed) / MEGABYTE;
        double bySeconds = limitSeconds == 0 ? 0 : behind.toMillis() / 1000.0 / limitSeconds;
        double byBytes = limitMegabytes == 0 ? 0 : megabytes / limitMegabytes;
        return new Reading.Felt(
                NAME,
                true,
                Math.max(bySeconds, byBytes),
                "standby " + standby,
                "Standby " + standby + " is " + behind.toSeconds() + " s and " + Math.round(megabytes)
                        + " MB behind (limit " + limits() + ").");
    }

    private String limits() {
        if (limitSeconds == 0) {
            return limitMegabytes + " MB";
        }
        return limitSeconds + " s" + (limitMegabytes == 0 ? "" : ", " + limitMegabytes + " MB");
    }
}
