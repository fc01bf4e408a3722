package dev.lockstep.target;

import dev.lockstep.gate.Blocker;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.postgresql.PGConnection;

/**
 * Watches one statement that may take long: cancels it when the step is to stop, tells whom it waits for, and gives it up
 * when its server process or the network is gone, so that nothing hangs for ever.
 */
final class StatementWatch {
    private static final Duration STOP_CHECK = Duration.ofMillis(50);
    private static final Duration WAIT_CHECK = Duration.ofMillis(300);
    private static final Duration LIFE_CHECK = Duration.ofSeconds(5);
    private static final int LOST_CHECKS = 3;

    private final Attempt attempt;
    private final Optional<Duration> longestWait;
    private final Eye observer;
    private final CountDownLatch over = new CountDownLatch(1);
    private final ReentrantLock ending = new ReentrantLock();
    private Optional<Ended> cancelled = Optional.empty();
    private int lost;

    /** How a statement ended, unless it failed. */
    sealed interface Ended {
        record Finished() implements Ended {}

        /** Cancelled, because the monitor asked to stop. */
        record Stopped() implements Ended {}

        /** Cancelled, because it had waited for the same others for too long. */
        record WaitedTooLong(List<Blocker> blockers) implements Ended {}
    }

    /** The statement itself. */
    @FunctionalInterface
    interface Work {
        void run() throws SQLException;
    }

    /** Somebody who looks from a second connection, now and then, while the statement runs. */
    @FunctionalInterface
    interface Eye {
        Eye NONE = (_, _) -> {};

        void look(Connection connection, int pid) throws SQLException;
    }

    private StatementWatch(Attempt attempt, Optional<Duration> longestWait, Eye observer) {
        this.attempt = attempt;
        this.longestWait = longestWait;
        this.observer = observer;
    }

    /**
     * Runs the work, which executes this statement, on the calling thread.
     *
     * @param longestWait after how long in others' queues it is cancelled; empty where it does not queue for anybody
     */
    static Ended run(Attempt attempt, Optional<Duration> longestWait, Statement statement, Work work)
            throws SQLException {
        return run(attempt, longestWait, Eye.NONE, statement, work);
    }

    /** The same, with somebody who looks on. */
    static Ended run(Attempt attempt, Optional<Duration> longestWait, Eye observer, Statement statement, Work work)
            throws SQLException {
        return new StatementWatch(attempt, longestWait, observer).run(statement, work);
    }

    private Ended run(Statement statement, Work work) throws SQLException {
        Connection connection = statement.getConnection();
        int pid = connection.unwrap(PGConnection.class).getBackendPID();
        Connector.patient(connection);
        Thread.ofVirtual().name("lockstep-watch").start(() -> watch(connection, statement, pid));
        try {
            work.run();
            return new Ended.Finished();
        } catch (SQLException e) {
            Optional<Ended> by = end();
            if (by.isPresent() && SqlFailure.of(e) == SqlFailure.CANCELLED) {
                return by.get();
            }
            throw e;
        } finally {
            end();
            if (!connection.isClosed()) {
                Connector.prompt(connection);
            }
        }
    }

    /** From here on nothing is cancelled any more. */
    private Optional<Ended> end() {
        ending.lock();
        try {
            over.countDown();
            return cancelled;
        } finally {
            ending.unlock();
        }
    }

    private void watch(Connection connection, Statement statement, int pid) {
        Stopwatch running = Stopwatch.started();
        Duration lookAt = WAIT_CHECK;
        Optional<Stopwatch> waiting = Optional.empty();
        Optional<Connection> eye = Optional.empty();
        try {
            while (!over.await(STOP_CHECK.toMillis(), TimeUnit.MILLISECONDS)) {
                if (attempt.stopRequested()) {
                    cancel(statement, new Ended.Stopped());
                } else if (running.elapsed().compareTo(lookAt) > 0) {
                    eye = eye.isPresent() ? eye : openEye();
                    List<Blocker> blockers = look(eye, connection, pid);
                    eye = lost == 0 ? eye : Optional.empty();
                    waiting =
                            blockers.isEmpty() ? Optional.empty() : waiting.or(() -> Optional.of(Stopwatch.started()));
                    if (overdue(waiting)) {
                        cancel(statement, new Ended.WaitedTooLong(blockers));
                    }
                    lookAt = running.elapsed().plus(longestWait.isPresent() ? WAIT_CHECK : LIFE_CHECK);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            eye.ifPresent(Connector::close);
        }
    }

    private boolean overdue(Optional<Stopwatch> waiting) {
        return waiting.isPresent()
                && longestWait.isPresent()
                && waiting.get().elapsed().compareTo(longestWait.get()) > 0;
    }

    private Optional<Connection> openEye() {
        try {
            return Optional.of(attempt.connector().open(attempt.applicationName()));
        } catch (SQLException _) {
            return Optional.empty();
        }
    }

    /** Whom the statement waits for; and once its server process is gone for good, gives the connection up. */
    private List<Blocker> look(Optional<Connection> eye, Connection connection, int pid) {
        try {
            if (eye.isPresent() && alive(eye.get(), pid)) {
                lost = 0;
                observer.look(eye.get(), pid);
                return longestWait.isEmpty() ? List.of() : tell(LockHolders.blocking(eye.get(), pid));
            }
        } catch (SQLException _) {
            eye.ifPresent(Connector::close);
        }
        if (++lost >= LOST_CHECKS && over.getCount() > 0) {
            try {
                connection.abort(Runnable::run);
            } catch (SQLException _) {
                // It is gone already.
            }
        }
        return List.of();
    }

    private static boolean alive(Connection eye, int pid) throws SQLException {
        return new Query(eye, "SELECT FROM pg_stat_activity WHERE pid = ?")
                .first(_ -> true, pid)
                .isPresent();
    }

    private List<Blocker> tell(List<LockHolder> holders) {
        return over.getCount() > 0 ? attempt.heldUpBy(holders, Blocker.Code.LOCK_NOT_ACQUIRED) : List.of();
    }

    private void cancel(Statement statement, Ended because) {
        ending.lock();
        try {
            if (over.getCount() > 0) {
                cancelled = Optional.of(because);
                statement.cancel();
            }
        } catch (SQLException _) {
            // The next look tries again.
        } finally {
            ending.unlock();
        }
    }
}
