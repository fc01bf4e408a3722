package dev.lockstep.engine;

import dev.lockstep.lifecycle.RunState;
import dev.lockstep.lifecycle.RunStatus;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.PlanKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Holds the journals in the store against the ledgers in the targets: after a restore of one of the two they do not agree, and
 * nobody would know before the next step, or never for a plan that has succeeded (G40). Looks only; blocks.
 */
public final class Reconciliation {
    private final Plans plans;
    private final Targets targets;
    private final Views views;

    public Reconciliation(Plans plans, Targets targets, Views views) {
        this.plans = plans;
        this.targets = targets;
        this.views = views;
    }

    /** Who knows less than the other. */
    public enum Behind {
        DATABASE,
        STORE
    }

    /**
     * One run about which they do not agree.
     *
     * @param steps that only one of the two calls done, in the run's order
     * @param message what is so, as sentences
     * @param remedy what a person can do, as sentences
     */
    public record Disagreement(
            PlanKey plan, RunId run, Behind behind, List<String> steps, String message, String remedy) {
        public Disagreement {
            steps = List.copyOf(steps);
        }
    }

    /**
     * About the newest run of each plan on this database, unless it goes back or has gone back.
     *
     * @throws LockstepException DATABASE_UNREACHABLE when the database cannot be asked
     */
    public List<Disagreement> of(DatabaseName database) {
        // Before the journals: what is in it is then in them, unless the store is behind.
        Map<RunId, Set<String>> before = ledger(database);
        List<RunView> runs = plans.all().stream()
                .filter(plan -> plan.document().spec().database().equals(database))
                .flatMap(plan -> plan.newestRun().stream())
                .map(views::run)
                .filter(run -> goesForward(run.state()))
                .toList();
        // After them: what they call done is then in it, unless the database is behind.
        Map<RunId, Set<String>> after = ledger(database);
        List<Disagreement> all = new ArrayList<>();
        for (RunView run : runs) {
            RunId id = run.run().id();
            storeBehind(run, before.getOrDefault(id, Set.of())).ifPresent(all::add);
            databaseBehind(run, after.getOrDefault(id, Set.of())).ifPresent(all::add);
        }
        return all;
    }

    private Map<RunId, Set<String>> ledger(DatabaseName database) {
        return switch (targets.ledger(database)) {
            case Targets.LedgerReading.Read(Map<RunId, Set<String>> done) -> done;
            case Targets.LedgerReading.Unreachable(String reason) ->
                throw new LockstepException(ErrorCode.DATABASE_UNREACHABLE, reason);
        };
    }

    private static boolean goesForward(RunState state) {
        return state.status() == RunStatus.SUCCEEDED
                || state.position().filter(at -> !at.backward()).isPresent();
    }

    private static Optional<Disagreement> databaseBehind(RunView run, Set<String> done) {
        List<String> missing = steps(run)
                .filter(step -> step.state() == StepView.State.DONE)
                .map(step -> step.step().name())
                .filter(step -> !done.contains(step))
                .toList();
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of(new Disagreement(
                        key(run),
                        run.run().id(),
                        Behind.DATABASE,
                        missing,
                        "The journal of plan " + key(run) + " says that " + missing
                                + " are done, and the ledger in the database does not know them: the database was restored"
                                + " to before that, or another one answers at its address.",
                        run.state().status() == RunStatus.SUCCEEDED
                                ? "Code of the new shape breaks on this database. Run the plan anew: put it with another"
                                        + " description, which is a new revision, and start it. If old code is to run"
                                        + " meanwhile, delete the plan and lift its floor."
                                : "The run is held before its next step. Abort it, roll it back, and start it anew."));
    }

    /** A step that was begun may be done without anybody having written that down yet. */
    private static Optional<Disagreement> storeBehind(RunView run, Set<String> done) {
        List<String> unknown = steps(run)
                .filter(step -> step.state() != StepView.State.DONE && step.attempts() == 0)
                .map(step -> step.step().name())
                .filter(done::contains)
                .toList();
        return unknown.isEmpty()
                ? Optional.empty()
                : Optional.of(new Disagreement(
                        key(run),
                        run.run().id(),
                        Behind.STORE,
                        unknown,
                        "The ledger in the database says that " + unknown + " of plan " + key(run)
                                + " are done, and the journal does not know that they were begun: the store was restored to"
                                + " before that, or another Lockstep works on the database with a copy of it.",
                        "See that no other Lockstep works on this database; then let the run go on: what is done is found,"
                                + " and not done again. Until it is through, keep old code out yourself: its floor may be"
                                + " forgotten."));
    }

    private static Stream<StepView> steps(RunView run) {
        return run.phases().stream().flatMap(phase -> phase.steps().stream());
    }

    private static PlanKey key(RunView run) {
        return run.run().document().key();
    }
}
