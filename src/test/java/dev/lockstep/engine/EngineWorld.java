package dev.lockstep.engine;

import dev.lockstep.lifecycle.RunStatus;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PlanKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** An engine with a replica, and a store, a database and a cluster that do what a test says; for tests of other rooms. */
public final class EngineWorld implements AutoCloseable {
    private final Bench bench;
    private final Targets targets;

    public EngineWorld() {
        bench = new Bench();
        targets = bench.targets;
        bench.replica("one");
    }

    /** One that works on this database, which does not do what a test says. */
    public EngineWorld(Targets database) {
        bench = new Bench(database);
        targets = database;
        bench.replica("one");
    }

    public Operations operations() {
        return bench.operations;
    }

    public Runs runs() {
        return bench.runs;
    }

    public Targets targets() {
        return targets;
    }

    public InstantSource clock() {
        return bench.clock;
    }

    /** All pods of every workload run these versions now. */
    public void runs(String... versions) {
        bench.cluster.runs(versions);
    }

    /** Time goes on, and something moves in the cluster. */
    public void later(Duration by, String... versions) {
        bench.later(by, versions);
    }

    /** This step works until somebody asks it to stop. */
    public void hangs(String step) {
        bench.targets.next(step, FakeTargets::untilStopped);
    }

    /** The steps that had their effect, each with its direction. */
    public List<String> effects() {
        return bench.targets.effects();
    }

    public void awaits(PlanKey plan, RunStatus status) {
        bench.awaits(plan, status);
    }

    /** A person agrees to what runs. */
    public void approve(PlanKey plan, String phase) {
        bench.operations.decide(
                plan,
                new PhaseName(phase),
                Decision.APPROVE,
                "",
                bench.operations.view(plan).plan().digest(),
                Bench.BEN);
    }

    @Override
    public void close() {
        bench.close();
    }
}
