package dev.lockstep.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.stream.IntStream;

/** Hands out {@link Lane}s, each to one worker at a time. For all threads. */
final class TrafficLedger {
    /** Enough for six pods of four workers; the surplus of a larger Deployment only reads. */
    static final int HANDED_OUT = 24;

    private final List<Lane> lanes;
    private final Queue<Integer> free = new PriorityQueue<>();

    TrafficLedger(int seededUsers, String run) {
        lanes = IntStream.range(0, HANDED_OUT)
                .mapToObj(number -> new Lane(number, seededUsers, run))
                .toList();
        IntStream.range(0, HANDED_OUT).forEach(free::add);
    }

    /**
     * Takes up to this many lanes, those first that others have used and given back.
     *
     * @return fewer when there are no more
     */
    synchronized List<Lane> lease(int count) {
        List<Lane> leased = new ArrayList<>();
        while (leased.size() < count && !free.isEmpty()) {
            leased.add(lanes.get(free.remove()));
        }
        return leased;
    }

    synchronized void giveBack(List<Lane> leased) {
        leased.forEach(lane -> free.add(lanes.indexOf(lane)));
    }

    /** All of them, whoever has them now. */
    List<Lane> lanes() {
        return lanes;
    }
}
