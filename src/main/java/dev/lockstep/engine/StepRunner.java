package dev.lockstep.engine;

import dev.lockstep.change.Step;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.Event.StepSummary;
import dev.lockstep.lifecycle.Position;
import dev.lockstep.lifecycle.Position.Direction;
import dev.lockstep.lifecycle.RunState;
import dev.lockstep.lifecycle.Stage;
import dev.lockstep.plan.PlanSpec;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Has one step done on its target, and keeps the journal, the progress and the lease in touch with it meanwhile. */
final class StepRunner {
    private final Targets targets;
    private final Runs runs;

    StepRunner(Targets targets, Runs runs) {
        this.targets = targets;
        this.runs = runs;
    }

    StepOutcome run(
            StoredRun run, RunState state, Position at, int attempt, LeaseKeeper keeper, Journalist journalist) {
        Step step = state.script().step(at);
        if (at.backward() && step.undo() instanceof Step.Undo.Nothing) {
            return new StepOutcome.Completed(new StepSummary(0, 0, 0, List.of()));
        }
        PlanSpec spec = run.document().spec();
        StepOrder order = new StepOrder(
                spec.database(),
                run.id(),
                state.script().ordinal(at),
                step,
                at.direction(),
                attempt,
                keeper.lease().fence(),
                spec.locks(),
                spec.backfill());
        try (Watch watch = new Watch(run, step.name(), at, keeper, journalist)) {
            return targets.execute(order, watch);
        }
    }

    /**
     * Listens for the step, and for people: a command in the journal stops the step at its next safe point.
     */
    private final class Watch implements StepMonitor, AutoCloseable {
        private final StoredRun run;
        private final String step;
        private final Position at;
        private final LeaseKeeper keeper;
        private final Journalist journalist;
        private final AtomicReference<List<Blocker>> waitingFor = new AtomicReference<>(List.of());
        private final Bell bell = new Bell();
        private final AutoCloseable subscription;
        private final Thread thread;
        private volatile boolean stop;

        Watch(StoredRun run, String step, Position at, LeaseKeeper keeper, Journalist journalist) {
            this.run = run;
            this.step = step;
            this.at = at;
            this.keeper = keeper;
            this.journalist = journalist;
            this.subscription = runs.onChange(changed -> {
                if (changed.equals(run.id())) {
                    bell.ring();
                }
            });
            this.thread =
                    Thread.ofVirtual().name("watch-" + run.id().shortForm()).start(this::watch);
        }

        private void watch() {
            try {
                while (!stop) {
                    RunState state = journalist.read();
                    stop = state.suspended()
                            || !(state.stage() instanceof Stage.StepRunning(Position still, var _) && still.equals(at));
                    bell.await(Duration.ofSeconds(2));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (LockstepException e) {
                // The store does not answer: the lease keeper decides when that is long enough to stop.
                stop = e.code() != ErrorCode.STORE_UNREACHABLE;
            }
        }

        @Override
        public boolean stopRequested() {
            return stop || keeper.ending();
        }

        @Override
        public void progressed(Progress progress) {
            runs.report(run.id(), progress);
        }

        @Override
        public void waitingFor(List<Blocker> blockers) {
            if (waitingFor.getAndSet(blockers).equals(blockers)) {
                return;
            }
            Direction direction = at.direction();
            journalist.write(
                    state -> state.stage() instanceof Stage.StepRunning(Position still, var _) && still.equals(at)
                            ? List.of(new Event.StepWaiting(step, direction, blockers))
                            : List.of());
        }

        @Override
        public void close() {
            stop = true;
            thread.interrupt();
            try {
                subscription.close();
            } catch (Exception e) {
                throw new LockstepException(ErrorCode.INTERNAL, "A subscription could not be closed.", e);
            }
        }
    }
}
