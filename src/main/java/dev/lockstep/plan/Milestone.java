package dev.lockstep.plan;

import java.util.Optional;
import java.util.stream.Stream;

/** What deployed code can do with the two shapes of a change. */
public enum Milestone {
    /** The code copes with both shapes and writes the new one. */
    DUAL_WRITE("dual-write"),
    /**
     * The code reads the new shape and still writes both. Waited for only where the application keeps the shapes equal; the
     * same versions as dual-write where that code prefers the new shape already.
     */
    READ_NEW("read-new"),
    /** The code no longer touches the old shape. */
    NEW_ONLY("new-only");

    private final String label;

    Milestone(String label) {
        this.label = label;
    }

    /** The name used in plans, and of the phase that waits for it. */
    public String label() {
        return label;
    }

    /** The milestone with this label, if there is one. */
    public static Optional<Milestone> labelled(String label) {
        return Stream.of(values()).filter(m -> m.label.equals(label)).findFirst();
    }
}
