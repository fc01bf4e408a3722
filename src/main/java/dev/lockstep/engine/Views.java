package dev.lockstep.engine;

import dev.lockstep.lifecycle.Next.Freshness;
import dev.lockstep.lifecycle.Position;
import dev.lockstep.lifecycle.RunState;
import dev.lockstep.lifecycle.Stage;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Puts together what people see of a run from its journal, its progress and a look at the cluster. */
public final class Views {
    private final Runs runs;
    private final Lookout lookout;

    public Views(Runs runs, Lookout lookout) {
        this.runs = runs;
        this.lookout = lookout;
    }

    PlanView of(StoredPlan plan, boolean withWorkloads) {
        return new PlanView(plan, plan.newestRun().map(run -> run(run, withWorkloads)));
    }

    /** The run without a look at the cluster. */
    RunView run(RunId id) {
        return run(id, false);
    }

    StoredRun stored(RunId id) {
        return runs.find(id)
                .orElseThrow(() -> new LockstepException(ErrorCode.RUN_NOT_FOUND, "There is no run " + id + "."));
    }

    private RunView run(RunId id, boolean withWorkloads) {
        StoredRun run = stored(id);
        List<JournalEntry> journal = runs.journal(id, 0);
        History history = new History(run.script());
        history.read(journal);
        Instant startedAt =
                journal.isEmpty() ? run.createdAt() : journal.getFirst().at();
        // What is over holds nothing, and needs no look at the database.
        Lookout.Surroundings around = !withWorkloads
                ? new Lookout.Surroundings(List.of(), Unlisted.none())
                : history.state().status().over()
                        ? new Lookout.Surroundings(
                                lookout.look(
                                        run.document().spec().workloads(), history.attestations(), Freshness.WATCHED),
                                Unlisted.none())
                        : lookout.surroundings(run.document().spec(), history.attestations());
        return new RunView(
                run,
                history.state(),
                history.sequence(),
                history.phases(),
                progress(id, history.state()),
                around.workloads(),
                around.unlisted(),
                startedAt,
                history.finishedAt());
    }

    /** Only while the step that reported it runs: what is done is in the step's summary. */
    private Optional<Progress> progress(RunId id, RunState state) {
        return state.stage() instanceof Stage.StepRunning(Position at, var _)
                ? runs.progress(id)
                        .filter(progress ->
                                progress.step().equals(state.script().step(at).name()))
                : Optional.empty();
    }
}
