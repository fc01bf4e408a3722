package dev.lockstep.engine;

import dev.lockstep.gate.Attestation;
import dev.lockstep.lifecycle.Next.Freshness;
import dev.lockstep.lifecycle.Position;
import dev.lockstep.lifecycle.RunState;
import dev.lockstep.lifecycle.Stage;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.WorkloadName;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Puts together what people see of a run from its journal, its progress and a look at the cluster. */
public final class Views {
    private final Runs runs;
    private final Lookout lookout;
    private final Journals journals;

    public Views(Runs runs, Lookout lookout) {
        this.runs = runs;
        this.lookout = lookout;
        this.journals = new Journals(runs);
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
        Read read = journals.read(
                run,
                history -> new Read(
                        history.state(),
                        history.sequence(),
                        history.phases(),
                        history.attestations(),
                        history.startedAt().orElse(run.createdAt()),
                        history.finishedAt()));
        Lookout.Surroundings around =
                withWorkloads ? around(run, read) : new Lookout.Surroundings(List.of(), Unlisted.none());
        return new RunView(
                run,
                read.state(),
                read.sequence(),
                read.phases(),
                progress(id, read.state()),
                around.workloads(),
                around.unlisted(),
                read.startedAt(),
                read.finishedAt());
    }

    /** What a journal says; the look at the cluster takes its time, and others want to read it meanwhile. */
    private record Read(
            RunState state,
            long sequence,
            List<PhaseView> phases,
            Map<WorkloadName, Attestation> attestations,
            Instant startedAt,
            Optional<Instant> finishedAt) {}

    /** What is over holds nothing, and needs no look at the database. */
    private Lookout.Surroundings around(StoredRun run, Read read) {
        PlanSpec spec = run.document().spec();
        return read.state().status().over()
                ? new Lookout.Surroundings(
                        lookout.look(spec.workloads(), read.attestations(), Freshness.WATCHED), Unlisted.none())
                : lookout.surroundings(spec, read.attestations());
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
