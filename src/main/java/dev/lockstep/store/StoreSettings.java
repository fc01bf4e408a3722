package dev.lockstep.store;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How the store is asked. Where it is, {@code quarkus.datasource} says. */
@ConfigMapping(prefix = "lockstep.store")
public interface StoreSettings {
    /**
     * How long one call may take in all before it fails with {@code STORE_UNREACHABLE}. Keep it below three quarters of
     * {@code lockstep.engine.lease-time-to-live}: a renewal that hangs for longer costs the lease.
     */
    @WithDefault("3s")
    Duration answerWithin();
}
