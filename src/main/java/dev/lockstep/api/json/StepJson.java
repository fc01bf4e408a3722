package dev.lockstep.api.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.lockstep.change.Action;
import dev.lockstep.change.Step;
import dev.lockstep.engine.HeldUp;
import dev.lockstep.engine.StepView;
import dev.lockstep.lifecycle.Event;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** One step of a phase. */
@Schema(name = "Step")
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record StepJson(
        String name,
        String title,
        @JsonUnwrapped ActionJson action,
        InverseJson inverse,
        @Schema(examples = "Done") String state,
        int attempts,
        Optional<Instant> startedAt,
        Optional<Instant> finishedAt,
        Optional<SummaryJson> summary,

        @Schema(description = "who held it up, over all attempts; the longest first")
        List<DelayJson> delayedBy,

        @Schema(description = "how many more there were than are listed")
        int delayedByOthers,

        @Schema(description = "who was stopped for it, as the plan allows")
        List<StoppedJson> stopped) {

    /** What takes a step back. */
    @Schema(name = "Inverse")
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record InverseJson(
            @Schema(
                    description = "Possible: these statements take it back. Nothing: there is nothing to take"
                            + " back. Impossible: what the step removes is lost.")
            String kind,

            List<String> sql,

            @Schema(description = "for Impossible: what is lost")
            Optional<String> why) {
        static InverseJson of(Step.Undo undo) {
            return switch (undo) {
                case Step.Undo.By(Action action) ->
                    new InverseJson("Possible", ActionJson.of(action).sql(), Optional.empty());
                case Step.Undo.Nothing _ -> new InverseJson("Nothing", List.of(), Optional.empty());
                case Step.Undo.Impossible(String why) -> new InverseJson("Impossible", List.of(), Optional.of(why));
            };
        }
    }

    /** What a step did. */
    @Schema(name = "StepSummary")
    public record SummaryJson(long rows, long milliseconds, long longestLockWaitMilliseconds, List<String> notes) {
        static SummaryJson of(Event.StepSummary summary) {
            return new SummaryJson(
                    summary.rows(), summary.milliseconds(), summary.longestLockWaitMilliseconds(), summary.notes());
        }
    }

    /** A step that nobody has run. */
    static StepJson of(Step step) {
        return of(new StepView(
                step, StepView.State.WAITING, 0, Optional.empty(), Optional.empty(), Optional.empty(), HeldUp.NOT));
    }

    static StepJson of(StepView view) {
        return new StepJson(
                view.step().name(),
                view.step().title(),
                ActionJson.of(view.step().action()),
                InverseJson.of(view.step().undo()),
                Words.of(view.state()),
                view.attempts(),
                view.startedAt(),
                view.finishedAt(),
                view.summary().map(SummaryJson::of),
                DelayJson.of(view.held().delays()),
                view.held().others(),
                view.held().stopped().stream().map(StoppedJson::of).toList());
    }
}
