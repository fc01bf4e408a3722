package dev.lockstep.api.json;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Why a floor may fall. */
@Schema(name = "LiftRequest")
public record LiftRequest(
        @Schema(
                description =
                        "why code that the floor keeps out may run again; kept for good with the name of whoever says"
                                + " so",
                examples = "The database was restored to last week.")
        String comment) {}
