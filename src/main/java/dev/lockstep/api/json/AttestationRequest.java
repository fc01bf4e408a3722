package dev.lockstep.api.json;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Somebody's word for what an external consumer runs. */
@Schema(name = "AttestationRequest")
public record AttestationRequest(
        @Schema(description = "the code version, unaltered", examples = "1.5.0")
        String version,

        @Schema(description = "until when somebody answers for it; 90 days at most")
        Instant expiresAt,

        @Schema(description = "how they know, for those who read the journal later", examples = "Asked the BI team.")
        String comment) {}
