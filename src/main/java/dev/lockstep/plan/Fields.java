package dev.lockstep.plan;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** The fields of an object in a document. Asking for a field makes it known; what nobody asked for is a finding. */
final class Fields {
    private final Node at;
    private final Map<?, ?> map;
    private final int gapsBefore;
    private final Set<String> known = new LinkedHashSet<>();

    Fields(Node at, Map<?, ?> map) {
        this.at = at;
        this.map = map;
        this.gapsBefore = at.findings().gaps();
    }

    boolean has(String name) {
        return map.containsKey(name);
    }

    /** The names that the document gives. */
    List<String> given() {
        return map.keySet().stream().map(String::valueOf).toList();
    }

    <T> Optional<T> required(String name, Function<Node, Optional<T>> read) {
        Optional<T> value = optional(name, read);
        if (!has(name)) {
            at.findings().add(path(name), "Is missing; add it.");
        }
        return value;
    }

    <T> Optional<T> optional(String name, Function<Node, Optional<T>> read) {
        known.add(name);
        return has(name) ? read.apply(node(name)) : Optional.empty();
    }

    /** The field's value, or the standard one where the document is silent. */
    <T> T or(String name, T standard, Function<Node, Optional<T>> read) {
        return optional(name, read).orElse(standard);
    }

    Node node(String name) {
        return new Node(path(name), map.get(name), at.findings());
    }

    Findings findings() {
        return at.findings();
    }

    String path(String name) {
        return at.path().isEmpty() ? name : at.path() + "." + name;
    }

    /**
     * Ends the reading of this object.
     *
     * @param make puts the parts together; not called when a part could not be read, so that it may rely on every required one
     */
    <T> Optional<T> whole(Supplier<T> make) {
        for (String name : given()) {
            if (!known.contains(name)) {
                at.findings().addBeside(path(name), unknown(name, known));
            }
        }
        return at.findings().gaps() == gapsBefore ? Optional.of(make.get()) : Optional.empty();
    }

    /** Says that nobody here knows a field of this name, and which was probably meant. */
    static String unknown(String name, Collection<String> known) {
        return "There is no field \"" + Node.quoted(name) + "\" here." + Spelling.hint(name, known);
    }
}
