package dev.lockstep.traffic;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The longest statement of any client, by what the plan was at when it ended. */
final class Stalls {
    private final Map<String, Longest> longest = Collections.synchronizedMap(new LinkedHashMap<>());
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
