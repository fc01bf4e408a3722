package dev.lockstep.target;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** How fast the log of the whole server grows. */
final class WalRate implements Signal {
    private static final Duration WINDOW = Duration.ofSeconds(5);

    private final int limitMegabytes;
    private final Window written = new Window(WINDOW);

    WalRate(int limitMegabytes) {
        this.limitMegabytes = limitMegabytes;
    }

    @Override
    public String name() {
        return "wal-rate";
    }

    @Override
    public String remedy() {
        return "Nothing has to be done: the backfill keeps below what the plan or the configuration allows"
                + " (walMegabytesPerSecond).";
    }

    @Override
    public List<Reading> look(Connection connection) throws SQLException {
        long end = new Query(connection, "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint")
                .one(row -> row.getLong(1));
        long grown = written.grown(end);
        double seconds = written.reach().toNanos() / 1e9;
        double rate = seconds < 0.5 ? 0 : grown / seconds / (1 << 20);
        return List.of(new Reading.Felt(
                name(),
                true,
                rate / limitMegabytes,
                "the server's log",
                "The server writes " + Math.round(rate) + " MB of log a second (limit " + limitMegabytes + ")."));
    }
}
