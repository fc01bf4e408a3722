package dev.lockstep.engine;

import dev.lockstep.change.Action;
import dev.lockstep.change.Step;
import dev.lockstep.change.TableLock;
import dev.lockstep.engine.BlockingView.OwnStep;
import dev.lockstep.engine.LockMonitor.PatientStep;
import dev.lockstep.engine.LockMonitor.Session;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Position;
import dev.lockstep.lifecycle.RunState;
import dev.lockstep.lifecycle.Stage;
import dev.lockstep.plan.DatabaseName;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who waits for whom in a database now, with what only Lockstep knows: which plan and step its own sessions work for, and
 * which steps wait for a lock without queueing for it. Blocks; call it on a virtual or worker thread.
 */
public final class Locks {
    private final LockMonitor monitor;
    private final Plans plans;
    private final Views views;
    private final InstantSource clock;

    public Locks(LockMonitor monitor, Plans plans, Views views, InstantSource clock) {
        this.monitor = monitor;
        this.plans = plans;
        this.views = views;
        this.clock = clock;
    }

    /**
     * Looks now.
     *
     * @throws LockstepException DATABASE_UNKNOWN, and DATABASE_UNREACHABLE when it does not answer within some seconds
     */
    public BlockingView now(DatabaseName database) {
        List<RunView> live = plans.all().stream()
                .filter(plan -> plan.document().spec().database().equals(database))
                .flatMap(plan -> plan.newestRun().stream())
                .map(views::run)
                .filter(run -> !run.state().status().over())
                .toList();
        List<PatientStep> patient =
                live.stream().flatMap(run -> patient(run).stream()).toList();
        return switch (monitor.look(database, patient)) {
            case LockMonitor.Reading.Seen(List<Session> sessions, int left) ->
                new BlockingView(database, clock.instant(), BlockingTree.of(sessions), left, own(sessions, live));
            case LockMonitor.Reading.Unreachable(String reason) ->
                throw new LockstepException(ErrorCode.DATABASE_UNREACHABLE, reason);
            case LockMonitor.Reading.Unknown(List<DatabaseName> known) ->
                throw new LockstepException(
                        ErrorCode.DATABASE_UNKNOWN,
                        "No database \"" + database + "\" is configured; there "
                                + (known.isEmpty() ? "is none." : "are " + known + "."));
        };
    }

    /** A run's step that is held by a lock; it looks from outside, so that the database itself does not show it waiting. */
    private static Optional<PatientStep> patient(RunView run) {
        RunState state = run.state();
        boolean held = state.holds().stream().anyMatch(hold -> hold.blocker().code() == Blocker.Code.LOCK_NOT_ACQUIRED);
        return held
                ? at(state).map(at -> {
                    Step step = state.script().step(at);
                    Duration budget = Duration.ofMillis(
                            run.run().document().spec().locks().budgetMilliseconds());
                    return new PatientStep(run.run().id(), step.name(), locks(step, at), budget);
                })
                : Optional.empty();
    }

    private static Optional<Position> at(RunState state) {
        return switch (state.stage()) {
            case Stage.StepRunning(Position at, var _) -> Optional.of(at);
            case Stage.StepDue(Position at, var _) when !state.script().exhausted(at) -> Optional.of(at);
            case Stage.StepDue _,
                    Stage.Pending _,
                    Stage.AtGate _,
                    Stage.AwaitingApproval _,
                    Stage.Failed _,
                    Stage.Succeeded _,
                    Stage.RolledBack _ -> Optional.empty();
        };
    }

    private static List<TableLock> locks(Step step, Position at) {
        Optional<Action> action = !at.backward()
                ? Optional.of(step.action())
                : step.undo() instanceof Step.Undo.By(Action back) ? Optional.of(back) : Optional.empty();
        return action.map(todo -> switch (todo) {
                    case Action.Transactional transactional -> transactional.locks();
                    case Action.Standalone standalone -> standalone.locks();
                    case Action.BuildIndex _,
                            Action.DropIndex _,
                            Action.RebuildIndex _,
                            Action.Backfill _,
                            Action.DrainTransactions _,
                            Action.CopyRows _,
                            Action.Survey _,
                            Action.KeepValues _,
                            Action.ForgetValues _,
                            Action.CountUses _,
                            Action.ProveUnused _,
                            Action.RevertWindow _,
                            Action.Assertion _ -> List.<TableLock>of();
                })
                .orElseGet(List::of);
    }

    private static Map<String, OwnStep> own(List<Session> sessions, List<RunView> live) {
        Map<String, OwnStep> own = new HashMap<>();
        for (Session session : sessions) {
            for (RunView run : live) {
                String prefix = "lockstep/" + run.run().id().shortForm() + "/";
                if (session.application().startsWith(prefix)) {
                    own.put(session.id(), ownStep(run, session.application().substring(prefix.length())));
                }
            }
        }
        return own;
    }

    /** The server cuts names that are too long. */
    private static OwnStep ownStep(RunView run, String name) {
        Optional<Step> step = run.state().script().phases().stream()
                .flatMap(phase -> phase.steps().stream())
                .filter(known -> known.name().startsWith(name))
                .findFirst();
        return new OwnStep(
                run.run().document().key(),
                step.map(Step::name).orElse(name),
                step.map(Step::title).orElse(name));
    }
}
