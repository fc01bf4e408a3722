package dev.lockstep.change;

import dev.lockstep.plan.Violation;
import java.util.ArrayList;
import java.util.List;

/** Collects every reason why something cannot be done, so that an author sees them all at once. Confined to one thread. */
final class Objections {
    private final List<Violation> violations = new ArrayList<>();

    void add(String path, String message) {
        violations.add(new Violation(path, message));
    }

    void addAll(List<Violation> others) {
        violations.addAll(others);
    }

    boolean any() {
        return !violations.isEmpty();
    }

    List<Violation> all() {
        return List.copyOf(violations);
    }
}
