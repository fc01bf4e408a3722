package dev.lockstep.engine;

import static org.awaitility.Awaitility.await;

import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.Hold;
import dev.lockstep.lifecycle.RunStatus;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.DeclaredPhase;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.plan.PlanDocument;
import dev.lockstep.plan.PlanKey;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.Runner;
import dev.lockstep.plan.SqlStep;
import dev.lockstep.plan.Versions;
import dev.lockstep.plan.WorkloadName;
import dev.lockstep.plan.WorkloadSpec;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;

/** A store, a database, a cluster and a clock, and any number of replicas of the engine between them. */
final class Bench implements AutoCloseable {
    static final Actor ANN = new Actor("ann", true);
    static final Actor BEN = new Actor("ben", true);
    static final Actor PIPELINE = new Actor("pipeline", false);
    static final PlanKey PLAN = new PlanKey("shop", "drop-name");
    static final PhaseName CONTRACT = new PhaseName("contract");
    static final int STABLE_SECONDS = 10;

    final SetClock clock = new SetClock();
    final FakeRuns runs = new FakeRuns(InstantSource.system());
    final FakePlans plans = new FakePlans(runs);
    final FakeCluster cluster = new FakeCluster(clock);
    final FakeTargets targets = new FakeTargets(
            new Catalogue(
                    160_000,
                    new Catalogue.Role(new Identifier("lockstep"), false, true, true),
                    Map.of(),
                    Catalogue.Names.ordinary()),
            clock);
    final Operations operations;
    private final Targets database;
    private final List<RunEngine> replicas = new ArrayList<>();

    Bench() {
        database = targets;
        operations = operations(runs);
    }

    /** With a real database in the place of the one that does what a test says. */
    Bench(Targets real) {
        database = real;
        operations = operations(runs);
    }

    Operations operations(Runs store) {
        return operations(store, new ApprovalRules(false));
    }

    Operations operations(Runs store, ApprovalRules rules) {
        return new Operations(
                plans,
                store,
                new Views(store, new Lookout(cluster, store, new Neighbours(database, clock), clock)),
                new Explainer(database, cluster),
                clock,
                rules);
    }

    /** A replica that looks for runs often, and that others outwait in two seconds. */
    RunEngine replica(String name) {
        return replica(name, runs, Duration.ofSeconds(2), Duration.ofMillis(100));
    }

    RunEngine replica(String name, Runs store, Duration leaseTimeToLive, Duration sweep) {
        RunEngine engine = new RunEngine(
                store,
                new Lookout(cluster, store, new Neighbours(database, clock), clock),
                database,
                operations(store),
                new RunEngine.Settings(name, leaseTimeToLive, sweep),
                clock);
        replicas.add(engine);
        engine.start();
        return engine;
    }

    /** Adds a column, then drops one once all code is new; people have to approve the drop. */
    static PlanDocument dropPlan(PlanKey key, int approvals) {
        return document(
                key,
                approvals == 0 ? List.of() : List.of(new PlanSpec.Approval(CONTRACT, approvals)),
                phase("expand", PhaseType.EXPAND, sql("add", "SELECT 1")),
                new DeclaredPhase(
                        CONTRACT,
                        PhaseType.CONTRACT,
                        Optional.of(Milestone.NEW_ONLY),
                        List.of(new DeclaredPhase.Step.Sql(
                                step("drop", "ALTER TABLE users DROP COLUMN name", List.of())))));
    }

    /** Adds something, and waits for nobody. */
    static PlanDocument addPlan(PlanKey key, TableName... tables) {
        DeclaredPhase.Step add = new DeclaredPhase.Step.Sql(new SqlStep(
                "add",
                "CREATE INDEX ON users (name)",
                Optional.of("SELECT 1"),
                Optional.empty(),
                true,
                List.of(tables)));
        return document(key, List.of(), phase("expand", PhaseType.EXPAND, add));
    }

    /** Fills something once all code writes both shapes, and drops the old one once all code is new-only. */
    static PlanDocument bothWritingPlan(PlanKey key) {
        return document(
                key,
                List.of(),
                Map.of(
                        Milestone.DUAL_WRITE, new Versions.Range(">=1.4.0"),
                        Milestone.NEW_ONLY, new Versions.Range(">=1.5.0")),
                phase("expand", PhaseType.EXPAND, sql("add", "SELECT 1")),
                new DeclaredPhase(
                        new PhaseName("backfill"),
                        PhaseType.BACKFILL,
                        Optional.of(Milestone.DUAL_WRITE),
                        List.of(sql("fill", "SELECT 1"))),
                new DeclaredPhase(
                        CONTRACT,
                        PhaseType.CONTRACT,
                        Optional.of(Milestone.NEW_ONLY),
                        List.of(new DeclaredPhase.Step.Sql(
                                step("drop", "ALTER TABLE users DROP COLUMN name", List.of())))));
    }

    static DeclaredPhase phase(String name, PhaseType type, DeclaredPhase.Step... steps) {
        return new DeclaredPhase(new PhaseName(name), type, Optional.empty(), List.of(steps));
    }

    static DeclaredPhase.Step sql(String name, String down) {
        return new DeclaredPhase.Step.Sql(
                new SqlStep(name, "SELECT 1", Optional.of(down), Optional.empty(), true, List.of()));
    }

    private static SqlStep step(String name, String up, List<TableName> tables) {
        return new SqlStep(name, up, Optional.empty(), Optional.empty(), true, tables);
    }

    static PlanDocument document(PlanKey key, List<PlanSpec.Approval> approvals, DeclaredPhase... phases) {
        return document(key, approvals, Map.of(Milestone.NEW_ONLY, new Versions.Range(">=1.5.0")), phases);
    }

    private static PlanDocument document(
            PlanKey key,
            List<PlanSpec.Approval> approvals,
            Map<Milestone, Versions> versions,
            DeclaredPhase... phases) {
        WorkloadSpec web = new WorkloadSpec(
                new WorkloadName("web"),
                Runner.Kind.DEPLOYMENT,
                "shop",
                "web",
                versions,
                WorkloadSpec.EvidenceSpec.standard());
        return new PlanDocument(
                key,
                new PlanSpec(
                        new DatabaseName("shop"),
                        "what " + key + " does",
                        new PlanSpec.Work.Phases(List.of(phases)),
                        List.of(web),
                        approvals,
                        STABLE_SECONDS,
                        PlanSpec.LockBudget.standard(),
                        PlanSpec.BackfillPace.standard(),
                        PlanSpec.Sync.TRIGGER,
                        PlanSpec.ContractRules.standard(),
                        new PlanSpec.Backup.None()));
    }

    /** Declares the plan and starts it. */
    RunId started(PlanDocument plan) {
        operations.put(plan, ANN, Optional.empty());
        return operations.start(plan.key(), ANN).run().orElseThrow().run().id();
    }

    RunStatus status(PlanKey plan) {
        return operations.glance(plan).status();
    }

    List<Blocker> blockers(PlanKey plan) {
        return operations.glance(plan).holds().stream().map(Hold::blocker).toList();
    }

    <E extends Event> Stream<E> journal(RunId run, Class<E> kind) {
        return runs.journal(run, 0).stream()
                .map(JournalEntry::event)
                .filter(kind::isInstance)
                .map(kind::cast);
    }

    void awaits(RunStatus status) {
        awaits(PLAN, status);
    }

    void awaits(PlanKey plan, RunStatus status) {
        patiently("the run of " + plan + " to be " + status).until(() -> status(plan) == status);
    }

    static ConditionFactory patiently(String what) {
        return await(what).atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(5));
    }

    /** The clock goes on, and something moves in the cluster, so that engines look up. */
    void later(Duration by, String... versions) {
        clock.goesOn(by);
        cluster.runs(versions);
    }

    /** All old pods are gone, and have been for long enough. */
    void rolledOut() {
        cluster.runs("1.5.0");
        patiently("the gate to match")
                .until(() -> journal(runs.newest(PLAN).orElseThrow(), Event.GateMatched.class)
                                .count()
                        > 0);
        later(Duration.ofSeconds(STABLE_SECONDS), "1.5.0");
    }

    @Override
    public void close() {
        replicas.forEach(RunEngine::close);
    }
}
