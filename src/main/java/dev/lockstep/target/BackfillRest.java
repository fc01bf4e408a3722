package dev.lockstep.target;

import dev.lockstep.gate.Blocker;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** How long a worker rests between two batches. Confined to one thread. */
final class BackfillRest {
    /** Between two batches while a standby is too far behind. */
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

    private final Attempt attempt;
    private final ReplicaLag lag;

    BackfillRest(Attempt attempt, Connection connection) {
        this.attempt = attempt;
        this.lag = new ReplicaLag(
                connection, Duration.ofSeconds(attempt.order().pace().maxReplicaLagSeconds()));
    }

    /** Rests after a batch that took so long; outside of a transaction only. False when the step is to stop. */
    boolean after(Duration took) throws SQLException {
        int percent = attempt.order().pace().restPercent();
        Duration rest =
                percent == 0 ? Duration.ZERO : took.multipliedBy(percent).dividedBy(100 - percent);
        return attempt.rest(rest) && caughtUp();
    }

    /** Rests while a standby is too far behind, but not for ever: it always ends. False when the step is to stop. */
    private boolean caughtUp() throws SQLException {
        Stopwatch resting = Stopwatch.started();
        Optional<Blocker> behind = lag.behind();
        while (behind.isPresent() && resting.elapsed().compareTo(LONGEST) < 0) {
            attempt.waitingFor(List.of(behind.get()));
            attempt.note("A standby was too far behind for a while.");
            if (!attempt.rest(LOOK_AGAIN)) {
                return false;
            }
            behind = lag.behind();
        }
        return true;
    }
}
