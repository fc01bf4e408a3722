package dev.lockstep.api.json;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** At which speed the backfills of a run are to go. */
@Schema(name = "PaceRequest")
public record PaceRequest(
        @Schema(
                required = true,
                enumeration = {"Full", "Governed", "Gentle", "Paused"})
        String speed) {}
