package dev.lockstep.target;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** How long somebody has been waiting for a lock that one of this step's sessions holds. */
final class LockWaits implements Signal {
    private final int limitMilliseconds;

    LockWaits(int limitMilliseconds) {
        this.limitMilliseconds = limitMilliseconds;
    }

    @Override
    public String name() {
        return "lock-waits";
    }

    @Override
    public String remedy() {
        return "Nothing has to be done: batches get shorter until nobody waits that long.";
    }

    @Override
    public List<Reading> look(Connection connection) throws SQLException {
        long longest = new Query(connection, """
                        SELECT coalesce(max(extract(epoch FROM clock_timestamp() - l.waitstart)) * 1000, 0)::bigint AS longest
                        FROM pg_locks l
                        JOIN pg_stat_activity a ON a.pid = l.pid
                        WHERE NOT l.granted AND a.application_name NOT LIKE 'lockstep/%'
                          AND EXISTS (SELECT FROM pg_stat_activity ours
                                      WHERE ours.application_name = current_setting('application_name')
                                        AND ours.pid = ANY (pg_blocking_pids(l.pid)))""").one(row -> row.getLong("longest"));
        return List.of(new Reading.Felt(
                name(),
                false,
                (double) longest / limitMilliseconds,
                "the application",
                longest == 0
                        ? "Nobody waits for a lock of the backfill."
                        : "A session has waited " + longest + " ms for a lock of the backfill (limit "
                                + limitMilliseconds + " ms)."));
    }
}
