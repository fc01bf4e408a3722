package dev.lockstep.target;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * For how much of the time a commit waits for the disk longer than it usually does. What the backfill's own commits wait for,
 * which are some in each second, those of the application wait for as well: a disk that is behind with what was written, or a
 * new file of the log that is being made, during which no commit of the server comes to its end.
 *
 * <p>How long a commit usually takes is found out meanwhile, as disks differ. Safe for any number of threads.
 */
final class CommitWaits implements Signal {
    private static final Duration WINDOW = Duration.ofSeconds(5);

    /** Nobody calls a shorter wait one, however fast the disk usually is. */
    private static final Duration SHORTEST = Duration.ofMillis(10);

    /** A disk that usually takes longer is one that is behind. */
    private static final Duration LONGEST_USUAL = Duration.ofMillis(30);

    /** So many times what is usual is too long. */
    private static final int TOLERANCE = 3;

    /** From so many commits it is seen what is usual. */
    private static final int SAMPLE = 15;

    private static final String NEW_FILES =
            "The log has no old file left that it could use again, so the server makes a new one for each"
                    + " part of it, and no commit ends meanwhile.";

    private final int limitPercent;
    private final Stopwatch since = Stopwatch.started();
    private final RecentWaits recent = new RecentWaits(SAMPLE);
    private final Deque<Late> late = new ArrayDeque<>();
    private Optional<Duration> usual = Optional.empty();
    private Duration counted = Duration.ZERO;

    CommitWaits(int limitPercent) {
        this.limitPercent = limitPercent;
    }

    /** A stretch of time in which a commit was waiting that should have been over. */
    private record Late(Duration from, Duration to, Duration waited) {
        private Duration after(Duration begin) {
            return to.minus(from.compareTo(begin) > 0 ? from : begin);
        }
    }

    @Override
    public String name() {
        return "commit-waits";
    }

    @Override
    public String remedy() {
        return "Nothing has to be done: the backfill takes what the disk leaves. Where the server makes new files for its log,"
                + " that ends by itself when there are as many as max_wal_size allows; a larger min_wal_size keeps them"
                + " for the next time. If commits wait for something else, backfill.limits.commitWaitPercent can be"
                + " higher.";
    }

    /** A commit has just waited so long for the disk. */
    void waited(Duration wait) {
        waited(wait, since.elapsed());
    }

    @Override
    public List<Reading> look(Connection connection) throws SQLException {
        Reading.Felt felt = at(since.elapsed());
        return List.of(felt.pressure() >= 1 && makesNewFiles(connection) ? felt.saying(NEW_FILES) : felt);
    }

    /** Whether the log has no old file left that the next part of it could go into; where the role may see that. */
    private static boolean makesNewFiles(Connection connection) throws SQLException {
        boolean visible = new Query(connection, "SELECT has_function_privilege('pg_ls_waldir()', 'EXECUTE')")
                .one(row -> row.getBoolean(1));
        return visible && new Query(connection, """
                        SELECT NOT EXISTS (
                          SELECT FROM pg_ls_waldir() AS file WHERE file.name ~ '^[0-9A-F]{24}$'
                             AND file.name COLLATE "C" > pg_walfile_name(pg_current_wal_insert_lsn()))""").one(row -> row.getBoolean(1));
    }

    /** @param now since the beginning, never less than before */
    synchronized void waited(Duration wait, Duration now) {
        learn(wait);
        if (usual.isEmpty()) {
            return;
        }
        Duration due = now.minus(wait).plus(allowed());
        // Several workers wait for the same thing at the same time.
        Duration from = due.compareTo(counted) > 0 ? due : counted;
        if (from.compareTo(now) < 0) {
            late.addLast(new Late(from, now, wait));
            counted = now;
        }
    }

    private void learn(Duration wait) {
        recent.add(wait);
        if (recent.full()) {
            Duration median = recent.median(wait);
            usual = Optional.of(
                    usual.filter(before -> before.compareTo(median) < 0).orElse(median));
        }
    }

    private Duration allowed() {
        Duration ordinary =
                usual.filter(one -> one.compareTo(LONGEST_USUAL) < 0).orElse(LONGEST_USUAL);
        Duration tolerated = ordinary.multipliedBy(TOLERANCE);
        return tolerated.compareTo(SHORTEST) > 0 ? tolerated : SHORTEST;
    }

    synchronized Reading.Felt at(Duration now) {
        Duration begin = now.minus(WINDOW);
        while (!late.isEmpty() && late.getFirst().to().compareTo(begin) <= 0) {
            late.removeFirst();
        }
        Duration sum = late.stream().map(one -> one.after(begin)).reduce(Duration.ZERO, Duration::plus);
        Duration longest =
                late.stream().map(Late::waited).max(Duration::compareTo).orElse(Duration.ZERO);
        double percent = 100.0 * sum.toNanos() / WINDOW.toNanos();
        return new Reading.Felt(
                name(),
                false,
                percent / limitPercent,
                "the server's disk",
                String.format(
                        Locale.ROOT,
                        "For %.1f %% of the last %d seconds a commit waited for the disk longer than %d ms, the longest"
                                + " for %d ms (limit %d %%).",
                        percent,
                        WINDOW.toSeconds(),
                        allowed().toMillis(),
                        longest.toMillis(),
                        limitPercent));
    }
}
