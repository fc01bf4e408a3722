package dev.lockstep.api.json;

import dev.lockstep.change.Action;
import dev.lockstep.change.Phase;
import dev.lockstep.change.Step;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The first step that loses what nothing brings back. Before it a run can be rolled back; after it, not. */
@Schema(name = "PointOfNoReturn")
public record PointOfNoReturnJson(
        String phase,
        String step,
        @Schema(description = "what is lost") String why,

        @Schema(description = "whether the run has begun this step")
        boolean passed,

        @Schema(
                description = "how long before it the old shape is only hidden, so that a rollback brings it back in a"
                        + " moment; 0 where it is dropped at once")
        int revertWindowSeconds) {
    /**
     * The point in these phases, if they have one.
     *
     * @param passed the step that a run has begun although nothing takes it back
     */
    static Optional<PointOfNoReturnJson> of(List<Phase> phases, Optional<String> passed) {
        int window = 0;
        for (Phase phase : phases) {
            for (Step step : phase.steps()) {
                if (step.action() instanceof Action.RevertWindow(var _, int seconds)) {
                    window = seconds;
                }
                if (step.undo() instanceof Step.Undo.Impossible(String why)) {
                    return Optional.of(new PointOfNoReturnJson(
                            phase.name().value(), step.name(), why, passed.isPresent(), window));
                }
            }
        }
        return Optional.empty();
    }
}
