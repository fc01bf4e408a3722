package dev.lockstep.engine;

import dev.lockstep.gate.Census.Alike;
import java.util.List;

/**
 * What uses the database and no workload of the plan explains (G26).
 *
 * @param notes what could not be seen, as sentences
 */
public record Unlisted(List<Alike> consumers, List<String> notes) {
    public Unlisted {
        consumers = List.copyOf(consumers);
        notes = List.copyOf(notes);
    }

    /** Nothing that anybody would have to know. */
    public static Unlisted none() {
        return new Unlisted(List.of(), List.of());
    }
}
