package dev.lockstep.api.json;

import dev.lockstep.engine.Reconciliation.Disagreement;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Something about which the store and a database do not agree. */
@Schema(name = "Disagreement")
public record DisagreementJson(
        String plan,
        String run,

        @Schema(description = "who knows less: Database or Store")
        String behind,

        @Schema(description = "the steps that only one of the two calls done")
        List<String> steps,

        String message,

        @Schema(description = "what to do about it") String remedy) {
    public static DisagreementJson of(Disagreement disagreement) {
        return new DisagreementJson(
                disagreement.plan().toString(),
                disagreement.run().toString(),
                Words.of(disagreement.behind()),
                disagreement.steps(),
                disagreement.message(),
                disagreement.remedy());
    }
}
