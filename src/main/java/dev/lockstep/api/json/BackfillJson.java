package dev.lockstep.api.json;

import dev.lockstep.lifecycle.Pacing;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What somebody said about the speed of a run's backfills. */
@Schema(name = "BackfillSpeed")
public record BackfillJson(
        @Schema(description = "Full, Governed, Gentle or Paused")
        String speed,

        @Schema(description = "who said so") String setBy,

        Instant since) {
    static BackfillJson of(Pacing pacing) {
        return new BackfillJson(pacing.speed().label(), pacing.actor(), pacing.since());
    }
}
