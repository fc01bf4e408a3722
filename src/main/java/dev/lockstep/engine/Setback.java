package dev.lockstep.engine;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A run could not be advanced, and is left alone for a while: the longer, the more often in a row.
 *
 * @param untilNanos by {@link System#nanoTime}
 */
record Setback(Duration pause, long untilNanos) {
    private static final Duration LONGEST = Duration.ofSeconds(30);

    /**
     * The one after this, if there was one. A failure long after the last is a first one.
     *
     * @param shortest the first pause
     */
    static Setback after(@Nullable Setback last, Duration shortest) {
        if (last == null
                || System.nanoTime() - last.untilNanos()
                        > last.pause().plus(shortest).toNanos()) {
            return of(shortest);
        }
        Duration pause = last.pause().multipliedBy(2);
        return of(pause.compareTo(LONGEST) > 0 ? LONGEST : pause);
    }

    private static Setback of(Duration pause) {
        return new Setback(pause, System.nanoTime() + pause.toNanos());
    }

    boolean over() {
        return System.nanoTime() - untilNanos >= 0;
    }
}
