package dev.lockstep.target;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Divides the rows of a table among workers. Confined to one thread. */
final class Shares {
    /** A worker's session is worth less than this many blocks, 1 MB at the usual size. */
    private static final long LEAST_BLOCKS = 128;

    private static final int SHARE_OF_CONNECTIONS = 20;

    private final BatchWork work;
    private final Connection connection;
    private final Scan scan;
    private final int workers;

    private Shares(BatchWork work, Connection connection, Scan scan, int workers) {
        this.work = work;
        this.connection = connection;
        this.scan = scan;
        this.workers = workers;
    }

    /** For as many workers as the plan allows and the server has room for, by its own settings. */
    static Shares of(Attempt attempt, BatchWork work, Connection connection, Scan scan) throws SQLException {
        int allowed = attempt.order().pace().workers();
        if (allowed == 1) {
            return new Shares(work, connection, scan, 1);
        }
        if (scan instanceof Scan.Keys) {
            attempt.note("One worker, not " + allowed + ": rows that are walked by a key are not divided.");
            return new Shares(work, connection, scan, 1);
        }
        // A server does not tell how many CPUs it has; what it may use for one query is the nearest that it says.
        int room = new Query(
                        connection,
                        "SELECT greatest(1, least(current_setting('max_connections')::int / " + SHARE_OF_CONNECTIONS
                                + ", current_setting('max_parallel_workers')::int))")
                .one(row -> row.getInt(1));
        if (room < allowed) {
            attempt.note("Up to " + room + " workers at once, not " + allowed + ": no more than a "
                    + SHARE_OF_CONNECTIONS + "th of max_connections, and no more than max_parallel_workers.");
        }
        return new Shares(work, connection, scan, Math.min(room, allowed));
    }

    /** How many work at the same time. */
    int workers() {
        return workers;
    }

    /** All rows that the table has now. What comes later is the sync trigger's, so that a pass always ends. */
    Pass pass(long number) throws SQLException {
        return new Pass(
                number,
                switch (scan) {
                    case Scan.Blocks _ -> blocks();
                    case Scan.Keys keys ->
                        List.<Stretch>of(KeyStretch.share(connection, work.table(), keys, estimate()));
                });
    }

    private List<Stretch> blocks() throws SQLException {
        long end = new Query(connection, "SELECT pg_relation_size(?::regclass) / current_setting('block_size')::bigint")
                .one(row -> row.getLong(1), work.table().sql());
        long count = Math.clamp(end / LEAST_BLOCKS, 1, (long) workers);
        List<Stretch> shares = new ArrayList<>();
        for (long share = 0; share < count; share++) {
            shares.add(BlockStretch.share(end * share / count, end * (share + 1) / count, 1));
        }
        return shares;
    }

    private long estimate() throws SQLException {
        return new Query(connection, "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = ?::regclass")
                .one(row -> row.getLong(1), work.table().sql());
    }
}
