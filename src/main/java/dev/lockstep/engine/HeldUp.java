package dev.lockstep.engine;

import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.InTheWay;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Who held up a step, over all its attempts.
 *
 * @param delays the longest first, at most {@value #MOST}; a session that came back is added up
 * @param others how many more there were
 * @param stopped who was stopped for that, in order, the last {@value #MOST}
 */
public record HeldUp(List<Event.Delay> delays, int others, List<Event.BlockerStopped> stopped) {
    private static final int MOST = 20;

    public static final HeldUp NOT = new HeldUp(List.of(), 0, List.of());

    public HeldUp {
        delays = List.copyOf(delays);
        stopped = List.copyOf(stopped);
    }

    HeldUp and(Event.StepDelayed more) {
        Map<String, Event.Delay> all = new LinkedHashMap<>();
        Stream.concat(delays.stream(), more.delays().stream())
                .forEach(delay -> all.merge(who(delay.by()), delay, HeldUp::sum));
        List<Event.Delay> sorted = new ArrayList<>(all.values());
        sorted.sort(Comparator.comparingLong(Event.Delay::milliseconds).reversed());
        int listed = Math.min(sorted.size(), MOST);
        return new HeldUp(sorted.subList(0, listed), others + more.others() + sorted.size() - listed, stopped);
    }

    HeldUp and(Event.BlockerStopped one) {
        List<Event.BlockerStopped> all = new ArrayList<>(stopped);
        all.add(one);
        return new HeldUp(delays, others, all.subList(Math.max(0, all.size() - MOST), all.size()));
    }

    /** The same session, whatever it was at. */
    private static String who(InTheWay one) {
        return one.object() + " " + one.user() + " " + one.application();
    }

    private static Event.Delay sum(Event.Delay one, Event.Delay other) {
        return new Event.Delay(one.by(), one.milliseconds() + other.milliseconds(), one.stopped() || other.stopped());
    }
}
