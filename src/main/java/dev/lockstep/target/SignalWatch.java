package dev.lockstep.target;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Looks at all signals once a second, on a thread and a connection of its own, for as long as a backfill runs. What goes wrong
 * with it makes the backfill slower and never ends it.
 */
final class SignalWatch implements AutoCloseable {
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final Duration LAST_LOOK = Duration.ofSeconds(1);

    private final Attempt attempt;
    private final List<Signal> signals;
    private final Consumer<List<Reading>> ear;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;
    private volatile Stopwatch heard = Stopwatch.started();

    private SignalWatch(Attempt attempt, List<Signal> signals, Consumer<List<Reading>> ear) {
        this.attempt = attempt;
        this.signals = List.copyOf(signals);
        this.ear = ear;
        this.thread = Thread.ofVirtual().name("lockstep-signals").unstarted(this::watch);
    }

    /** @param ear is told what each look brought, always by the same thread */
    static SignalWatch begin(Attempt attempt, List<Signal> signals, Consumer<List<Reading>> ear) {
        SignalWatch watch = new SignalWatch(attempt, signals, ear);
        watch.thread.start();
        return watch;
    }

    /** How long ago the last look came to its end. */
    Duration silentFor() {
        return heard.elapsed();
    }

    private void watch() {
        try {
            Optional<Connection> connection = Optional.empty();
            while (closed.getCount() > 0) {
                connection = looked(connection);
                heard = Stopwatch.started();
                if (closed.await(EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                    break;
                }
            }
            connection.ifPresent(Connector::close);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** @return the connection for the next look; empty when there has to be another */
    private Optional<Connection> looked(Optional<Connection> before) {
        List<Reading> readings = new ArrayList<>();
        Optional<Connection> connection = before;
        try {
            Connection open = before.isPresent() ? before.get() : open();
            connection = Optional.of(open);
            for (Signal signal : signals) {
                readings.addAll(look(signal, open));
            }
        } catch (SQLException e) {
            connection.ifPresent(Connector::close);
            connection = Optional.empty();
            signals.forEach(signal -> readings.add(unread(signal, e)));
        }
        if (closed.getCount() > 0) {
            readings.forEach(this::noted);
            ear.accept(readings);
        }
        return connection;
    }

    /** @throws SQLException when the connection is gone, and with it all other signals */
    private List<Reading> look(Signal signal, Connection connection) throws SQLException {
        try {
            return signal.look(connection);
        } catch (SQLException e) {
            if (SqlFailure.connectionLost(e)) {
                throw e;
            }
            ShortTransaction.end(connection);
            return List.of(unread(signal, e));
        } catch (RuntimeException e) {
            return List.of(
                    new Reading.Unread(signal.name(), "Signal " + signal.name() + " cannot be read: " + e + "."));
        }
    }

    private Reading unread(Signal signal, SQLException e) {
        return new Reading.Unread(
                signal.name(),
                "Signal " + signal.name() + " cannot be read, so the backfill works for a quarter of its time at most: "
                        + attempt.connector().safe(SqlFailure.words(e)) + ".");
    }

    private void noted(Reading reading) {
        switch (reading) {
            case Reading.NotVisible(var _, String words) -> attempt.note(words);
            case Reading.Unread(String signal, var _) ->
                attempt.note(
                        "Signal " + signal
                                + " could not be read for a while; the backfill worked for a quarter of its time at most then.");
            case Reading.Felt _ -> {
                // Shown while it makes the backfill slower.
            }
        }
    }

    private Connection open() throws SQLException {
        Connection connection = attempt.open();
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET statement_timeout = '2s'; SET lock_timeout = '200ms'");
            return connection;
        } catch (SQLException e) {
            Connector.close(connection);
            throw e;
        }
    }

    /** A look that is under way may end, for a moment; whoever comes next finds no session of this one. */
    @Override
    public void close() {
        closed.countDown();
        try {
            if (!thread.join(LAST_LOOK)) {
                thread.interrupt();
            }
        } catch (InterruptedException _) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
