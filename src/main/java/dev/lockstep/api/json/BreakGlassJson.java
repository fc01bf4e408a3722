package dev.lockstep.api.json;

import dev.lockstep.engine.BreakGlass;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Somebody let code in against the interlock. */
@Schema(name = "BreakGlass")
public record BreakGlassJson(
        Instant at,

        @Schema(description = "as the API server knows them") String user,

        String reason,

        @Schema(examples = "CREATE Deployment shop/shop-web") String object,

        @Schema(description = "what was known of its code", examples = "1.4.0 (label, image tag)")
        String said,

        @Schema(examples = "shop/rename-users-name") String plan,

        String phase,

        @Schema(description = "TooEarly, TooLate or CannotTell") String verdict) {
    public static BreakGlassJson of(BreakGlass broken) {
        return new BreakGlassJson(
                broken.at(),
                broken.user(),
                broken.reason(),
                broken.object(),
                broken.said(),
                broken.plan().toString(),
                broken.phase().value(),
                broken.verdict());
    }
}
