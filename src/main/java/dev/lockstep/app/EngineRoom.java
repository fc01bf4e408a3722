package dev.lockstep.app;

import dev.lockstep.engine.FirstLook;
import dev.lockstep.engine.RunEngine;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Starts the engine with the application, and lets it hand its runs over before the application ends. */
@ApplicationScoped
class EngineRoom {
    private final RunEngine engine;
    private final FirstLook firstLook;
    private final LockstepConfig config;

    EngineRoom(RunEngine engine, FirstLook firstLook, LockstepConfig config) {
        this.engine = engine;
        this.firstLook = firstLook;
        this.config = config;
    }

    void start(@Observes StartupEvent event) {
        firstLook.begin();
        if (config.engine().enabled()) {
            engine.start();
        }
    }

    void stop(@Observes ShutdownEvent event) {
        engine.close();
    }
}
