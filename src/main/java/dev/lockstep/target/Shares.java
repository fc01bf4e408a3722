package dev.lockstep.target;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Divides the rows of a table among workers. Confined to one thread. */
final class Shares {
    /** A worker's session is worth less than this many blocks, 8 MB at the usual size. */
    private static final long LEAST_BLOCKS = 1024;

    private final BatchWork work;
    private final Connection connection;
    private final Scan scan;
    private final int workers;

    Shares(BatchWork work, Connection connection, Scan scan) {
        this.work = work;
        this.connection = connection;
        this.scan = scan;
        this.workers = 1;
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
        long count = Math.clamp(end / LEAST_BLOCKS, 1, workers);
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
