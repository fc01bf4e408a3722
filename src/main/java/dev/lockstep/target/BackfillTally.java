package dev.lockstep.target;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What the workers of a backfill have done together. Safe for any thread. */
final class BackfillTally {
    private final BackfillProgress progress;
    private long rows;
    private Duration worked = Duration.ZERO;
    private long pass;
    private List<Stretch> shares = List.of();
    private boolean passedOver;

    BackfillTally(BackfillProgress progress, long rows) {
        this.progress = progress;
        this.rows = rows;
    }

    synchronized void begins(Pass next) {
        pass = next.number();
        shares = new ArrayList<>(next.shares());
        passedOver = false;
        tell();
    }

    /** @param took how long the batch was at work */
    synchronized void done(int share, Stretch at, long changed, Duration took) {
        rows += changed;
        worked = worked.plus(took);
        shares.set(share, at);
        tell();
    }

    private void tell() {
        double fraction =
                shares.stream().mapToDouble(Stretch::fraction).average().orElse(1);
        progress.report(pass, shares.stream().allMatch(Stretch::over) ? 1 : fraction, rows, worked);
    }

    /** Something was left out of this pass because of others' row locks. */
    synchronized void passedOver() {
        passedOver = true;
    }

    /** Whether something was left out of the current pass. */
    synchronized boolean leftSomething() {
        return passedOver;
    }

    /** Rows changed so far, over all attempts. */
    synchronized long rows() {
        return rows;
    }
}
