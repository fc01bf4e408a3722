package dev.lockstep.engine;

import dev.lockstep.lifecycle.Script;
import dev.lockstep.plan.PlanDocument;
import dev.lockstep.schema.TableName;
import java.time.Instant;
import java.util.Set;

/**
 * A run as the store keeps it; its state is the sum of its journal.
 *
 * @param document the plan's revision that it runs, as it was when it started
 * @param tables what it changes; no other active run on the same database may touch these (G33)
 */
public record StoredRun(
        RunId id, PlanDocument document, int revision, Script script, Set<TableName> tables, Instant createdAt) {
    public StoredRun {
        tables = Set.copyOf(tables);
    }
}
