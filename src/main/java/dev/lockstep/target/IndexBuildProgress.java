package dev.lockstep.target;

import dev.lockstep.engine.Progress;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** Tells how far an index build is, from the server's own progress view. */
final class IndexBuildProgress implements StatementWatch.Eye {
    private final Attempt attempt;
    private final Stopwatch since = Stopwatch.started();

    IndexBuildProgress(Attempt attempt) {
        this.attempt = attempt;
    }

    @Override
    public void look(Connection connection, int pid) throws SQLException {
        record Row(double fraction, long tuples) {}
        // Blocks for the first scan, tuples for what has them; whichever the current phase counts.
        Optional<Row> row =
                new Query(connection, """
                        SELECT coalesce(blocks_done::float8 / nullif(blocks_total, 0),
                                 tuples_done::float8 / nullif(tuples_total, 0), 0) AS fraction,
                               coalesce(tuples_done, 0) AS tuples
                        FROM pg_stat_progress_create_index WHERE pid = ?""").first(r -> new Row(r.getDouble("fraction"), r.getLong("tuples")), pid);
        row.ifPresent(at -> attempt.progressed(new Progress(
                attempt.order().step().name(),
                at.tuples(),
                Math.clamp(at.fraction(), 0, 1),
                at.tuples() / Math.max(0.001, since.elapsed().toMillis() / 1000.0),
                Optional.empty(),
                attempt.now())));
    }
}
