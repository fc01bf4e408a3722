package dev.lockstep.engine;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Wakes one sleeper early. Rings that come while nobody sleeps are not lost, and many count as one. Safe for threads. */
final class Bell {
    private final Semaphore rung = new Semaphore(0);

    void ring() {
        if (rung.availablePermits() == 0) {
            rung.release();
        }
    }

    /** Returns once the bell has rung, and after this long at the latest. */
    void await(Duration atMost) throws InterruptedException {
        if (rung.tryAcquire(Math.max(0, atMost.toMillis()), TimeUnit.MILLISECONDS)) {
            rung.drainPermits();
        }
    }
}
