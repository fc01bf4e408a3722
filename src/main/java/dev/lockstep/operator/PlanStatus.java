package dev.lockstep.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is so with a plan, as its object's status says it. {@link StatusShape} explains the fields. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record PlanStatus(
        @Nullable Long observedGeneration,
        @Nullable String digest,
        @Nullable Integer revision,
        @Nullable String run,
        @Nullable Long journalSequence,
        @Nullable String state,
        @Nullable String reason,
        @Nullable String message,
        @Nullable String currentPhase,
        @Nullable String pods,
        @Nullable Boolean suspendedBySpec,
        List<Phase> phases,
        List<Workload> workloads,
        List<Blocker> blockers,
        List<Condition> conditions) {
    /** Lists that are empty are not written, and come back as nothing. */
    public PlanStatus(
            @Nullable Long observedGeneration,
            @Nullable String digest,
            @Nullable Integer revision,
            @Nullable String run,
            @Nullable Long journalSequence,
            @Nullable String state,
            @Nullable String reason,
            @Nullable String message,
            @Nullable String currentPhase,
            @Nullable String pods,
            @Nullable Boolean suspendedBySpec,
            @Nullable List<Phase> phases,
            @Nullable List<Workload> workloads,
            @Nullable List<Blocker> blockers,
            @Nullable List<Condition> conditions) {
        this.observedGeneration = observedGeneration;
        this.digest = digest;
        this.revision = revision;
        this.run = run;
        this.journalSequence = journalSequence;
        this.state = state;
        this.reason = reason;
        this.message = message;
        this.currentPhase = currentPhase;
        this.pods = pods;
        this.suspendedBySpec = suspendedBySpec;
        this.phases = phases == null ? List.of() : List.copyOf(phases);
        this.workloads = workloads == null ? List.of() : List.copyOf(workloads);
        this.blockers = blockers == null ? List.of() : List.copyOf(blockers);
        this.conditions = conditions == null ? List.of() : List.copyOf(conditions);
    }

    /** A phase of the run. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Phase(
            String name,
            String type,
            String state,
            int approvalsNeeded,
            int approvals,
            @Nullable String startedAt,
            @Nullable String finishedAt) {}

    /** What a workload runs now. The numbers are there only where its pods could be seen. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Workload(
            String name,
            String object,
            String state,
            @Nullable Integer desired,
            @Nullable Integer matching,
            @Nullable Integer old,
            @Nullable Integer terminating,
            @Nullable Integer unknown) {}

    /** Something that is in the way. */
    public record Blocker(String code, String object, String message, String since) {}

    boolean pausedBySpec() {
        return Boolean.TRUE.equals(suspendedBySpec);
    }
}
