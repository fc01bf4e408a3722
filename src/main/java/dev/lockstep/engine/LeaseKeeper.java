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
    private final Bell bell = new Bell();
    private volatile long renewedAt;
    private volatile boolean lost;
    private volatile boolean handingOver;
    private volatile boolean closed;

    /** @param askedAt {@link System#nanoTime} right before the lease was asked for; it may have begun then */
    LeaseKeeper(Runs runs, Lease lease, long askedAt, Duration timeToLive) {
        this.runs = runs;
        this.lease = lease;
        this.timeToLive = timeToLive;
        this.renewedAt = askedAt;
        Thread.ofVirtual().name("lease-" + lease.run().shortForm()).start(this::keep);
    }

    Lease lease() {
        return lease;
    }

    /**
     * True once nothing new may be begun: the lease is lost, or this replica hands over. Tells the time by itself, because a
     * store that hangs does not even say that it does not answer.
     */
    boolean ending() {
        return lost || handingOver || System.nanoTime() - renewedAt > timeToLive.toNanos() * 3 / 4;
    }

    /** Stop relying on the lease, without waiting for the store to say so. */
    void giveUp() {
        lost = true;
    }

    /** Stop relying on the lease, and let the next one's fence be larger than this one too. */
    void outbid(long fence) {
        giveUp();
        runs.outbid(lease, fence);
    }

    /** Come to a safe point, write down what was done, and let another replica go on. */
    void handOver() {
        handingOver = true;
    }

    private void keep() {
        while (!closed && !lost) {
            try {
                bell.await(timeToLive.dividedBy(4));
                if (!closed) {
                    renew();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void renew() {
        long askedAt = System.nanoTime();
        try {
            if (runs.renew(lease, timeToLive)) {
                renewedAt = askedAt;
            } else {
                lost = true;
            }
        } catch (RuntimeException e) {
            warn("the lease could not be renewed", e);
        }
    }

    @Override
    public void close() {
        closed = true;
        bell.ring();
        if (!lost) {
            try {
                runs.release(lease);
            } catch (RuntimeException e) {
                warn("the lease could not be given back, so others wait for its end", e);
            }
        }
    }

    private void warn(String what, RuntimeException e) {
        LOG.log(WARNING, "run={0} {1}: {2}", lease.run().shortForm(), what, e.getMessage());
    }
}
