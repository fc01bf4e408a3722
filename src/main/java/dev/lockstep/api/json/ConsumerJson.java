package dev.lockstep.api.json;

import dev.lockstep.gate.Census;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Consumers of the database that look the same. */
@Schema(name = "Consumer")
public record ConsumerJson(
        @Schema(description = "Session, PreparedTransaction, LogicalSlot, Subscription or ScheduledJob")
        String kind,

        String server,
        String role,
        String applicationName,

        @Schema(description = "where they come from; empty when that is not known")
        String address,

        @Schema(description = "process ids, or names") List<String> ids) {
    static ConsumerJson of(Census.Alike alike) {
        return new ConsumerJson(
                Words.of(alike.kind()),
                alike.server(),
                alike.role(),
                alike.applicationName(),
                alike.address(),
                alike.ids());
    }
}
