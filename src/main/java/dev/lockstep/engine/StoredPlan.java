package dev.lockstep.engine;

import dev.lockstep.plan.Digest;
import dev.lockstep.plan.PlanDocument;
import java.time.Instant;
import java.util.Optional;

/**
 * A plan as the store keeps it.
 *
 * @param revision 1 for the first accepted spec, one more for every different one
 * @param author who declared what it says; whoever only changed its windows is not its author
 * @param newestRun the run that was started last, whatever became of it
 * @param pendingStart a start that waits for the database
 */
public record StoredPlan(
        PlanDocument document,
        int revision,
        Digest digest,
        String author,
        Instant createdAt,
        Instant updatedAt,
        Optional<RunId> newestRun,
        Optional<PendingStart> pendingStart) {}
