package dev.lockstep.api.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Hold;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** One thing that holds a run. */
@Schema(name = "Blocker")
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record BlockerJson(
        @Schema(description = "stable, for machines", examples = "OldVersion")
        String code,

        @Schema(description = "what is in the way", examples = "pod shop-web-7d9f-x2x4p")
        String object,

        @Schema(description = "who can do something about it", examples = "Deployment shop/shop-web")
        String owner,

        String message,
        String remedy,

        @Schema(description = "since when it has been in the way without a break")
        Optional<Instant> since) {
    static BlockerJson of(Hold hold) {
        return of(hold.blocker(), Optional.of(hold.since()));
    }

    static BlockerJson of(Blocker blocker) {
        return of(blocker, Optional.empty());
    }

    private static BlockerJson of(Blocker blocker, Optional<Instant> since) {
        return new BlockerJson(
                Words.of(blocker.code()),
                blocker.object(),
                blocker.owner(),
                blocker.message(),
                blocker.remedy(),
                since);
    }
}
