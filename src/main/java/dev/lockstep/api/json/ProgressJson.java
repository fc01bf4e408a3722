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

        @Schema(description = "absent until it can be told, and while it is paused")
        Optional<Long> secondsLeft,

        Instant at,

        @Schema(description = "Full, Governed, Gentle or Paused; absent for what has no speed")
        Optional<String> speed,

        @Schema(description = "0 to 1: the share of its time in which it works")
        Optional<Double> duty,

        @Schema(description = "what keeps it below its speed")
        Optional<ThrottleJson> throttle) {

    /** A signal that keeps a backfill below its speed. */
    @Schema(name = "Throttle")
    public record ThrottleJson(
            @Schema(description = "the signal's stable name")
            String signal,

            @Schema(description = "what is so, as a sentence")
            String message,

            Instant since) {}

    static ProgressJson of(Progress progress) {
        return new ProgressJson(
                progress.step(),
                progress.rowsDone(),
                progress.fraction(),
                progress.rowsPerSecond(),
                progress.secondsLeft(),
                progress.at(),
                progress.pace().map(pace -> pace.speed().label()),
                progress.pace().map(Progress.Pace::duty),
                progress.pace()
                        .flatMap(Progress.Pace::throttle)
                        .map(by -> new ThrottleJson(by.signal(), by.words(), by.since())));
    }
}
