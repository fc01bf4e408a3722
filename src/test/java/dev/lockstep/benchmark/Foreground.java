package dev.lockstep.benchmark;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * An application that reads a row and updates it, so many times a second whatever happens: each transaction has a time at
 * which it is due, and its latency counts from there. So one statement that is stuck counts for all the transactions that
 * could not begin meanwhile as well; those that had not begun at the end count with what they had waited by then.
 */
final class Foreground implements AutoCloseable {
    private static final int SESSIONS = 10;

    /** In microseconds, and more than any run takes. */
    private static final long LONGEST = 3_600_000_000L;

    private final List<Session> sessions = new ArrayList<>();
    private final Recorder transactions = new Recorder(LONGEST, 3);
    private final Recorder statements = new Recorder(LONGEST, 3);

    /** Begins; what is measured begins with {@link #measure}. */
    Foreground(String url, int rows, int perSecond) {
        for (int number = 0; number < SESSIONS; number++) {
            Session session = new Session(url, rows, every(perSecond), transactions, statements);
            session.start();
            sessions.add(session);
        }
    }

    /** Nanoseconds between two transactions of one session. */
    private static long every(int perSecond) {
        return 1_000_000_000L * SESSIONS / perSecond;
    }

    /** So many transactions a second from now on. */
    void rate(int perSecond) {
        sessions.forEach(session -> session.every = every(perSecond));
    }

    /**
     * What it met, in microseconds.
     *
     * @param transactions from when each was due
     * @param statements from when each was sent
     */
    record Latencies(Histogram transactions, Histogram statements) {
        double milliseconds(double percentile) {
            return transactions.getValueAtPercentile(percentile) / 1000.0;
        }

        double longestStatement() {
            return statements.getMaxValue() / 1000.0;
        }
    }

    /** Counts what is due from now on. */
    void measure() {
        long now = System.nanoTime();
        sessions.forEach(session -> session.from = now);
        taken();
    }

    /** What it met since {@link #measure}, or since it was asked last. */
    Latencies taken() {
        return new Latencies(transactions.getIntervalHistogram(), statements.getIntervalHistogram());
    }

    /** Ends it and gives what it met since then. */
    Latencies end() {
        close();
        return taken();
    }

    @Override
    public void close() {
        long now = System.nanoTime();
        sessions.forEach(session -> session.end = now);
        for (Session session : sessions) {
            try {
                session.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
        Stream<Throwable> failures = sessions.stream().flatMap(session -> Stream.ofNullable(session.failure));
        failures.findFirst().ifPresent(failure -> {
            throw new IllegalStateException("a transaction of the foreground failed", failure);
        });
    }

    private static final class Session extends Thread {
        private static final long NOT_YET = Long.MAX_VALUE;

        private final String url;
        private final int rows;
        private final Recorder transactions;
        private final Recorder statements;
        volatile long every;
        volatile long from = NOT_YET;
        volatile long end = NOT_YET;
        volatile Throwable failure;

        @SuppressWarnings("NullAway.Init")
        Session(String url, int rows, long every, Recorder transactions, Recorder statements) {
            super("foreground");
            this.url = url;
            this.rows = rows;
            this.every = every;
            this.transactions = transactions;
            this.statements = statements;
        }

        @Override
        public void run() {
            try (Connection connection = DriverManager.getConnection(url);
                    PreparedStatement read = connection.prepareStatement("SELECT name FROM users WHERE id = ?");
                    PreparedStatement write =
                            connection.prepareStatement("UPDATE users SET touched = touched + 1 WHERE id = ?")) {
                connection.setAutoCommit(false);
                long due = System.nanoTime() + ThreadLocalRandom.current().nextLong(every);
                while (due < end) {
                    LockSupport.parkNanos(Math.max(0, due - System.nanoTime()));
                    if (System.nanoTime() < due) {
                        continue;
                    }
                    if (end != NOT_YET) {
                        missed(due, end);
                        return;
                    }
                    transaction(connection, read, write, due >= from);
                    if (due >= from) {
                        transactions.recordValue(since(due));
                    }
                    due += every;
                }
            } catch (SQLException e) {
                failure = e;
            }
        }

        private void missed(long firstDue, long until) {
            for (long due = firstDue; due < until; due += every) {
                if (due >= from) {
                    transactions.recordValue((until - due) / 1000);
                }
            }
        }

        private void transaction(
                Connection connection, PreparedStatement read, PreparedStatement write, boolean counted)
                throws SQLException {
            long id = ThreadLocalRandom.current().nextLong(1, rows + 1L);
            long began = System.nanoTime();
            read.setLong(1, id);
            try (ResultSet row = read.executeQuery()) {
                row.next();
            }
            began = sent(began, counted);
            write.setLong(1, id);
            write.executeUpdate();
            began = sent(began, counted);
            connection.commit();
            sent(began, counted);
        }

        private long sent(long began, boolean counted) {
            if (counted) {
                statements.recordValue(since(began));
            }
            return System.nanoTime();
        }

        private static long since(long began) {
            return Math.min(LONGEST, (System.nanoTime() - began) / 1000);
        }
    }
}
