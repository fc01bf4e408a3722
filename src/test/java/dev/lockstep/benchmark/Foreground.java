package dev.lockstep.benchmark;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * An application that reads a row and updates it, at a steady rate, whatever happens: a transaction that should have begun
 * while an earlier one was stuck counts from when it should have begun.
 */
final class Foreground implements AutoCloseable {
    private static final int SESSIONS = 10;

    private final List<Session> sessions = new ArrayList<>();

    Foreground(String url, int rows, int perSecond) {
        for (int number = 0; number < SESSIONS; number++) {
            Session session = new Session(url, rows, 1_000_000_000L * SESSIONS / perSecond);
            session.start();
            sessions.add(session);
        }
    }

    /** Ends it and gives how long each transaction took. */
    Latencies end() {
        close();
        return new Latencies(sessions.stream()
                .flatMapToLong(session -> Arrays.stream(session.taken()))
                .sorted()
                .toArray());
    }

    @Override
    public void close() {
        sessions.forEach(session -> session.ended = true);
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

    /** How long transactions took. */
    static final class Latencies {
        private final long[] nanoseconds;

        /** @param nanoseconds sorted */
        Latencies(long[] nanoseconds) {
            this.nanoseconds = nanoseconds.clone();
        }

        double milliseconds(double share) {
            int at = (int) Math.min(nanoseconds.length - 1L, Math.round(share * (nanoseconds.length - 1)));
            return nanoseconds.length == 0 ? Double.NaN : nanoseconds[at] / 1e6;
        }
    }

    private static final class Session extends Thread {
        private final String url;
        private final int rows;
        private final long every;
        private long[] latencies = new long[1024];
        private int count;
        volatile boolean ended;
        volatile Throwable failure;

        @SuppressWarnings("NullAway.Init")
        Session(String url, int rows, long every) {
            super("foreground");
            this.url = url;
            this.rows = rows;
            this.every = every;
        }

        long[] taken() {
            return Arrays.copyOf(latencies, count);
        }

        @Override
        public void run() {
            try (Connection connection = DriverManager.getConnection(url);
                    PreparedStatement read = connection.prepareStatement("SELECT name FROM users WHERE id = ?");
                    PreparedStatement write =
                            connection.prepareStatement("UPDATE users SET touched = touched + 1 WHERE id = ?")) {
                connection.setAutoCommit(false);
                long due = System.nanoTime() + ThreadLocalRandom.current().nextLong(every);
                while (!ended) {
                    LockSupport.parkNanos(Math.max(0, due - System.nanoTime()));
                    if (System.nanoTime() < due) {
                        continue;
                    }
                    transaction(connection, read, write);
                    took(System.nanoTime() - due);
                    due += every;
                }
            } catch (SQLException e) {
                failure = e;
            }
        }

        private void transaction(Connection connection, PreparedStatement read, PreparedStatement write)
                throws SQLException {
            long id = ThreadLocalRandom.current().nextLong(1, rows + 1L);
            read.setLong(1, id);
            try (ResultSet row = read.executeQuery()) {
                row.next();
            }
            write.setLong(1, id);
            write.executeUpdate();
            connection.commit();
        }

        private void took(long nanoseconds) {
            if (count == latencies.length) {
                latencies = Arrays.copyOf(latencies, 2 * count);
            }
            latencies[count++] = nanoseconds;
        }
    }
}
