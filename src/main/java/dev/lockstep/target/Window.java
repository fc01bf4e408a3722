package dev.lockstep.target;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** The values of a counter over the last while. Confined to one thread. */
final class Window {
    private final Duration length;
    private final Deque<Value> values = new ArrayDeque<>();

    Window(Duration length) {
        this.length = length;
    }

    private record Value(long number, Stopwatch since) {}

    /** Takes note of the counter, and tells by how much it has grown within the window. */
    long grown(long number) {
        values.addLast(new Value(number, Stopwatch.started()));
        while (values.size() > 2 && values.getFirst().since().elapsed().compareTo(length) > 0) {
            values.removeFirst();
        }
        return number - values.getFirst().number();
    }

    /** How far the window goes back now. */
    Duration reach() {
        return values.isEmpty() ? Duration.ZERO : values.getFirst().since().elapsed();
    }
}
