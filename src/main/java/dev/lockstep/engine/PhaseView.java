package dev.lockstep.engine;

import dev.lockstep.change.Phase;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A phase, and what the journal says of it.
 *
 * @param approvalsNeeded how many people must approve it
 * @param approvers who has
 * @param windows when it may run, as sentences; empty for at any time
 * @param gateOpenedAt when its gate opened last
 */
public record PhaseView(
        Phase phase,
        State state,
        List<StepView> steps,
        int approvalsNeeded,
        Set<String> approvers,
        List<String> windows,
        Optional<Instant> gateOpenedAt,
        Optional<Instant> startedAt,
        Optional<Instant> finishedAt) {
    public PhaseView {
        steps = List.copyOf(steps);
        approvers = Set.copyOf(approvers);
        windows = List.copyOf(windows);
    }

    /** How far a phase is. */
    public enum State {
        WAITING,
        HELD,
        AWAITING_APPROVAL,
        RUNNING,
        DONE,
        FAILED,
        TAKEN_BACK
    }
}
