package dev.lockstep.demo;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** Counts the requests of one pod. For all threads. */
final class RequestMeter {
    /** Some ten seconds of one pod's requests. */
    private static final int RECENT = 600;

    private final long[] recentNanos = new long[RECENT];
    private final Map<String, Long> longestNanos = new ConcurrentSkipListMap<>();
    private long requests;
    private long failed;
    private String firstError = "";

    /**
     * What was counted so far. Times are milliseconds.
     *
     * @param firstError empty when there was none
     * @param longestByPhase the longest request that ended while the plan was in that phase
     */
    record Reading(
            long requests, long failed, String firstError, double p50, double p99, Map<String, Double> longestByPhase) {
        Reading {
            longestByPhase = Map.copyOf(longestByPhase);
        }
    }

    synchronized void succeeded(String phase, long nanos) {
        record(phase, nanos);
    }

    synchronized void failed(String phase, long nanos, String error) {
        record(phase, nanos);
        failed++;
        if (firstError.isEmpty()) {
            firstError = error;
        }
    }

    synchronized Reading read() {
        long[] sorted = Arrays.copyOf(recentNanos, (int) Math.min(requests, RECENT));
        Arrays.sort(sorted);
        Map<String, Double> longest = new ConcurrentSkipListMap<>();
        longestNanos.forEach((phase, nanos) -> longest.put(phase, milliseconds(nanos)));
        return new Reading(requests, failed, firstError, at(sorted, 0.5), at(sorted, 0.99), longest);
    }

    private void record(String phase, long nanos) {
        recentNanos[(int) (requests % RECENT)] = nanos;
        requests++;
        longestNanos.merge(phase, nanos, Math::max);
    }

    private static double at(long[] sorted, double share) {
        return sorted.length == 0 ? 0 : milliseconds(sorted[(int) (share * (sorted.length - 1))]);
    }

    private static double milliseconds(long nanos) {
        return Math.round(nanos / 10_000.0) / 100.0;
    }
}
