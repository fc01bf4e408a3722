package dev.lockstep.engine;

import dev.lockstep.plan.DatabaseName;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * The floors that stand on databases, for people. They fall by themselves when the run that raised them is rolled back, or its
 * contract reverted within its window; otherwise never, unless an administrator answers for it: after the database was
 * restored from a backup, or when versions are counted anew. Blocks.
 */
public final class Floors {
    private static final int LONGEST_COMMENT = 1_000;

    private final Plans plans;
    private final Runs runs;
    private final InstantSource clock;

    public Floors(Plans plans, Runs runs, InstantSource clock) {
        this.plans = plans;
        this.runs = runs;
        this.clock = clock;
    }

    /** What stands on this database, whether the plans are still there or not; the oldest first. */
    public List<StandingFloors> of(DatabaseName database) {
        return runs.floors(database);
    }

    /**
     * Lets fall what this run has raised, for good.
     *
     * @param comment why; kept with the administrator's name
     * @throws LockstepException RUN_NOT_FOUND when it holds none there, ILLEGAL_TRANSITION while its plan still goes by the
     *     run, REQUEST_INVALID without a comment
     */
    public void lift(DatabaseName database, RunId run, String comment, Actor actor) {
        if (comment.isBlank() || comment.length() > LONGEST_COMMENT) {
            throw new LockstepException(
                    ErrorCode.REQUEST_INVALID,
                    "Say in \"comment\", in " + LONGEST_COMMENT
                            + " characters at most, why code that this floor keeps out may run again. It is kept for good.");
        }
        Optional<StoredPlan> going = plans.all().stream()
                .filter(plan -> plan.newestRun().filter(run::equals).isPresent())
                .findFirst();
        if (going.isPresent()) {
            throw new LockstepException(
                    ErrorCode.ILLEGAL_TRANSITION,
                    "Plan " + going.get().document().key()
                            + " still goes by this run. Where the old shape can be brought"
                            + " back, roll it back: the floor falls with that. Where it is gone for good, delete the plan"
                            + " first, then lift what it leaves.");
        }
        if (!runs.lift(database, run, actor.name(), comment, clock.instant())) {
            throw new LockstepException(
                    ErrorCode.RUN_NOT_FOUND,
                    "Run " + run + " holds no floor on database " + database + ". GET /api/v1/databases/" + database
                            + "/floors lists those that stand.");
        }
    }
}
