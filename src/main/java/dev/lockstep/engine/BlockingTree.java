package dev.lockstep.engine;

import dev.lockstep.engine.LockMonitor.Grip;
import dev.lockstep.engine.LockMonitor.Session;
import dev.lockstep.engine.LockMonitor.Wait;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who waits for whom, as a tree: at the roots those who wait for nobody. Whoever waits for several is put under the one whose
 * turn comes last, for only then does it go on. Pure.
 */
public final class BlockingTree {
    private final Map<String, Session> sessions = new LinkedHashMap<>();
    private final Map<String, Integer> depths = new LinkedHashMap<>();
    private final Map<String, String> parents = new LinkedHashMap<>();

    private BlockingTree(List<Session> seen) {
        seen.forEach(session -> sessions.putIfAbsent(session.id(), session));
    }

    /**
     * Somebody with those who wait behind.
     *
     * @param has what the one above it has that it wants; empty at a root
     * @param also whom else it waits for
     * @param circle whether it waits for somebody who waits for it: the server will end one of them soon
     * @param waiters the longest wait first
     */
    public record Knot(Session session, Optional<Grip> has, List<Session> also, boolean circle, List<Knot> waiters) {
        public Knot {
            also = List.copyOf(also);
            waiters = List.copyOf(waiters);
        }

        /** How many wait behind, at any depth. */
        public int behind() {
            return waiters.stream().mapToInt(waiter -> 1 + waiter.behind()).sum();
        }
    }

    /** The roots: who has most waiting behind first. */
    public static List<Knot> of(List<Session> sessions) {
        return new BlockingTree(sessions).roots();
    }

    private List<Knot> roots() {
        sessions.keySet().forEach(id -> depth(id, new HashSet<>()));
        List<Session> circles = cut();
        return sessions.values().stream()
                .filter(session -> !parents.containsKey(session.id()))
                .map(session -> knot(session, circles))
                .filter(knot -> knot.behind() > 0 || knot.session().waits().isPresent())
                .sorted(Comparator.comparingInt(Knot::behind).reversed())
                .toList();
    }

    /** The longest way to somebody who waits for nobody; whoever is on the way already is a circle and does not count. */
    private int depth(String id, Set<String> way) {
        Integer known = depths.get(id);
        if (known != null) {
            return known;
        }
        way.add(id);
        int deepest = 0;
        for (Grip grip : grips(id)) {
            if (!way.contains(grip.by())) {
                int depth = 1 + depth(grip.by(), way);
                if (depth > deepest) {
                    deepest = depth;
                    parents.put(id, grip.by());
                }
            }
        }
        way.remove(id);
        depths.put(id, deepest);
        return deepest;
    }

    private List<Grip> grips(String id) {
        return Optional.ofNullable(sessions.get(id)).flatMap(Session::waits).stream()
                .flatMap(wait -> wait.behind().stream())
                .filter(grip -> sessions.containsKey(grip.by()))
                .toList();
    }

    /** Those at the roots although they wait for somebody here. */
    private List<Session> cut() {
        return sessions.values().stream()
                .filter(session -> !parents.containsKey(session.id())
                        && !grips(session.id()).isEmpty())
                .toList();
    }

    private Knot knot(Session session, List<Session> circles) {
        List<Knot> waiters = new ArrayList<>();
        parents.forEach((child, parent) -> {
            if (parent.equals(session.id())) {
                waiters.add(knot(sessions.getOrDefault(child, session), circles));
            }
        });
        waiters.sort(Comparator.comparing((Knot knot) -> waited(knot.session())).reversed());
        Optional<String> above = Optional.ofNullable(parents.get(session.id()));
        List<Grip> grips = grips(session.id());
        return new Knot(
                session,
                above.flatMap(id ->
                        grips.stream().filter(grip -> grip.by().equals(id)).findFirst()),
                grips.stream()
                        .filter(grip -> above.filter(grip.by()::equals).isEmpty())
                        .map(grip -> sessions.getOrDefault(grip.by(), session))
                        .toList(),
                circles.contains(session),
                waiters);
    }

    private static Duration waited(Session session) {
        return session.waits().flatMap(Wait::age).orElse(Duration.ZERO);
    }
}
