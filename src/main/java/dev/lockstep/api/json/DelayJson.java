package dev.lockstep.api.json;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.lockstep.lifecycle.Event;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Who held up a step, and for how long. */
@Schema(name = "Delay")
public record DelayJson(
        @JsonUnwrapped InTheWayJson by,

        @Schema(description = "how long altogether; several hold a step up at the same time", examples = "61000")
        long milliseconds,

        @Schema(description = "whether it was stopped for that, as the plan allows")
        boolean stopped) {
    static List<DelayJson> of(List<Event.Delay> delays) {
        return delays.stream()
                .map(delay -> new DelayJson(InTheWayJson.of(delay.by()), delay.milliseconds(), delay.stopped()))
                .toList();
    }
}
