package dev.lockstep.target;

import dev.lockstep.engine.RunId;
import dev.lockstep.target.UseReader.Counter;
import dev.lockstep.target.UseReader.Uses;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Counters as they stood at one moment, so that a later look can tell what has happened since. As a cursor it is kept in the
 * ledger.
 *
 * @param begun when the server had begun to count
 */
record UseCount(Instant at, Instant begun, Map<String, Long> counters) {
    private static final String MOMENT = "moment_microseconds";
    private static final String BEGUN = "begun_microseconds";

    static UseCount of(Uses.Counted counted) {
        Map<String, Long> counters = new HashMap<>();
        counted.counters().forEach(counter -> counters.merge(counter.key(), counter.times(), Long::sum));
        return new UseCount(counted.at(), counted.since(), counters);
    }

    /** The count in a cursor, unless there is none in it. */
    static Optional<UseCount> kept(Map<String, Long> cursor) {
        return Optional.ofNullable(cursor.get(MOMENT))
                .map(moment -> new UseCount(instant(moment), instant(cursor.getOrDefault(BEGUN, moment)), cursor));
    }

    /** The count that this step of this run has kept. */
    static Optional<UseCount> kept(Connection connection, RunId run, String step) throws SQLException {
        return kept(Ledger.kept(connection, run, step).numbers());
    }

    Cursor cursor() {
        Map<String, Long> cursor = new HashMap<>(counters);
        cursor.put(MOMENT, microseconds(at));
        cursor.put(BEGUN, microseconds(begun));
        return Cursor.of(cursor);
    }

    /** Whether all counters were reset since: what ran shortly before that, nobody knows. */
    boolean forgottenBy(Uses.Counted now) {
        return microseconds(now.since()) > microseconds(begun);
    }

    private static long microseconds(Instant moment) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, moment);
    }

    private static Instant instant(long microseconds) {
        return Instant.EPOCH.plus(microseconds, ChronoUnit.MICROS);
    }

    /** What has happened since, each with how often. A counter that has fallen was reset, and counts from zero. */
    List<Counter> since(List<Counter> now) {
        return now.stream()
                .map(counter -> {
                    long before = counters.getOrDefault(counter.key(), 0L);
                    long grown = counter.times() >= before ? counter.times() - before : counter.times();
                    return new Counter(counter.key(), counter.statement(), counter.who(), counter.how(), grown);
                })
                .filter(counter -> counter.times() > 0)
                .toList();
    }
}
