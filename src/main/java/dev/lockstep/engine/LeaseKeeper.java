package dev.lockstep.engine;

import static java.lang.System.Logger.Level.WARNING;

import java.time.Duration;

/**
 * Keeps a lease alive on a virtual thread of its own, and says so at once when that fails: a replica that cannot renew must
 * stop before the lease ends, because another may then begin.
 */
final class LeaseKeeper implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LeaseKeeper.class.getName());

    private final Runs runs;
    private final Lease lease;
    private final Duration timeToLive;
    private final Thread thread;
    private volatile boolean lost;
    private volatile boolean handingOver;
    private volatile boolean closed;

    LeaseKeeper(Runs runs, Lease lease, Duration timeToLive) {
        this.runs = runs;
        this.lease = lease;
        this.timeToLive = timeToLive;
        this.thread =
                Thread.ofVirtual().name("lease-" + lease.run().shortForm()).start(this::keep);
    }

    Lease lease() {
        return lease;
    }

    /** True once nothing new may be begun: the lease is lost, or this replica hands over. */
    boolean ending() {
        return lost || handingOver;
    }

    /** Stop relying on the lease, without waiting for the store to say so. */
    void giveUp() {
        lost = true;
    }

    /** Come to a safe point, write down what was done, and let another replica go on. */
    void handOver() {
        handingOver = true;
    }

    private void keep() {
        long renewedAt = System.nanoTime();
        while (!closed && !lost) {
            try {
                Thread.sleep(timeToLive.dividedBy(4));
                if (runs.renew(lease, timeToLive)) {
                    renewedAt = System.nanoTime();
                } else {
                    lost = true;
                }
            } catch (LockstepException e) {
                LOG.log(
                        WARNING,
                        "run={0} the lease could not be renewed: {1}",
                        lease.run().shortForm(),
                        e.getMessage());
                lost = lost || System.nanoTime() - renewedAt > timeToLive.toNanos() * 3 / 4;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        if (!lost) {
            runs.release(lease);
        }
    }
}
