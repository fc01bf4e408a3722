package dev.lockstep.engine;

import dev.lockstep.gate.WorkloadObservation;
import dev.lockstep.lifecycle.RunState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A run as people and machines see it.
 *
 * @param sequence of the last journal entry that this view includes
 * @param progress of the running backfill
 * @param workloads what runs now, in the order of the plan
 * @param unlisted what uses the database besides them
 * @param finishedAt when it was over
 */
public record RunView(
        StoredRun run,
        RunState state,
        long sequence,
        List<PhaseView> phases,
        Optional<Progress> progress,
        List<WorkloadObservation> workloads,
        Unlisted unlisted,
        Instant startedAt,
        Optional<Instant> finishedAt) {
    public RunView {
        phases = List.copyOf(phases);
        workloads = List.copyOf(workloads);
    }

    /** Whether it did, or does, what this plan says now, at whatever hours. */
    public boolean of(StoredPlan plan) {
        return state.script().digest().equals(plan.digest());
    }
}
