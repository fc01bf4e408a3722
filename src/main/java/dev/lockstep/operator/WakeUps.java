package dev.lockstep.operator;

import dev.lockstep.engine.RunId;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Whom to wake when the engine says that a run has changed. Safe for threads. */
final class WakeUps {
    private final SimpleInboundEventSource<MigrationPlan> source = new SimpleInboundEventSource<>("runs");
    private final Map<RunId, ResourceID> byRun = new ConcurrentHashMap<>();
    private final Map<ResourceID, RunId> newest = new ConcurrentHashMap<>();
    private final Set<ResourceID> waiting = ConcurrentHashMap.newKeySet();

    SimpleInboundEventSource<MigrationPlan> source() {
        return source;
    }

    /**
     * Remembers an object.
     *
     * @param waits whether what it waits for may be something that no run of its own tells of
     */
    void watch(MigrationPlan object, Optional<RunId> run, boolean waits) {
        ResourceID id = ResourceID.fromResource(object);
        run.ifPresent(known -> {
            byRun.put(known, id);
            RunId before = newest.put(id, known);
            if (before != null && !before.equals(known)) {
                byRun.remove(before);
            }
        });
        if (waits) {
            waiting.add(id);
        } else {
            waiting.remove(id);
        }
    }

    void forget(MigrationPlan object) {
        ResourceID id = ResourceID.fromResource(object);
        waiting.remove(id);
        RunId run = newest.remove(id);
        if (run != null) {
            byRun.remove(run);
        }
    }

    /** A run that nobody here knows may be a new one of anybody who has none. */
    void changed(RunId run) {
        ResourceID id = byRun.get(run);
        if (id != null) {
            source.propagateEvent(id);
        } else {
            wakeWaiting();
        }
    }

    void wakeWaiting() {
        waiting.forEach(source::propagateEvent);
    }
}
