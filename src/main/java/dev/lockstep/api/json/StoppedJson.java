package dev.lockstep.api.json;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.lockstep.lifecycle.Event;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Somebody who was stopped for a step, as the plan allows. */
@Schema(name = "Stopped")
public record StoppedJson(
        @JsonUnwrapped InTheWayJson who,

        @Schema(description = "Cancel: its statement. Terminate: its connection", examples = "Terminate")
        String act,

        @Schema(description = "how old its transaction was", examples = "61000")
        long transactionMilliseconds) {
    static StoppedJson of(Event.BlockerStopped stopped) {
        return new StoppedJson(
                InTheWayJson.of(stopped.blocker()), Words.of(stopped.stop()), stopped.transactionMilliseconds());
    }
}
