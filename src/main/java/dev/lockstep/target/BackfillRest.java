package dev.lockstep.target;

import dev.lockstep.engine.Progress;
import dev.lockstep.gate.Blocker;
import dev.lockstep.lifecycle.Pacing;
import dev.lockstep.plan.PlanSpec.BackfillPace;
import dev.lockstep.plan.Speed;
import dev.lockstep.schema.TableName;
import dev.lockstep.target.Governor.Throttle;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Lets the workers of a backfill rest between their batches, for as long as the {@link Governor} says by what the
 * {@link Signal}s tell and by what a person has said. Nothing of it happens in a transaction. Safe for any number of threads.
 */
final class BackfillRest implements AutoCloseable {
    /** A person's word and a signal's end are heard this soon, also in a long rest. */
    private static final Duration LISTEN = Duration.ofMillis(250);

    /** Signals that have been silent for so long are not read any more. */
    private static final Duration SILENCE = Duration.ofSeconds(10);

    /** At so little duty the run counts as held by the signal; above so much, not any more. */
    private static final double ALL_BUT_STOPPED = 0.05;

    private static final double MOVING = 0.15;

    private final Attempt attempt;
    private final Governor governor;
    private final Map<String, Signal> signals;
    /** The one signal that is told, and does not look itself; empty where nobody wants to know. */
    private final Optional<CommitWaits> commits;

    private final SignalWatch watch;
    private final Stopwatch since = Stopwatch.started();
    private volatile Runnable listener = () -> {};
    private Optional<Stopwatch> pausing = Optional.empty();
    private Duration pausedBefore = Duration.ZERO;
    private boolean held;

    private BackfillRest(Attempt attempt, Governor governor, List<Signal> signals) {
        this.attempt = attempt;
        this.governor = governor;
        this.signals = signals.stream().collect(Collectors.toMap(Signal::name, Function.identity(), (one, _) -> one));
        this.commits = signals.stream()
                .filter(CommitWaits.class::isInstance)
                .map(CommitWaits.class::cast)
                .findFirst();
        this.watch = SignalWatch.begin(attempt, signals, this::felt);
    }

    static BackfillRest begin(Attempt attempt, TableName table) {
        BackfillPace pace = attempt.order().pace();
        Governor governor =
                new Governor(Duration.ofMillis(pace.batchMilliseconds()), pace.restPercent(), pace.firstSpeed());
        return new BackfillRest(attempt, governor, Signals.of(attempt.limits(), table));
    }

    /** Is told about once a second, when the signals have been looked at. */
    void listener(Runnable other) {
        listener = other;
    }

    /** How long a person has kept it paused, all in all. */
    synchronized Duration pausedFor() {
        return pausing.map(Stopwatch::elapsed).orElse(Duration.ZERO).plus(pausedBefore);
    }

    private synchronized void pausing(boolean now) {
        if (now && pausing.isEmpty()) {
            pausing = Optional.of(Stopwatch.started());
        } else if (!now && pausing.isPresent()) {
            pausedBefore = pausedFor();
            pausing = Optional.empty();
        }
    }

    /** How long the next batch should take. */
    Duration batch() {
        return governor.batch();
    }

    /** What people see of it. */
    Progress.Pace now() {
        Governor.State state = governor.state();
        boolean paused = paused().isPresent();
        return new Progress.Pace(
                paused ? Speed.PAUSED : state.speed(),
                paused ? 0 : state.duty(),
                state.throttle().map(this::shown));
    }

    private Progress.Throttle shown(Throttle throttle) {
        return new Progress.Throttle(
                throttle.signal(),
                throttle.words(),
                attempt.now().minus(since.elapsed().minus(throttle.since())));
    }

    /** To be asked before each batch: waits while a person has paused the backfill. False when the step is to stop. */
    boolean awake() {
        governor.speed(wanted());
        Optional<Pacing> paused = paused();
        while (paused.isPresent()) {
            pausing(true);
            attempt.standing(List.of(blocker(paused.get())));
            if (!attempt.rest(LISTEN)) {
                return false;
            }
            paused = paused();
            if (paused.isEmpty()) {
                pausing(false);
                governor.speed(wanted());
                attempt.standing(List.of());
            }
        }
        return !attempt.stopRequested();
    }

    /** A batch has just waited so long for the disk. */
    void flushed(Duration waited) {
        if (waited.isPositive()) {
            commits.ifPresent(all -> all.waited(waited));
        }
    }

    /** Rests after a batch that took so long, as far as is owed. False when the step is to stop. */
    boolean after(Duration took, OwedRest owed) {
        Stopwatch resting = Stopwatch.started();
        while (true) {
            governor.speed(wanted());
            if (watch.silentFor().compareTo(SILENCE) > 0) {
                governor.felt(
                        List.of(new Reading.Unread("signals", "The signals have not been read for a while.")),
                        since.elapsed());
            }
            Duration due = governor.after(took).length();
            Duration left = owed.asleep(due).minus(resting.elapsed());
            if (!left.isPositive() || paused().isPresent()) {
                owed.rested(due, resting.elapsed());
                return !attempt.stopRequested();
            }
            if (!attempt.rest(left.compareTo(LISTEN) < 0 ? left : LISTEN)) {
                return false;
            }
        }
    }

    private Optional<Pacing> paused() {
        return attempt.pacing().filter(pacing -> pacing.speed() == Speed.PAUSED);
    }

    private Speed wanted() {
        return attempt.pacing().map(Pacing::speed).orElse(attempt.order().pace().firstSpeed());
    }

    private void felt(List<Reading> readings) {
        governor.felt(readings, since.elapsed());
        Governor.State state = governor.state();
        boolean was = held;
        held = state.throttle().isPresent() && state.duty() <= (was ? MOVING : ALL_BUT_STOPPED);
        if (paused().isEmpty() && (held || was)) {
            attempt.standing(held ? List.of(blocker(state.throttle().orElseThrow())) : List.of());
        }
        if (held) {
            attempt.note("Signal " + state.throttle().orElseThrow().signal() + " kept it at its slowest for a while.");
        }
        listener.run();
    }

    /** The same words for as long as it is the same thing: each new word is an entry in the journal. */
    private Blocker blocker(Throttle throttle) {
        boolean replica = throttle.signal().equals(ReplicaLag.NAME);
        return new Blocker(
                replica ? Blocker.Code.REPLICA_BEHIND : Blocker.Code.BACKFILL_THROTTLED,
                throttle.object(),
                replica ? "whoever runs the standby" : "whoever runs the database",
                "Signal " + throttle.signal() + " is over its limit at " + throttle.object()
                        + ", so the backfill goes very slowly until it is not any more.",
                Optional.ofNullable(signals.get(throttle.signal()))
                        .map(Signal::remedy)
                        .orElse("See that Lockstep's role can connect and read the server's statistics."));
    }

    private static Blocker blocker(Pacing paused) {
        return new Blocker(
                Blocker.Code.BACKFILL_PAUSED,
                "the backfill",
                paused.actor(),
                paused.actor()
                        + " paused the backfill. It holds no lock and no transaction open; everything else of the"
                        + " run waits for it.",
                "Set another speed (Full, Governed or Gentle) when it may go on.");
    }

    @Override
    public void close() {
        watch.close();
        attempt.standing(List.of());
    }
}
