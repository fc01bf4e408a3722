package dev.lockstep.target;

import java.time.Duration;

/**
 * The rest that a worker owes after its batches. It is paid first of all by waiting for the disk. What a batch has written to
 * the log and not waited for, the next commit of the application finds before its own part, and waits until the disk has both.
 *
 * <p>A batch waits only when what is owed is enough for it, so that a slow disk does not make a backfill slower than its speed
 * says; a backfill that owes nothing, at full speed, never does. A disk that stood still for a while is no reason to hurry
 * afterwards, and none to look away: what was waited beyond what was owed counts for no more than one usual wait, so that a
 * batch soon waits again, and it is seen whether the disk is still behind. Confined to one thread.
 */
final class OwedRest {
    /** A longer wait is not expected, for otherwise nothing would ever be enough for it. */
    private static final Duration LONGEST_EXPECTED = Duration.ofMillis(200);

    /** Before the first. */
    private static final Duration FIRST_EXPECTED = Duration.ofMillis(1);

    /** A sleep is as a rule so much longer than it was to be. */
    private static final Duration OVERSLEPT = Duration.ofNanos(150_000);

    private static final int REMEMBERED = 9;

    private final RecentWaits waits = new RecentWaits(REMEMBERED);
    private Duration owed = Duration.ZERO;

    /** What a wait for the disk takes as a rule. */
    private Duration expected = FIRST_EXPECTED;

    /** Whether the next batch can pay by waiting until the disk has it. A sleep that was a little long does not matter. */
    boolean paysForFlush() {
        return owed.isPositive() && owed.multipliedBy(4).compareTo(expected.multipliedBy(3)) >= 0;
    }

    /** A batch has waited so long for the disk; zero where it has not. */
    void flushed(Duration waited) {
        if (waited.isPositive()) {
            waits.add(waited);
            Duration usual = waits.median(FIRST_EXPECTED);
            expected = usual.compareTo(LONGEST_EXPECTED) < 0 ? usual : LONGEST_EXPECTED;
            Duration left = owed.minus(waited);
            owed = left.plus(expected).isNegative() ? expected.negated() : left;
        }
    }

    /**
     * How long to sleep after a batch: all that is owed but for what the next wait for the disk is going to take.
     *
     * @param rest what is due for this batch
     */
    Duration asleep(Duration rest) {
        Duration left = owed.plus(rest).minus(expected).minus(OVERSLEPT);
        // A shorter sleep costs more than it gives.
        return left.compareTo(expected) > 0 ? left : Duration.ZERO;
    }

    /**
     * The batch is paid for.
     *
     * @param rest what was due for it
     * @param slept how long the worker has slept
     */
    void rested(Duration rest, Duration slept) {
        Duration left = owed.plus(rest).minus(slept);
        owed = left.compareTo(Governor.LONGEST_REST) < 0 ? left : Governor.LONGEST_REST;
    }
}
