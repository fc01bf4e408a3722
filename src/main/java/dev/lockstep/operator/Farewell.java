package dev.lockstep.operator;

import dev.lockstep.engine.LockstepException;
import dev.lockstep.engine.Operations;
import dev.lockstep.engine.PlanView;
import dev.lockstep.engine.RunView;
import dev.lockstep.lifecycle.RunState;
import dev.lockstep.lifecycle.RunStatus;
import dev.lockstep.lifecycle.Stage;
import dev.lockstep.operator.Announcer.Announcement;
import dev.lockstep.plan.PlanKey;
import java.util.Optional;

/**
 * What becomes of a plan whose object is deleted in the middle (G50). What has been done is taken back, as long as that is
 * possible and the code that runs allows it; past the point of no return the run is paused where it is. A deletion never
 * goes on to a contract.
 */
final class Farewell {
    /** Set to {@code true} to let an object go although something of its plan is still in the database. */
    static final String ABANDON = "lockstep.dev/abandon";

    static final String PAUSED = "DeletedPastNoReturn";

    private final Operations operations;

    Farewell(Operations operations) {
        this.operations = operations;
    }

    /** What there is to do. */
    sealed interface Verdict {
        /**
         * Nothing keeps the object any more.
         *
         * @param last to say, if anything
         */
        record Go(Optional<Announcement> last) implements Verdict {}

        /**
         * It has to wait.
         *
         * @param why as a reason and sentences
         */
        record Wait(Objection why) implements Verdict {}
    }

    /**
     * Decides, and has it done.
     *
     * @param pausedBefore whether the run was paused here already, so that whoever resumed it since is not overruled
     */
    Verdict take(MigrationPlan object, Optional<PlanView> known, boolean pausedBefore) {
        if (known.isEmpty() || !Steering.unfinished(known.get())) {
            return new Verdict.Go(Optional.empty());
        }
        PlanView plan = known.get();
        PlanKey key = plan.plan().document().key();
        if (Steering.annotation(object, ABANDON).filter("true"::equals).isPresent()) {
            operations.abort(key, Steering.KUBECTL);
            return new Verdict.Go(Optional.of(Announcement.warning("Abandoned", abandoned(plan, key))));
        }
        if (plan.plan().pendingStart().isPresent()) {
            operations.abort(key, Steering.KUBECTL);
            return new Verdict.Go(Optional.empty());
        }
        return plan.run().map(RunView::state).flatMap(RunState::pointOfNoReturn).isPresent()
                ? pause(plan, key, pausedBefore)
                : takeBack(plan, key);
    }

    private Verdict takeBack(PlanView plan, PlanKey key) {
        if (plan.status() != RunStatus.ROLLING_BACK && !goesBack(plan)) {
            try {
                operations.rollback(key, Steering.KUBECTL);
            } catch (LockstepException e) {
                return new Verdict.Wait(Objection.refused(
                        "CannotRollBack",
                        "MigrationPlan " + key,
                        "The object is being deleted, and what was done cannot be taken back now: " + e.getMessage()
                                + remedy(key)));
            }
        }
        Optional<Stage.Fault> fault = plan.run()
                .map(run -> run.state().stage())
                .filter(Stage.Failed.class::isInstance)
                .map(stage -> ((Stage.Failed) stage).fault());
        if (fault.isPresent() && goesBack(plan)) {
            return new Verdict.Wait(Objection.refused(
                    "CannotRollBack",
                    "MigrationPlan " + key,
                    "The object is being deleted, and taking back what was done has failed: "
                            + fault.get().message() + " " + fault.get().remedy() + remedy(key)));
        }
        return new Verdict.Wait(Objection.held(
                "RollingBack",
                "MigrationPlan " + key,
                "The object is being deleted; what was done in database "
                        + plan.plan().document().spec().database()
                        + " is being taken back first." + remedy(key)));
    }

    /** Also while it is paused or has failed on the way back. */
    private static boolean goesBack(PlanView plan) {
        return plan.run()
                .flatMap(run -> run.state().position())
                .filter(at -> at.backward())
                .isPresent();
    }

    private Verdict pause(PlanView plan, PlanKey key, boolean pausedBefore) {
        boolean suspended =
                plan.run().map(RunView::state).filter(RunState::suspended).isPresent();
        if (!pausedBefore && !suspended && plan.status() != RunStatus.FAILED) {
            operations.suspend(key, Steering.KUBECTL);
        }
        return new Verdict.Wait(Objection.refused(
                PAUSED,
                "MigrationPlan " + key,
                "The object is being deleted, and the run is past the point of no return, where nothing can be taken"
                        + " back. It is paused, because a deletion never goes on to a contract. POST /api/v1/plans/"
                        + key
                        + "/resume brings it to its end, and the object goes then." + remedy(key)));
    }

    private static String remedy(PlanKey key) {
        return " To let the object go now and leave the database as it is: kubectl annotate mplan -n " + key.namespace()
                + " " + key.name() + " " + ABANDON + "=true";
    }

    private static String abandoned(PlanView plan, PlanKey key) {
        return "The object is let go, and its run is aborted where it stands: what it made in database "
                + plan.plan().document().spec().database()
                + " is still there. POST /api/v1/plans/" + key
                + "/rollback takes it back, as long as that is possible.";
    }
}
