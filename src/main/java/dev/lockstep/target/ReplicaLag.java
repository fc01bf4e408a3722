package dev.lockstep.target;

import dev.lockstep.gate.Blocker;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * How far standbys are behind this server (P42). It measures by itself how long ago the position was written that a standby
 * has replayed: {@code pg_stat_replication.replay_lag} stops growing when a standby's replay stands still. Confined to one
 * thread.
 */
final class ReplicaLag {
    /** Looking costs a round trip, and lag does not change from batch to batch. */
    private static final Duration EVERY = Duration.ofMillis(500);

    private final Connection connection;
    private final Duration limit;
    private final Deque<Written> written = new ArrayDeque<>();
    private Optional<Blocker> behind = Optional.empty();
    private Stopwatch looked = Stopwatch.started();

    /** @param limit zero for never being asked */
    ReplicaLag(Connection connection, Duration limit) {
        this.connection = connection;
        this.limit = limit;
    }

    /** The end of the log, as a number of bytes, at some moment. */
    private record Written(long position, Stopwatch since) {}

    private record Standby(String name, long replayed) {}

    /** The standby that is too far behind, if there is one; outside of a transaction only. */
    Optional<Blocker> behind() throws SQLException {
        if (!limit.isZero() && (written.isEmpty() || looked.elapsed().compareTo(EVERY) >= 0)) {
            looked = Stopwatch.started();
            behind = look();
        }
        return behind;
    }

    private Optional<Blocker> look() throws SQLException {
        long end = new Query(connection, "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint")
                .one(row -> row.getLong(1));
        written.addLast(new Written(end, Stopwatch.started()));
        // A row without a position is one that this role may not see (pg_monitor), or no standby yet.
        List<Standby> standbys =
                new Query(connection, """
                        SELECT coalesce(nullif(application_name, ''), 'pid ' || pid)
                                   || coalesce(' at ' || host(client_addr), '') AS name,
                               pg_wal_lsn_diff(replay_lsn, '0/0')::bigint AS replayed
                        FROM pg_stat_replication WHERE replay_lsn IS NOT NULL AND state IN ('streaming', 'catchup')""").list(row -> new Standby(row.getString("name"), row.getLong("replayed")));
        Optional<Blocker> worst =
                standbys.stream().flatMap(standby -> tooFar(standby).stream()).findFirst();
        long slowest = standbys.stream().mapToLong(Standby::replayed).min().orElse(end);
        while (written.size() > 1 && written.getFirst().position() <= slowest) {
            written.removeFirst();
        }
        return worst;
    }

    private Optional<Blocker> tooFar(Standby standby) {
        return written.stream()
                .filter(mark -> mark.position() > standby.replayed())
                .findFirst()
                .map(mark -> mark.since().elapsed())
                .filter(lag -> lag.compareTo(limit) > 0)
                .map(_ -> new Blocker(
                        Blocker.Code.REPLICA_BEHIND,
                        "standby " + standby.name(),
                        "whoever runs the standby",
                        "Standby " + standby.name() + " is more than " + limit.toSeconds()
                                + " s behind, so the backfill goes very slowly until it has caught up.",
                        "Wait, or see why its replay stands still (a long query there, or a paused replay). A standby that"
                                + " may lag is left alone with a higher backfill.maxReplicaLagSeconds."));
    }
}
