package dev.lockstep.engine;

import dev.lockstep.change.Phase;
import dev.lockstep.gate.Floor;
import dev.lockstep.gate.LivePlan;
import dev.lockstep.lifecycle.Readiness;
import dev.lockstep.lifecycle.RunState;
import dev.lockstep.lifecycle.RunStatus;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PlanKey;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a run means for the code that may be deployed: its floor and its ceiling (§6, G38, G46). */
final class LivePlans {
    private LivePlans() {}

    /** Empty for a run that says nothing about any version, such as one that was rolled back. */
    static Optional<LivePlan> of(RunView run) {
        return of(run.run(), run.state());
    }

    /** Empty for a run that says nothing about any version, such as one that was rolled back. */
    static Optional<LivePlan> of(StoredRun run, RunState state) {
        if (state.status() == RunStatus.ROLLED_BACK || state.status() == RunStatus.PENDING) {
            return Optional.empty();
        }
        List<Phase> phases = state.script().phases();
        PhaseName phase = state.position()
                .map(at -> state.script().phase(at).name())
                .orElse(phases.getLast().name());
        return Optional.of(new LivePlan(
                run.document().key(),
                phase,
                run.document().spec().workloads(),
                ready(state),
                state.floor().flatMap(name -> require(phases, name))));
    }

    /**
     * What the run keeps out now, for each workload that its plan names. A workload without versions for the floor has none:
     * its gate never opened.
     */
    static List<Floor> floors(StoredRun run, RunState state) {
        PlanKey plan = run.document().key();
        return state.floor()
                .flatMap(phase -> require(state.script().phases(), phase)
                        .map(milestone -> run.document().spec().workloads().stream()
                                .flatMap(spec -> spec.required(milestone).stream()
                                        .map(versions -> new Floor(plan, phase, spec.name(), milestone, versions)))
                                .toList()))
                .orElseGet(List::of);
    }

    private static Optional<Milestone> require(List<Phase> phases, PhaseName name) {
        return phases.stream()
                .filter(phase -> phase.name().equals(name))
                .findFirst()
                .flatMap(Phase::require);
    }

    private static Set<Milestone> ready(RunState state) {
        return state.status() == RunStatus.SUCCEEDED
                ? EnumSet.allOf(Milestone.class)
                : state.position()
                        .map(at -> Readiness.ready(state.script(), at))
                        .orElse(Set.of());
    }
}
