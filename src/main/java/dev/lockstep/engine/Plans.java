package dev.lockstep.engine;

import dev.lockstep.plan.PlanDocument;
import dev.lockstep.plan.PlanKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Port: where plans are kept. All calls block. */
public interface Plans {
    Optional<StoredPlan> find(PlanKey key);

    /** All plans, by namespace and name. */
    List<StoredPlan> all();

    /**
     * Keeps this spec as the plan's newest revision. The same spec again changes nothing; the same with other windows is a
     * revision at any time, of the same author and the same digest.
     *
     * @param expectedRevision the revision that the caller has seen (0: the plan must not exist yet); empty when the caller
     *     does not mind
     */
    Saved save(PlanDocument document, String author, Optional<Integer> expectedRevision, Instant now);

    /** Remembers that this plan is to be started as soon as its database answers; a run that begins forgets it. */
    void await(PlanKey key, PendingStart start);

    /** Forgets a start that was waiting. */
    void forgetStart(PlanKey key);

    /** Removes a plan and the runs that are over. */
    Deleted delete(PlanKey key);

    /** What became of {@link #save}. */
    sealed interface Saved {
        record Created(StoredPlan plan) implements Saved {}

        record Replaced(StoredPlan plan) implements Saved {}

        /** Only its windows differ from before. */
        record Rescheduled(StoredPlan plan) implements Saved {}

        record Unchanged(StoredPlan plan) implements Saved {}

        /** A run of another spec is not over. */
        record InProgress(StoredPlan plan) implements Saved {}

        /**
         * The caller has seen another revision than the newest.
         *
         * @param revision the newest; 0 where there is no plan
         */
        record Outdated(int revision) implements Saved {}
    }

    /** What became of {@link #delete}. */
    enum Deleted {
        DELETED,
        NOT_FOUND,
        IN_PROGRESS
    }
}
