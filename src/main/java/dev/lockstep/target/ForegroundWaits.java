package dev.lockstep.target;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * How many of the application's statements wait instead of work. A single look at a handful of statements says little, so the
 * last few count together; and where hardly anything is at work, one statement that waits is no crowd. A commit that waits
 * for the log is not counted: that is what every healthy database is seen to do most of the time.
 */
final class ForegroundWaits implements Signal {
    private static final int LOOKS = 5;

    private final int limitPercent;
    private final Deque<Seen> looks = new ArrayDeque<>();

    ForegroundWaits(int limitPercent) {
        this.limitPercent = limitPercent;
    }

    private record Seen(int active, int waiting, int hidden) {}

    @Override
    public String name() {
        return "foreground-waits";
    }

    @Override
    public String remedy() {
        return "Nothing has to be done: the backfill takes what the application leaves. If the application waits for"
                + " something else, backfill.limits.foregroundWaitPercent can be higher.";
    }

    @Override
    public List<Reading> look(Connection connection) throws SQLException {
        Seen seen = new Query(connection, """
                        SELECT count(*) FILTER (WHERE state = 'active') AS active,
                               count(*) FILTER (WHERE state = 'active'
                                   AND wait_event_type IN ('Lock', 'LWLock', 'BufferPin', 'IO')
                                   AND lower(wait_event) NOT IN ('walsync', 'walwrite')) AS waiting,
                               count(*) FILTER (WHERE query = '<insufficient privilege>') AS hidden
                        FROM pg_stat_activity
                        WHERE datname = current_database() AND pid <> pg_backend_pid()
                          AND application_name NOT LIKE 'lockstep/%'
                          AND coalesce(backend_type, 'client backend') = 'client backend'""")
                .one(row -> new Seen(row.getInt("active"), row.getInt("waiting"), row.getInt("hidden")));
        if (seen.active() == 0 && seen.hidden() > 0) {
            return List.of(new Reading.NotVisible(
                    name(),
                    "Whether the application waits is not visible to Lockstep's role; GRANT pg_monitor shows it."));
        }
        looks.addLast(seen);
        if (looks.size() > LOOKS) {
            looks.removeFirst();
        }
        int active = looks.stream().mapToInt(Seen::active).sum();
        int waiting = looks.stream().mapToInt(Seen::waiting).sum();
        double percent = 100.0 * waiting / Math.max(active, LOOKS);
        return List.of(new Reading.Felt(
                name(),
                false,
                percent / limitPercent,
                "the application",
                "Of " + active + " statements of the application that were seen at work in the last " + looks.size()
                        + " looks, " + waiting + " waited for locks, buffers or disks (limit " + limitPercent
                        + " %)."));
    }
}
