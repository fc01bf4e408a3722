package dev.lockstep.target;

import java.time.Duration;

/** Measures how long something takes, whatever happens to the time of day meanwhile. */
record Stopwatch(long startedNanoseconds) {
    static Stopwatch started() {
        return new Stopwatch(System.nanoTime());
    }

    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - startedNanoseconds);
    }
}
