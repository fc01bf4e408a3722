package dev.lockstep.api.json;

import dev.lockstep.lifecycle.Stage;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Why a run failed. */
@Schema(name = "Fault")
public record FaultJson(
        @Schema(description = "stable, for machines", examples = "SqlFailed")
        String code,

        String message,
        @Schema(description = "what a person can do") String remedy) {
    static FaultJson of(Stage.Fault fault) {
        return new FaultJson(Words.camelCase(fault.code()), fault.message(), fault.remedy());
    }
}
