package dev.lockstep.benchmark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.lockstep.change.Action;
import dev.lockstep.change.Compilation;
import dev.lockstep.change.Compiler;
import dev.lockstep.change.Phase;
import dev.lockstep.change.Step;
import dev.lockstep.engine.Progress;
import dev.lockstep.engine.RunId;
import dev.lockstep.engine.StepMonitor;
import dev.lockstep.engine.StepOrder;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.engine.Targets.CatalogueReading;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.plan.PlanDocument;
import dev.lockstep.plan.PlanReader;
import dev.lockstep.plan.Reading;
import dev.lockstep.target.JdbcTargets;
import dev.lockstep.target.TargetConnection;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The backfill of a real plan, from its document to its ledger: what the engine asks of the target, without the gates. A
 * plan that has been compiled once stays as it is, as the catalogue changes under it.
 */
final class PlannedFill {
    private final PlanDocument plan;
    private final JdbcTargets targets;
    private final RunId run;
    private final List<Step> steps;
    private final int fill;

    private PlannedFill(PlanDocument plan, JdbcTargets targets, RunId run, List<Step> steps) {
        this.plan = plan;
        this.targets = targets;
        this.run = run;
        this.steps = steps;
        this.fill = steps.indexOf(steps.stream()
                .filter(step -> step.action() instanceof Action.Backfill)
                .findFirst()
                .orElseThrow());
    }

    /**
     * Compiles the plan for the database as it is.
     *
     * @param spec what the plan says beside its database, as YAML
     */
    static PlannedFill of(String url, String spec, UUID run) {
        PlanDocument plan = read(spec);
        JdbcTargets targets = new JdbcTargets(
                Map.of(plan.spec().database(), new TargetConnection(url, "", () -> "")), InstantSource.system());
        CatalogueReading reading = targets.read(plan.spec().database(), Compiler.inquiry(plan.spec()));
        if (!(reading instanceof CatalogueReading.Read read)) {
            throw new IllegalStateException(reading.toString());
        }
        return switch (Compiler.compile(plan.spec(), read.catalogue())) {
            case Compilation.Compiled(List<Phase> phases, var _) ->
                new PlannedFill(
                        plan,
                        targets,
                        new RunId(run),
                        phases.stream().flatMap(phase -> phase.steps().stream()).toList());
            case Compilation.Refused(var violations) -> throw new IllegalStateException(spec + violations);
        };
    }

    private static PlanDocument read(String spec) {
        String yaml = """
                apiVersion: lockstep.dev/v1alpha1
                kind: MigrationPlan
                metadata: {name: benchmark, namespace: shop}
                spec:
                  databaseRef: {name: shop}
                  description: The backfill's benchmark
                  workloads:
                    - name: web
                      kind: Deployment
                      resource: shop-web
                      versions: {dual-write: ">=1.5.0", new-only: ">=1.7.0"}
                %s""".formatted(spec.indent(2));
        try {
            return switch (PlanReader.read(new YAMLMapper().readValue(yaml, Object.class))) {
                case Reading.Accepted(PlanDocument document) -> document;
                case Reading.Rejected(var violations, var _) -> throw new IllegalStateException(yaml + violations);
            };
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(yaml, e);
        }
    }

    /** The name of the backfill's step, as the ledger has it. */
    String step() {
        return steps.get(fill).name();
    }

    /** Does all that comes before the backfill: the column, and triggers where the plan has them. */
    void prepare() {
        for (int ordinal = 0; ordinal < fill; ordinal++) {
            perform(ordinal, 1, new Unwatched());
        }
    }

    /** @param attempt the first or, after a crash, the next; also the fence */
    void fill(int attempt) {
        fill(attempt, new Unwatched());
    }

    /** The same, with somebody who is told how it goes. */
    void fill(int attempt, StepMonitor watch) {
        perform(fill, attempt, watch);
    }

    private void perform(int ordinal, int attempt, StepMonitor watch) {
        StepOrder order = new StepOrder(
                plan.spec().database(),
                run,
                ordinal,
                steps.get(ordinal),
                Direction.FORWARD,
                attempt,
                attempt,
                plan.spec().locks(),
                plan.spec().backfill());
        StepOutcome outcome = targets.execute(order, watch);
        while (outcome instanceof StepOutcome.Blocked) {
            outcome = targets.execute(order, watch);
        }
        if (!(outcome instanceof StepOutcome.Completed)) {
            throw new IllegalStateException(steps.get(ordinal).name() + ": " + outcome);
        }
    }

    /** Lets a step go on. */
    private static final class Unwatched implements StepMonitor {
        @Override
        public boolean stopRequested() {
            return false;
        }

        @Override
        public void progressed(Progress progress) {}

        @Override
        public void waitingFor(List<Blocker> blockers) {}
    }
}
