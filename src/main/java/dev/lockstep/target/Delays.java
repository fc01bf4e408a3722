package dev.lockstep.target;

import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.InTheWay;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Adds up who held up an attempt and for how long. From one look to the next, the time counts for whoever was there at the
 * first. Safe for any thread.
 */
final class Delays {
    private static final int LISTED = 20;

    /** A table that sessions come and go on all day must not fill the memory. */
    private static final int KEPT = 1000;

    private final Map<String, Held> held = new LinkedHashMap<>();
    private final Set<String> stopped = new HashSet<>();
    private List<LockHolder> present = List.of();
    private Stopwatch looked = Stopwatch.started();
    private int forgotten;

    private record Held(InTheWay by, Duration time) {}

    /** These are in the way now; nobody, when the list is empty. */
    synchronized void seen(List<LockHolder> holders) {
        Duration passed = looked.elapsed();
        present.forEach(holder -> held.computeIfPresent(
                holder.object(), (_, was) -> new Held(was.by(), was.time().plus(passed))));
        for (LockHolder holder : holders) {
            if (held.size() < KEPT || held.containsKey(holder.object())) {
                held.computeIfAbsent(holder.object(), _ -> new Held(holder.inTheWay(), Duration.ZERO));
            } else {
                forgotten++;
            }
        }
        present = List.copyOf(holders);
        looked = Stopwatch.started();
    }

    /** It is being stopped. */
    synchronized void stopping(LockHolder holder) {
        stopped.add(holder.object());
    }

    /** The longest first, without those who were gone within a millisecond. */
    synchronized List<Event.Delay> longest() {
        return counted().stream()
                .sorted(Comparator.comparingLong(Event.Delay::milliseconds).reversed())
                .limit(LISTED)
                .toList();
    }

    synchronized int others() {
        return Math.max(0, counted().size() - LISTED) + forgotten;
    }

    private Collection<Event.Delay> counted() {
        return held.entrySet().stream()
                .filter(entry -> entry.getValue().time().toMillis() > 0)
                .map(entry -> new Event.Delay(
                        entry.getValue().by(), entry.getValue().time().toMillis(), stopped.contains(entry.getKey())))
                .toList();
    }
}
