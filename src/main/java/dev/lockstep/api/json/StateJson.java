package dev.lockstep.api.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.lockstep.engine.PlanView;
import dev.lockstep.engine.RunView;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What a plan is doing just now: the part of it that changes often. */
@Schema(name = "State")
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record StateJson(
        int revision,
        Optional<String> run,
        String state,
        Optional<String> currentPhase,
        List<BlockerJson> blockers,
        Optional<ProgressJson> progress,
        Optional<BackfillJson> backfill) {
    public static StateJson of(PlanView view) {
        return new StateJson(
                view.plan().revision(),
                view.run().map(run -> run.run().id().toString()),
                view.status().label(),
                PlanJson.currentPhase(view),
                view.holds().stream().map(BlockerJson::of).toList(),
                view.run().flatMap(RunView::progress).map(ProgressJson::of),
                view.run().flatMap(run -> run.state().pacing()).map(BackfillJson::of));
    }
}
