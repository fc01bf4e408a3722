package dev.lockstep.api.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.lockstep.change.Phase;
import dev.lockstep.engine.PhaseView;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.Windows;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** One phase of a plan. */
@Schema(name = "Phase")
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record PhaseJson(
        @Schema(examples = "contract") String name,
        @Schema(examples = "Contract") String type,
        @Schema(examples = "Held") String state,

        @Schema(description = "what every workload must have reached before the phase begins", examples = "new-only")
        Optional<String> requirement,

        @Schema(description = "Open once it has let the phase go on, otherwise Closed; None for a phase without one")
        String gate,

        Optional<Instant> gateOpenedAt,
        int approvalsNeeded,
        List<String> approvers,

        @Schema(description = "when it may run, as sentences; empty for at any time")
        List<String> windows,

        Optional<Instant> startedAt,
        Optional<Instant> finishedAt,
        List<StepJson> steps) {
    static PhaseJson of(PhaseView view) {
        Phase phase = view.phase();
        return new PhaseJson(
                phase.name().value(),
                phase.type().label(),
                Words.of(view.state()),
                phase.require().map(Milestone::label),
                gate(phase, view.gateOpenedAt().isPresent()),
                view.gateOpenedAt(),
                view.approvalsNeeded(),
                view.approvers().stream().sorted().toList(),
                view.windows(),
                view.startedAt(),
                view.finishedAt(),
                view.steps().stream().map(StepJson::of).toList());
    }

    /** A phase that nobody has begun. */
    static PhaseJson of(Phase phase, int approvalsNeeded, Windows windows) {
        return new PhaseJson(
                phase.name().value(),
                phase.type().label(),
                Words.of(PhaseView.State.WAITING),
                phase.require().map(Milestone::label),
                gate(phase, false),
                Optional.empty(),
                approvalsNeeded,
                List.of(),
                windows.words(phase.name(), phase.type(), !phase.steps().isEmpty()),
                Optional.empty(),
                Optional.empty(),
                phase.steps().stream().map(StepJson::of).toList());
    }

    private static String gate(Phase phase, boolean opened) {
        if (phase.require().isEmpty()) {
            return "None";
        }
        return opened ? "Open" : "Closed";
    }
}
