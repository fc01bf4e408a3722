package dev.lockstep.traffic;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.lockstep.change.Compilation;
import dev.lockstep.change.Compiler;
import dev.lockstep.change.Phase;
import dev.lockstep.change.Step;
import dev.lockstep.engine.RunId;
import dev.lockstep.engine.StepOrder;
import dev.lockstep.engine.StepOutcome;
import dev.lockstep.engine.Targets.CatalogueReading;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.plan.ChangeKind;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.plan.PlanDocument;
import dev.lockstep.plan.PlanReader;
import dev.lockstep.plan.PlanSpec;
import dev.lockstep.plan.Reading;
import dev.lockstep.target.JdbcTargets;
import dev.lockstep.target.TargetConnection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/**
 * One run of a scenario's plan on its database, move by move, without the engine: what the target is asked to do, and in
 * what order, is what the engine would ask for.
 */
final class PlanRun {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final PlanDocument plan;
    private final JdbcTargets targets;
    private final String url;
    private final RunId run = new RunId(UUID.randomUUID());
    private final List<Phase> phases;
    private final List<Move> moves;
    private long fence = 1;
    private Direction last = Direction.FORWARD;

    /** What a run consists of. */
    sealed interface Move {
        Phase phase();

        /** Deploying code that has reached the milestone; taking it back means deploying what ran before. */
        record Deploy(Phase phase, Milestone milestone) implements Move {}

        record Perform(Phase phase, Step step, int ordinal) implements Move {}
    }

    private PlanRun(PlanDocument plan, JdbcTargets targets, String url, List<Phase> phases) {
        this.plan = plan;
        this.targets = targets;
        this.url = url;
        this.phases = phases;
        this.moves = moves(phases);
    }

    /** Compiles the plan for the database as it is now. */
    static PlanRun of(Scenario scenario, String url) {
        PlanDocument plan = read(scenario);
        JdbcTargets targets = new JdbcTargets(
                Map.of(plan.spec().database(), new TargetConnection(url, "", () -> "")), Clock.systemUTC());
        CatalogueReading reading = targets.read(plan.spec().database(), Compiler.inquiry(plan.spec()));
        if (!(reading instanceof CatalogueReading.Read read)) {
            throw new AssertionError(reading.toString());
        }
        return switch (Compiler.compile(plan.spec(), read.catalogue())) {
            case Compilation.Compiled(List<Phase> phases, var _) -> new PlanRun(plan, targets, url, phases);
            case Compilation.Refused(var violations) -> throw new AssertionError(scenario.title() + ": " + violations);
        };
    }

    /** The kinds of the changes that the plan is made of. */
    static List<ChangeKind> kinds(Scenario scenario) {
        return switch (read(scenario).spec().work()) {
            case PlanSpec.Work.Changes(var changes) ->
                changes.stream().map(ChangeKind::of).toList();
            case PlanSpec.Work.Phases _ -> List.of();
        };
    }

    private static PlanDocument read(Scenario scenario) {
        String yaml = """
                apiVersion: lockstep.dev/v1alpha1
                kind: MigrationPlan
                metadata: {name: traffic, namespace: shop}
                spec:
                  databaseRef: {name: shop}
                  description: The traffic proof
                  workloads:
                    - name: web
                      kind: Deployment
                      resource: shop-web
                      versions: {dual-write: ">=1.5.0", read-new: ">=1.6.0", new-only: ">=1.7.0"}
                      evidence:
                        http: {port: 18080, path: /version, pointer: /version}
                %s""".formatted(scenario.plan().indent(2));
        try {
            return switch (PlanReader.read(new YAMLMapper().readValue(yaml, Object.class))) {
                case Reading.Accepted(PlanDocument document) -> document;
                case Reading.Rejected(var violations, var _) ->
                    throw new AssertionError(scenario.title() + ": " + violations);
            };
        } catch (JsonProcessingException e) {
            throw new AssertionError(yaml, e);
        }
    }

    private static List<Move> moves(List<Phase> phases) {
        List<Move> moves = new ArrayList<>();
        List<Milestone> reached = new ArrayList<>();
        int ordinal = 0;
        for (Phase phase : phases) {
            if (phase.require().isPresent() && !reached.contains(phase.require().get())) {
                reached.add(phase.require().get());
                moves.add(new Move.Deploy(phase, phase.require().get()));
            }
            for (Step step : phase.steps()) {
                moves.add(new Move.Perform(phase, step, ordinal++));
            }
        }
        return List.copyOf(moves);
    }

    List<Move> moves() {
        return moves;
    }

    /** The phases' last moves, as numbers of moves done by then. */
    List<Integer> boundaries() {
        List<Integer> ends = new ArrayList<>();
        for (int done = 1; done <= moves.size(); done++) {
            if (done == moves.size()
                    || !moves.get(done).phase().equals(moves.get(done - 1).phase())) {
                ends.add(done);
            }
        }
        return ends;
    }

    /** How many moves can be made before the one that nothing takes back. */
    int reversible() {
        int done = 0;
        while (done < moves.size()
                && !(moves.get(done) instanceof Move.Perform perform
                        && perform.step().undo() instanceof Step.Undo.Impossible)) {
            done++;
        }
        return done;
    }

    /** Whether the plan has a phase of this type, and after so many moves it is not through. */
    boolean pending(PhaseType type, int done) {
        return moves.subList(done, moves.size()).stream()
                .anyMatch(move -> move instanceof Move.Perform && move.phase().type() == type);
    }

    /** Whether after so many moves the old shape is gone: with this step, or with the first that nothing takes back. */
    boolean oldIsGone(int done, Optional<String> lastOfOld) {
        return done > reversible()
                || moves.subList(0, done).stream()
                        .anyMatch(move -> move instanceof Move.Perform perform
                                && lastOfOld
                                        .filter(perform.step().name()::equals)
                                        .isPresent());
    }

    long budgetMilliseconds() {
        return plan.spec().locks().budgetMilliseconds();
    }

    /**
     * Has the step done or taken back, and broken off in this way before.
     *
     * @return whether an attempt was really broken off
     */
    boolean perform(Move.Perform move, Direction direction, Breaker.Way way) throws SQLException {
        if (direction != last) {
            last = direction;
            fence++;
        }
        if (direction == Direction.BACKWARD && move.step().undo() instanceof Step.Undo.Nothing) {
            return false;
        }
        boolean broken = way != Breaker.Way.NOT_AT_ALL && breakOff(move, direction, way);
        complete(move, direction);
        return broken;
    }

    /** One attempt only, broken off; true if it really was. */
    boolean breakOff(Move.Perform move, Direction direction, Breaker.Way way) throws SQLException {
        String name = "lockstep/" + run.shortForm() + "/" + move.step().name();
        try (Breaker _ = Breaker.arm(url, way, name, move.step().name())) {
            StepOutcome outcome = targets.execute(order(move, direction, 1), Breaker.monitor(way));
            if (outcome instanceof StepOutcome.Failed failed) {
                throw new AssertionError(direction + " " + move.step().name() + ", broken off, " + failed);
            }
            return !(outcome instanceof StepOutcome.Completed);
        }
    }

    private void complete(Move.Perform move, Direction direction) {
        long began = System.nanoTime();
        for (int attempt = 2; ; attempt++) {
            StepOutcome outcome =
                    targets.execute(order(move, direction, attempt), Breaker.monitor(Breaker.Way.NOT_AT_ALL));
            if (outcome instanceof StepOutcome.Blocked blocked && System.nanoTime() - began < PATIENCE.toNanos()) {
                LockSupport.parkNanos(
                        Math.min(PAUSE.toNanos(), blocked.retryAfter().toNanos()));
            } else if (outcome instanceof StepOutcome.Completed) {
                return;
            } else {
                throw new AssertionError(direction + " " + move.step().name() + " ended as " + outcome);
            }
        }
    }

    private StepOrder order(Move.Perform move, Direction direction, int attempt) {
        return new StepOrder(
                plan.spec().database(),
                run,
                move.ordinal(),
                move.step(),
                direction,
                attempt,
                fence,
                plan.spec().locks(),
                plan.spec().backfill());
    }

    /** For people: the phases' names. */
    @Override
    public String toString() {
        return phases.stream().map(phase -> phase.name().value()).toList().toString();
    }
}
