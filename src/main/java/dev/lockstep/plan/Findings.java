package dev.lockstep.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What has been found wrong so far. Confined to one reading of one document. */
final class Findings {
    private final List<Violation> violations = new ArrayList<>();
    private int gaps;

    /** Something cannot be read, so that a part of the plan is not known. */
    void add(String path, String message) {
        gaps++;
        violations.add(new Violation(path, message));
    }

    /** Something is wrong, but what the plan would be without it is known: the rest can be held against the database. */
    void addBeside(String path, String message) {
        violations.add(new Violation(path, message));
    }

    /** A part is not known, for a reason that is, or will be, among the violations. */
    void gap() {
        gaps++;
    }

    /** How many parts are not known. */
    int gaps() {
        return gaps;
    }

    List<Violation> all() {
        return List.copyOf(violations);
    }

    /** Values that must differ from each other, each with the place where it stood first. */
    final class Distinct {
        private final Map<Object, String> first = new LinkedHashMap<>();

        /** Takes note of this value; a finding at {@code path} if it was there before. */
        void claim(Object value, String path) {
            String taken = first.putIfAbsent(value, path);
            if (taken != null) {
                addBeside(path, "\"" + value + "\" stands at " + taken + " already; each may stand only once.");
            }
        }

        /** What has been claimed, in this order. */
        List<String> claimed() {
            return first.keySet().stream().map(Object::toString).toList();
        }
    }
}
