package dev.lockstep.engine;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.lockstep.change.Step;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.Event.StepSummary;
import dev.lockstep.lifecycle.Hold;
import dev.lockstep.lifecycle.InTheWay;
import dev.lockstep.lifecycle.Lifecycle;
import dev.lockstep.lifecycle.Next;
import dev.lockstep.lifecycle.Pacing;
import dev.lockstep.lifecycle.Position;
import dev.lockstep.lifecycle.RunState;
import dev.lockstep.lifecycle.Sighting;
import dev.lockstep.lifecycle.Stage;
import dev.lockstep.plan.PlanSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** Has one step done on its target, and keeps the journal, the progress and the lease in touch with it meanwhile. */
final class StepRunner {
    private static final System.Logger LOG = System.getLogger(StepRunner.class.getName());

    private final Targets targets;
    private final Runs runs;
    private final InstantSource clock;

    StepRunner(Targets targets, Runs runs, InstantSource clock) {
        this.targets = targets;
        this.runs = runs;
        this.clock = clock;
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
                spec.backfill(),
                at.backward() ? List.of() : state.script().before(at));
        try (Watch watch = new Watch(run, state, at, keeper, journalist)) {
            return targets.execute(order, watch);
        } catch (LockstepException e) {
            if (e.code().retryable()) {
                throw e;
            }
            return unforeseen(step, e);
        } catch (RuntimeException e) {
            return unforeseen(step, e);
        }
    }

    /** The fence that kept a step out, if no replica that this store knows of can have brought it there. */
    Optional<Long> newerFence(StoredRun run, Lease lease) {
        return targets.fence(run.document().spec().database(), run.id()).filter(seen -> seen > lease.fence());
    }

    /** A fault of ours: a person has to see it on the run, and not only in a log that fills up with new attempts. */
    private static StepOutcome unforeseen(Step step, RuntimeException e) {
        LOG.log(ERROR, "step=" + step.name() + " ended in a way that nobody has foreseen", e);
        return new StepOutcome.Failed(
                ErrorCode.INTERNAL,
                "Step " + step.name() + " ended in a way that Lockstep has not foreseen: " + e.getMessage() + ".",
                "Look at Lockstep's log for the whole of it and report it. Retry does the step again; what an earlier"
                        + " attempt has done is seen in the database and not done twice.");
    }

    /**
     * Listens for the step, for people and for the clock: a command in the journal stops the step at its next safe point, and
     * so does the end of the phase's window, unless the phase is to be finished (G44).
     */
    private final class Watch implements StepMonitor, AutoCloseable {
        private final StoredRun run;
        private final String step;
        private final Position at;
        private final LeaseKeeper keeper;
        private final Journalist journalist;
        private final AtomicReference<List<Blocker>> waitingFor;
        private final Bell bell = new Bell();
        private final AutoCloseable subscription;
        private volatile Optional<Pacing> pacing;
        private volatile boolean stop;
        private volatile boolean closed;

        Watch(StoredRun run, RunState state, Position at, LeaseKeeper keeper, Journalist journalist) {
            this.run = run;
            this.step = state.script().step(at).name();
            this.at = at;
            this.keeper = keeper;
            this.journalist = journalist;
            // What the last attempt waited for still stands in the journal until this one says otherwise.
            this.waitingFor = new AtomicReference<>(
                    state.holds().stream().map(Hold::blocker).toList());
            this.pacing = state.pacing();
            this.subscription = runs.onChange(changed -> {
                if (changed.equals(run.id())) {
                    bell.ring();
                }
            });
            Thread.ofVirtual().name("watch-" + run.id().shortForm()).start(this::watch);
        }

        private void watch() {
            try {
                while (!stop && !closed) {
                    look();
                    // Word of a change can be missed, and of the time there is none; and a person waits to see what
                    // their button does.
                    bell.await(Duration.ofSeconds(1));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** While the store does not answer, the step goes on: the lease keeper decides when that has been too long. */
        private void look() {
            try {
                RunState state = journalist.read();
                pacing = state.pacing();
                stop = !(Lifecycle.next(state, new Sighting.None(), clock.instant())
                                instanceof Next.Execute(Position still, var _)
                        && still.equals(at));
            } catch (RuntimeException e) {
                stop = !(e instanceof LockstepException known && known.code().retryable());
                LOG.log(WARNING, "step={0} nobody could look for commands: {1}", step, e.getMessage());
            }
        }

        @Override
        public boolean stopRequested() {
            return stop || keeper.ending();
        }

        @Override
        public Optional<Pacing> pacing() {
            return pacing;
        }

        /** A step never fails because nobody could be told about it. */
        @Override
        public void progressed(Progress progress) {
            try {
                runs.report(run.id(), progress);
            } catch (RuntimeException e) {
                LOG.log(DEBUG, "step={0} its progress could not be kept: {1}", step, e.getMessage());
            }
        }

        @Override
        public void waitingFor(List<Blocker> blockers) {
            List<Blocker> before = waitingFor.getAndSet(blockers);
            if (before.equals(blockers)) {
                return;
            }
            try {
                written(new Event.StepWaiting(step, at.direction(), blockers));
            } catch (RuntimeException e) {
                waitingFor.set(before);
                LOG.log(WARNING, "step={0} what it waits for could not be written: {1}", step, e.getMessage());
            }
        }

        @Override
        public void delayed(List<Event.Delay> delays, int others) {
            try {
                written(new Event.StepDelayed(step, at.direction(), delays, others));
            } catch (RuntimeException e) {
                LOG.log(WARNING, "step={0} what held it up could not be written: {1}", step, e.getMessage());
            }
        }

        @Override
        public boolean stopping(InTheWay blocker, Event.Stop stop, Duration transactionAge) {
            Event event = new Event.BlockerStopped(step, at.direction(), blocker, stop, transactionAge.toMillis());
            try {
                boolean leave = written(event);
                LOG.log(INFO, "run={0} {1} {2}", run.id().shortForm(), leave ? "now:" : "not any more:", event);
                return leave;
            } catch (RuntimeException e) {
                LOG.log(WARNING, "step={0} nobody is stopped, for it could not be written: {1}", step, e.getMessage());
                return false;
            }
        }

        /** Whether it is in the journal; it is not when the step is no longer this replica's, or no longer wanted. */
        private boolean written(Event event) {
            AtomicBoolean fits = new AtomicBoolean();
            Journalist.Written written = journalist.write(state -> {
                fits.set(state.stage() instanceof Stage.StepRunning(Position still, var _) && still.equals(at));
                return fits.get() ? List.of(event) : List.of();
            });
            if (written == Journalist.Written.LEASE_LOST) {
                keeper.giveUp();
            }
            return written == Journalist.Written.DONE && fits.get();
        }

        @Override
        public void close() {
            closed = true;
            bell.ring();
            try {
                subscription.close();
            } catch (Exception e) {
                throw new LockstepException(ErrorCode.INTERNAL, "A subscription could not be closed.", e);
            }
        }
    }
}
