package dev.lockstep.api.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.lockstep.engine.Progress;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** How far a backfill is. */
@Schema(name = "Progress")
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record ProgressJson(
        String step,

        @Schema(description = "rows changed so far, over all attempts")
        long rowsDone,

        @Schema(description = "0 to 1: the part of the table that has been passed")
        double fraction,

        double rowsPerSecond,
        @Schema(description = "absent until it can be told") Optional<Long> secondsLeft,
        Instant at) {
    static ProgressJson of(Progress progress) {
        return new ProgressJson(
                progress.step(),
                progress.rowsDone(),
                progress.fraction(),
                progress.rowsPerSecond(),
                progress.secondsLeft(),
                progress.at());
    }
}
