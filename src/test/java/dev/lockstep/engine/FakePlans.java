package dev.lockstep.engine;

import dev.lockstep.plan.PlanDocument;
import dev.lockstep.plan.PlanKey;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Plans in memory, beside the runs of the same store and under the same lock, as one database would have it. */
final class FakePlans implements Plans {
    private final FakeRuns runs;
    private final Map<PlanKey, StoredPlan> kept =
            new TreeMap<>(Comparator.comparing(PlanKey::namespace).thenComparing(PlanKey::name));

    FakePlans(FakeRuns runs) {
        this.runs = runs;
        runs.whenBegun(this::forgetStart);
    }

    @Override
    public Optional<StoredPlan> find(PlanKey key) {
        synchronized (runs) {
            return Optional.ofNullable(kept.get(key)).map(this::withRun);
        }
    }

    @Override
    public List<StoredPlan> all() {
        synchronized (runs) {
            return kept.values().stream().map(this::withRun).toList();
        }
    }

    @Override
    public Saved save(PlanDocument document, String author, Optional<Integer> expectedRevision, Instant now) {
        synchronized (runs) {
            Optional<StoredPlan> known = find(document.key());
            int revision = known.map(StoredPlan::revision).orElse(0);
            if (expectedRevision.isPresent() && expectedRevision.get() != revision) {
                return new Saved.Outdated(revision);
            }
            boolean same = known.isPresent() && known.get().digest().equals(document.digest());
            if (same && known.get().document().equals(document)) {
                return new Saved.Unchanged(known.get());
            }
            if (!same && known.isPresent() && inProgress(known.get())) {
                return new Saved.InProgress(known.get());
            }
            Instant created = known.map(StoredPlan::createdAt).orElse(now);
            StoredPlan saved = withRun(new StoredPlan(
                    document,
                    revision + 1,
                    document.digest(),
                    same ? known.get().author() : author,
                    created,
                    now,
                    Optional.empty(),
                    known.flatMap(StoredPlan::pendingStart)));
            kept.put(document.key(), saved);
            if (same) {
                return new Saved.Rescheduled(saved);
            }
            return known.isPresent() ? new Saved.Replaced(saved) : new Saved.Created(saved);
        }
    }

    @Override
    public void await(PlanKey key, PendingStart start) {
        synchronized (runs) {
            kept.computeIfPresent(key, (_, plan) -> waiting(plan, Optional.of(start)));
        }
    }

    @Override
    public void forgetStart(PlanKey key) {
        synchronized (runs) {
            kept.computeIfPresent(key, (_, plan) -> waiting(plan, Optional.empty()));
        }
    }

    @Override
    public Deleted delete(PlanKey key) {
        synchronized (runs) {
            Optional<StoredPlan> known = find(key);
            if (known.isEmpty()) {
                return Deleted.NOT_FOUND;
            }
            if (inProgress(known.get())) {
                return Deleted.IN_PROGRESS;
            }
            kept.remove(key);
            runs.forget(key);
            return Deleted.DELETED;
        }
    }

    private boolean inProgress(StoredPlan plan) {
        return plan.newestRun().filter(runs.active()::contains).isPresent();
    }

    private StoredPlan withRun(StoredPlan plan) {
        return new StoredPlan(
                plan.document(),
                plan.revision(),
                plan.digest(),
                plan.author(),
                plan.createdAt(),
                plan.updatedAt(),
                runs.newest(plan.document().key()),
                plan.pendingStart());
    }

    private static StoredPlan waiting(StoredPlan plan, Optional<PendingStart> start) {
        return new StoredPlan(
                plan.document(),
                plan.revision(),
                plan.digest(),
                plan.author(),
                plan.createdAt(),
                plan.updatedAt(),
                plan.newestRun(),
                start);
    }
}
