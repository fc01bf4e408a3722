package dev.lockstep.target;

import java.time.Duration;

/**
 * The rest that a worker owes after its batches. It is paid first of all by waiting for the disk. What a batch has written to
 * the log and not waited for, the next commit of the application finds before its own part, and waits until the disk has both.
 *
 * <p>A batch waits only when what is owed is enough for it, so that a slow disk does not make a backfill slower than its speed
 * says; a backfill that owes nothing, at full speed, never does. A disk that stood still for a while is no reason to hurry
 * afterwards: what was waited beyond what was owed counts for little. Confined to one thread.
 */
final class OwedRest {
    /** So much of a wait that was longer than what was owed is made up for. */
    private static final Duration MOST_CREDIT = Duration.ofMillis(100);

    /** A longer wait is not expected again, for otherwise nothing would ever be enough for it. */
    private static final Duration LONGEST_EXPECTED = Duration.ofMillis(200);

    private Duration owed = Duration.ZERO;

    /** What a wait for the disk takes, by the last one. */
    private Duration flush = Duration.ofMillis(1);

    /** Whether the next batch can pay by waiting until the disk has it. A sleep that was a little long does not matter. */
    boolean paysForFlush() {
        return owed.isPositive() && owed.multipliedBy(4).compareTo(flush.multipliedBy(3)) >= 0;
    }

    /** A batch has waited so long for the disk; zero where it has not. */
    void flushed(Duration waited) {
        if (waited.isPositive()) {
            flush = waited.compareTo(LONGEST_EXPECTED) < 0 ? waited : LONGEST_EXPECTED;
            Duration left = owed.minus(waited);
            owed = left.plus(MOST_CREDIT).isNegative() ? MOST_CREDIT.negated() : left;
        }
    }

    /**
     * How long to sleep after a batch: all that is owed but for what the next wait for the disk is going to take.
     *
     * @param rest what is due for this batch
     */
    Duration asleep(Duration rest) {
        Duration left = owed.plus(rest).minus(flush);
        // A shorter sleep costs more than it gives.
        return left.compareTo(flush) > 0 ? left : Duration.ZERO;
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
