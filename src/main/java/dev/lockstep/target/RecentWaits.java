package dev.lockstep.target;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** What the last few waits for one thing were like. Confined to one thread. */
final class RecentWaits {
    private final int most;
    private final Deque<Duration> waits = new ArrayDeque<>();

    /** @param most so many are remembered */
    RecentWaits(int most) {
        this.most = most;
    }

    void add(Duration wait) {
        waits.addLast(wait);
        if (waits.size() > most) {
            waits.removeFirst();
        }
    }

    /** Whether there have been as many as are remembered. */
    boolean full() {
        return waits.size() == most;
    }

    /**
     * The one in the middle: a few that were out of the ordinary do not matter.
     *
     * @param otherwise where there was none yet
     */
    Duration median(Duration otherwise) {
        return waits.isEmpty() ? otherwise : waits.stream().sorted().toList().get(waits.size() / 2);
    }
}
