package dev.lockstep.api.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.lockstep.engine.PhaseView;
import dev.lockstep.engine.PlanView;
import dev.lockstep.engine.RunView;
import dev.lockstep.engine.StoredPlan;
import dev.lockstep.lifecycle.Stage;
import dev.lockstep.plan.PlanKey;
import dev.lockstep.plan.PlanTree;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A plan and its newest run. */
@Schema(name = "Plan")
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record PlanJson(
        String namespace,
        String name,

        @Schema(description = "1 for the first accepted spec, one more for every different one")
        int revision,

        @Schema(description = "SHA-256 of the spec's canonical form; an approval binds to it")
        String digest,

        String author,
        Instant createdAt,
        Instant updatedAt,

        @Schema(description = "the spec with every default filled in")
        Map<String, Object> spec,

        @Schema(
                description = "Pending, Running, Held, AwaitingApproval, Paused, Succeeded, Failed, RollingBack or"
                        + " RolledBack")
        String state,

        Optional<RunJson> run,

        @Schema(description = "the phase that the run is in")
        Optional<String> currentPhase,

        @Schema(description = "empty before the start; POST /api/v1/explain shows them beforehand")
        List<PhaseJson> phases,

        @Schema(description = "everything that is in the way now")
        List<BlockerJson> blockers,

        Optional<ProgressJson> progress,

        @Schema(description = "absent while the plan's own speed counts")
        Optional<BackfillJson> backfill,

        Optional<FaultJson> fault,
        List<ApprovalJson> approvals,
        List<WorkloadJson> workloads,

        @Schema(description = "what uses the database and no workload explains: whoever it is, nobody knows their code")
        List<ConsumerJson> unlistedConsumers,

        @Schema(description = "what could not be seen of the database's consumers")
        List<String> consumerNotes,

        Optional<PointOfNoReturnJson> pointOfNoReturn,
        Map<String, String> links) {

    /** One execution of a plan. */
    @Schema(name = "Run")
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record RunJson(
            String id,

            @Schema(description = "of the plan, when the run started")
            int revision,

            @Schema(description = "of the newest journal entry in this view")
            long sequence,

            @Schema(description = "of what runs: give this one with an approval")
            String digest,

            Instant startedAt,
            Optional<Instant> finishedAt) {}

    /** Who has approved which phase. */
    @Schema(name = "Approvals")
    public record ApprovalJson(
            String phase,

            @Schema(description = "how many different people must approve")
            int needed,

            List<String> approvers) {}

    public static PlanJson of(PlanView view) {
        StoredPlan plan = view.plan();
        return new PlanJson(
                plan.document().key().namespace(),
                plan.document().key().name(),
                plan.revision(),
                plan.digest().value(),
                plan.author(),
                plan.createdAt(),
                plan.updatedAt(),
                PlanTree.of(plan.document().spec()),
                view.status().label(),
                view.run().map(PlanJson::run),
                currentPhase(view),
                view.run().stream()
                        .flatMap(run -> run.phases().stream())
                        .map(PhaseJson::of)
                        .toList(),
                view.holds().stream().map(BlockerJson::of).toList(),
                view.run().flatMap(RunView::progress).map(ProgressJson::of),
                view.run().flatMap(run -> run.state().pacing()).map(BackfillJson::of),
                view.run().flatMap(PlanJson::fault),
                approvals(view),
                view.run().stream()
                        .flatMap(run -> run.workloads().stream())
                        .map(WorkloadJson::of)
                        .toList(),
                view.run().stream()
                        .flatMap(run -> run.unlisted().consumers().stream())
                        .map(ConsumerJson::of)
                        .toList(),
                view.run().stream()
                        .flatMap(run -> run.unlisted().notes().stream())
                        .toList(),
                view.run()
                        .flatMap(run -> PointOfNoReturnJson.of(
                                run.state().script().phases(), run.state().pointOfNoReturn())),
                links(plan.document().key()));
    }

    /** The phase that the run is in, unless it has not begun or is over. */
    public static Optional<String> currentPhase(PlanView view) {
        return view.run()
                .map(RunView::state)
                .flatMap(state -> state.position()
                        .map(at -> state.script().phase(at).name().value()));
    }

    private static RunJson run(RunView view) {
        return new RunJson(
                view.run().id().toString(),
                view.run().revision(),
                view.sequence(),
                view.state().script().digest().value(),
                view.startedAt(),
                view.finishedAt());
    }

    private static Optional<FaultJson> fault(RunView view) {
        return view.state().stage() instanceof Stage.Failed(var _, Stage.Fault fault)
                ? Optional.of(FaultJson.of(fault))
                : Optional.empty();
    }

    private static List<ApprovalJson> approvals(PlanView view) {
        Stream<PhaseView> phases = view.run().stream().flatMap(run -> run.phases().stream());
        return phases.filter(phase -> phase.approvalsNeeded() > 0)
                .map(phase -> new ApprovalJson(
                        phase.phase().name().value(),
                        phase.approvalsNeeded(),
                        phase.approvers().stream().sorted().toList()))
                .toList();
    }

    private static Map<String, String> links(PlanKey key) {
        String self = "/api/v1/plans/" + key;
        Map<String, String> links = new LinkedHashMap<>();
        links.put("self", self);
        for (String more : List.of(
                "start",
                "suspend",
                "resume",
                "retry",
                "abort",
                "rollback",
                "backfill",
                "wait",
                "events",
                "journal",
                "testimony")) {
            links.put(more, self + "/" + more);
        }
        return links;
    }
}
