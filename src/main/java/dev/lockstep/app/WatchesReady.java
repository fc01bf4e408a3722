package dev.lockstep.app;

import dev.lockstep.engine.FirstLook;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready once what live plans name has been looked at for the first time. An API server that goes away later makes no replica
 * unready: gates hold by themselves, and somebody has to be there who says why.
 */
@Readiness
@ApplicationScoped
class WatchesReady implements HealthCheck {
    private final FirstLook look;

    WatchesReady(FirstLook look) {
        this.look = look;
    }

    @Override
    public HealthCheckResponse call() {
        Optional<String> waiting = look.waiting();
        return waiting.map(what -> HealthCheckResponse.named("watches").down().withData("waiting", what))
                .orElseGet(() -> HealthCheckResponse.named("watches").up())
                .build();
    }
}
