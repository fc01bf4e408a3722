package dev.lockstep.app;

import dev.lockstep.operator.PlanOperator;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Takes plans from Kubernetes objects as long as the application runs. */
@ApplicationScoped
class PlanObjectsRoom {
    private final PlanOperator operator;

    PlanObjectsRoom(PlanOperator operator) {
        this.operator = operator;
    }

    void start(@Observes StartupEvent event) {
        operator.start();
    }

    void stop(@Observes ShutdownEvent event) {
        operator.close();
    }
}
