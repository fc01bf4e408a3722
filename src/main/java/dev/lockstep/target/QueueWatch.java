package dev.lockstep.target;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.postgresql.PGConnection;

/**
 * Sees, from a second connection, who is before us while we queue for a lock: only the server knows for certain whom we wait
 * for, and only while we do. A lock that is had at once costs nothing.
 */
final class QueueWatch {
    private static final Duration AT_ONCE = Duration.ofMillis(15);
    private static final Duration LOOK_EVERY = Duration.ofMillis(25);

    private final Attempt attempt;
    private final Stopper stopper;
    private final List<LockHolder> toStop;
    private final Duration patience;
    private final CountDownLatch over = new CountDownLatch(1);
    private final ReentrantLock telling = new ReentrantLock();

    QueueWatch(Attempt attempt, Stopper stopper, LockWait.Clearance.Clear clear) {
        this.attempt = attempt;
        this.stopper = stopper;
        this.toStop = clear.toStop();
        this.patience = clear.patience();
    }

    /** Does the work, which queues on this connection, on the calling thread. */
    void during(Connection connection, StatementWatch.Work work) throws SQLException {
        int pid = connection.unwrap(PGConnection.class).getBackendPID();
        // Others already wait while this is opened, unless it is opened first.
        Optional<Connection> eye = toStop.isEmpty() ? Optional.empty() : opened();
        Thread.ofVirtual().name("lockstep-queue").start(() -> watch(pid, eye));
        boolean done = false;
        try {
            work.run();
            done = true;
        } finally {
            end(done);
        }
    }

    private Optional<Connection> opened() {
        try {
            return Optional.of(attempt.open());
        } catch (SQLException _) {
            return Optional.empty();
        }
    }

    /** Whoever made it fail counts until the next look, for there is a rest before it because of them. */
    private void end(boolean done) {
        telling.lock();
        try {
            over.countDown();
            if (done) {
                attempt.heldUpBy(List.of());
            }
        } finally {
            telling.unlock();
        }
    }

    private void watch(int pid, Optional<Connection> opened) {
        Optional<Connection> eye = opened;
        try {
            Duration pause = toStop.isEmpty() ? AT_ONCE : Duration.ofMillis(2);
            Stopwatch queued = Stopwatch.started();
            // What goes on for longer has its locks, and works.
            while (!over.await(pause.toMillis(), TimeUnit.MILLISECONDS)
                    && queued.elapsed().compareTo(patience) < 0) {
                eye = eye.isPresent() ? eye : Optional.of(attempt.open());
                look(eye.get(), pid);
                pause = LOOK_EVERY;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (SQLException _) {
            // Whoever queues gets its own answer; this only looks.
        } finally {
            eye.ifPresent(Connector::close);
        }
    }

    private void look(Connection eye, int pid) throws SQLException {
        List<LockHolder> before = LockHolders.blocking(eye, pid);
        telling.lock();
        try {
            if (over.getCount() > 0) {
                attempt.heldUpBy(before);
            }
        } finally {
            telling.unlock();
        }
        for (LockHolder holder : toStop) {
            if (before.stream().anyMatch(one -> one.pid() == holder.pid())) {
                stopper.stop(eye, holder, pid);
            }
        }
    }
}
