package dev.lockstep.demo;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Rows of {@code users} that one worker at a time writes, and what the database acknowledged about each. It outlives the
 * worker, so that what an old pod wrote is still asked for when a new one has taken its place. Guarded by its own lock:
 * a worker holds it for one request, a check while it compares.
 */
final class Lane {
    /** Only the lower ones are handed out; rows of the others are never written, and prove that nothing else changed. */
    static final int LANES = 64;

    /** Far more than one demo inserts; beyond it the oldest are no longer asked for. */
    private static final int REMEMBERED = 20_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final int number;
    private final int seededUsers;
    private final String run;
    private final Map<Long, String> uncertain = new HashMap<>();
    private final Map<Long, String> acknowledged = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, String> eldest) {
            return size() > REMEMBERED;
        }
    };
    private long operations;

    /**
     * A new lane.
     *
     * @param number from 0 to {@link #LANES} - 1
     * @param run makes values of one demo differ from those of the last
     */
    Lane(int number, int seededUsers, String run) {
        this.number = number;
        this.seededUsers = seededUsers;
        this.run = run;
    }

    /** One write: what it did, for the ledger. */
    interface Write {
        void execute(String value) throws SQLException;
    }

    /** An insert gives the row's id. */
    interface Insert {
        long execute(String value) throws SQLException;
    }

    /** One look at the database while nothing of this lane is written. */
    interface Look<T> {
        T at(Map<Long, String> acknowledged, Map<Long, String> uncertain) throws SQLException;
    }

    /** A row of this lane that was there from the beginning. */
    long someRow() {
        return 1 + number + (long) LANES * ThreadLocalRandom.current().nextInt(seededUsers / LANES);
    }

    /** A row whose last write was acknowledged, when there is one. */
    Optional<Map.Entry<Long, String>> someAcknowledged() {
        long row = someRow();
        String value = acknowledged.get(row);
        if (value != null && !uncertain.containsKey(row)) {
            return Optional.of(Map.entry(row, value));
        }
        return acknowledged.entrySet().stream()
                .filter(entry -> !uncertain.containsKey(entry.getKey()))
                .findFirst()
                .map(entry -> Map.entry(entry.getKey(), entry.getValue()));
    }

    /** Writes a value that was never written before, and remembers it when the database has acknowledged it. */
    void write(long row, Write write) throws SQLException {
        String value = nextValue();
        // Until the answer is there, both the old value and this one may be what the row holds.
        uncertain.put(row, value);
        write.execute(value);
        acknowledged.put(row, value);
        uncertain.remove(row);
    }

    /** Inserts a row with a value that was never written before. */
    void insert(Insert insert) throws SQLException {
        String value = nextValue();
        long row = insert.execute(value);
        acknowledged.put(row, value);
    }

    /** Looks at what was acknowledged, between two requests of the worker. */
    <T> T look(Look<T> look) throws SQLException {
        lock.lock();
        try {
            return look.at(acknowledged, uncertain);
        } finally {
            lock.unlock();
        }
    }

    /** A number of this lane that no other operation has. */
    String nextKey() {
        operations++;
        return run + "-" + number + "-" + operations;
    }

    private String nextValue() {
        return "Customer " + nextKey();
    }
}
