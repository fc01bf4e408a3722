package dev.lockstep.target;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * Checkpoints that began because the log had grown too much, and not because it was time. Each makes the next change of every
 * page write the whole page to the log, for everybody.
 */
final class CheckpointPressure implements Signal {
    private static final int OWN_VIEW = 170_000;

    private final int limit;
    private final Window requested = new Window(Duration.ofMinutes(1));

    CheckpointPressure(int limit) {
        this.limit = limit;
    }

    @Override
    public String name() {
        return "checkpoints";
    }

    @Override
    public String remedy() {
        return "A larger max_wal_size on the server lets checkpoints begin when it is time; the backfill goes slower until"
                + " then.";
    }

    @Override
    public List<Reading> look(Connection connection) throws SQLException {
        int version =
                new Query(connection, "SELECT current_setting('server_version_num')::int").one(row -> row.getInt(1));
        long count = new Query(
                        connection,
                        version >= OWN_VIEW
                                ? "SELECT num_requested FROM pg_stat_checkpointer"
                                : "SELECT checkpoints_req FROM pg_stat_bgwriter")
                .one(row -> row.getLong(1));
        long lately = requested.grown(count);
        return List.of(new Reading.Felt(
                name(),
                false,
                (double) lately / limit,
                "the server's checkpointer",
                lately + " checkpoints in the last minute began because the log had grown too much (limit " + limit
                        + ")."));
    }
}
