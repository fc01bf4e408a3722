package dev.lockstep.rollout;

import java.util.Optional;
import java.util.stream.Stream;

/** What becomes of code that does not fit: the label {@code lockstep.dev/interlock} of its namespace says so. */
enum Strictness {
    /** It is let in, and whoever sent it is told. */
    WARN("warn"),
    /** It is kept out. */
    DENY("deny");

    private final String path;

    Strictness(String path) {
        this.path = path;
    }

    /** By the path that the webhook's configuration uses for namespaces with this label. */
    static Optional<Strictness> of(String path) {
        return Stream.of(values()).filter(each -> each.path.equals(path)).findFirst();
    }
}
