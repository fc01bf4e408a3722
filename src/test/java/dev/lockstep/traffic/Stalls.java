package dev.lockstep.traffic;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** The longest statement of any client, by what the plan was at when it ended. */
final class Stalls {
    private final Map<String, Longest> longest = Collections.synchronizedMap(new LinkedHashMap<>());
    private final AtomicLong deadlocks = new AtomicLong();
    private volatile String now = "before";

    /** Where there was no statement. */
    static final Longest NONE = new Longest(Duration.ZERO, "none");

    /** How long it took, and what it was. */
    record Longest(Duration took, String statement) {}

    /** A statement of a client. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws SQLException;
    }

    /** Statements that end from now on count for this. */
    void at(String segment) {
        now = segment;
    }

    /** A statement was ended because of a deadlock, and is tried again. */
    void deadlocked() {
        deadlocks.incrementAndGet();
    }

    long deadlocks() {
        return deadlocks.get();
    }

    <T> T time(String statement, Work<T> work) throws SQLException {
        long from = System.nanoTime();
        try {
            return work.run();
        } finally {
            Duration took = Duration.ofNanos(System.nanoTime() - from);
            longest.merge(
                    now,
                    new Longest(took, statement),
                    (one, other) -> one.took().compareTo(other.took()) >= 0 ? one : other);
        }
    }

    Map<String, Longest> longest() {
        synchronized (longest) {
            return new LinkedHashMap<>(longest);
        }
    }
}
