package dev.lockstep.ui;

import dev.lockstep.engine.PendingStart;
import dev.lockstep.engine.Plans;
import dev.lockstep.engine.RunId;
import dev.lockstep.engine.StoredPlan;
import dev.lockstep.plan.PlanDocument;
import dev.lockstep.plan.PlanKey;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Plans in memory, one revision each. */
final class MemoryPlans implements Plans {
    private final Map<PlanKey, StoredPlan> plans = new ConcurrentHashMap<>();

    void clear() {
        plans.clear();
    }

    @Override
    public Optional<StoredPlan> find(PlanKey key) {
        return Optional.ofNullable(plans.get(key));
    }

    @Override
    public List<StoredPlan> all() {
        return plans.values().stream()
                .sorted(Comparator.comparing(plan -> plan.document().key().toString()))
                .toList();
    }

    @Override
    public Saved save(PlanDocument document, String author, Optional<Integer> expectedRevision, Instant now) {
        StoredPlan plan =
                new StoredPlan(document, 1, document.digest(), author, now, now, Optional.empty(), Optional.empty());
        plans.put(document.key(), plan);
        return new Saved.Created(plan);
    }

    @Override
    public void await(PlanKey key, PendingStart start) {
        replace(key, newestRun(key), Optional.of(start));
    }

    @Override
    public void forgetStart(PlanKey key) {
        replace(key, newestRun(key), Optional.empty());
    }

    private Optional<RunId> newestRun(PlanKey key) {
        return find(key).flatMap(StoredPlan::newestRun);
    }

    void begun(PlanKey key, RunId run) {
        replace(key, Optional.of(run), Optional.empty());
    }

    private void replace(PlanKey key, Optional<RunId> run, Optional<PendingStart> start) {
        plans.computeIfPresent(
                key,
                (_, was) -> new StoredPlan(
                        was.document(),
                        was.revision(),
                        was.digest(),
                        was.author(),
                        was.createdAt(),
                        was.updatedAt(),
                        run,
                        start));
    }

    @Override
    public Deleted delete(PlanKey key) {
        return plans.remove(key) == null ? Deleted.NOT_FOUND : Deleted.DELETED;
    }
}
