package dev.lockstep.engine;

import dev.lockstep.change.Departure;
import dev.lockstep.gate.Consumer;
import dev.lockstep.gate.Consumers;
import dev.lockstep.lifecycle.Event.StepSummary;
import dev.lockstep.lifecycle.Position;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Inquiry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A database that does what a test says, and otherwise succeeds at once. It refuses older fences, as a target must. */
final class FakeTargets implements Targets {
    static final StepOutcome DONE = new StepOutcome.Completed(new StepSummary(1, 1, 0, List.of()));

    private final Map<String, Deque<Doing>> doings = new HashMap<>();
    private final Map<RunId, Set<String>> done = new HashMap<>();
    private final Map<RunId, Long> fences = new HashMap<>();
    private final List<StepOrder> orders = new CopyOnWriteArrayList<>();
    private final List<String> effects = new CopyOnWriteArrayList<>();
    private final AtomicInteger atOnce = new AtomicInteger();
    private final AtomicInteger mostAtOnce = new AtomicInteger();
    private final InstantSource clock;
    private volatile CatalogueReading reading;
    private volatile List<Consumer> consumers = List.of();
    private volatile boolean hidden;
    private volatile Runnable meanwhile = () -> {};

    FakeTargets(Catalogue catalogue, InstantSource clock) {
        this.clock = clock;
        this.reading = new CatalogueReading.Read(catalogue);
    }

    /** What a step does when it is asked for. */
    @FunctionalInterface
    interface Doing {
        StepOutcome execute(StepOrder order, StepMonitor monitor);
    }

    /** What this step does the next time; asked twice, what it does the time after that. */
    synchronized void next(String step, Doing doing) {
        doings.computeIfAbsent(step, _ -> new ArrayDeque<>()).add(doing);
    }

    /** Works until it is asked to stop. */
    static StepOutcome untilStopped(StepOrder order, StepMonitor monitor) {
        while (!monitor.stopRequested()) {
            LockSupport.parkNanos(1_000_000);
        }
        return new StepOutcome.Interrupted();
    }

    /** Works until it is asked to stop, or for this long; says which. */
    static boolean untilStopped(StepMonitor monitor, Duration atMost) {
        long end = System.nanoTime() + atMost.toNanos();
        while (!monitor.stopRequested() && System.nanoTime() < end) {
            LockSupport.parkNanos(1_000_000);
        }
        return monitor.stopRequested();
    }

    void answers(CatalogueReading with) {
        reading = with;
    }

    /** What happens elsewhere the next time that the catalogue is read. */
    void onRead(Runnable elsewhere) {
        meanwhile = elsewhere;
    }

    /** Every order that came, in order, also those that were refused. */
    List<StepOrder> orders() {
        return orders;
    }

    /** The steps that had their effect, each with its direction, in order. */
    List<String> effects() {
        return effects;
    }

    /** How many steps ran at the same time, at most. */
    int mostAtOnce() {
        return mostAtOnce.get();
    }

    /** How many orders for this step came. */
    long attempts(String step) {
        return orders.stream().filter(order -> order.step().name().equals(step)).count();
    }

    @Override
    public List<Database> databases() {
        return List.of(new Database(new DatabaseName("shop"), "jdbc:postgresql://shop/shop"));
    }

    @Override
    public CatalogueReading read(DatabaseName database, Inquiry inquiry) {
        Runnable elsewhere = meanwhile;
        meanwhile = () -> {};
        elsewhere.run();
        return reading;
    }

    /** What else uses the database from now on. */
    void isUsedBy(Consumer... some) {
        consumers = List.of(some);
    }

    /** From now on nobody can see who uses the database. */
    void hidesItsConsumers() {
        hidden = true;
    }

    @Override
    public Consumers consumers(DatabaseName database) {
        return hidden
                ? new Consumers.Unseen("The replica does not answer.", clock.instant())
                : new Consumers.Seen(consumers, List.of(), clock.instant());
    }

    @Override
    public Testimony testify(DatabaseName database, Departure what, Optional<Counted> run) {
        return new Testimony.Silent(what, "Nobody knows.", "Ask somebody.");
    }

    @Override
    public List<String> dropExpiredBackups(DatabaseName database) {
        return List.of();
    }

    @Override
    public StepOutcome execute(StepOrder order, StepMonitor monitor) {
        orders.add(order);
        Optional<Doing> doing = accepted(order);
        if (doing.isEmpty()) {
            return new StepOutcome.FencedOut();
        }
        mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
        try {
            StepOutcome outcome = doing.get().execute(order, monitor);
            if (outcome instanceof StepOutcome.Completed) {
                note(order);
                effects.add(order.step().name() + (order.direction().name().equals("BACKWARD") ? " taken back" : ""));
            }
            return outcome;
        } finally {
            atOnce.decrementAndGet();
        }
    }

    private synchronized void note(StepOrder order) {
        if (order.direction() == Position.Direction.FORWARD) {
            knows(order.run(), order.step().name());
        }
    }

    @Override
    public synchronized Optional<Long> fence(DatabaseName database, RunId run) {
        return Optional.ofNullable(fences.get(run));
    }

    @Override
    public synchronized LedgerReading ledger(DatabaseName database) {
        return new LedgerReading.Read(done);
    }

    /** As if it had been restored to when it was empty. */
    synchronized void forgets() {
        done.clear();
    }

    /** As if the store had been restored to before this step. */
    synchronized void knows(RunId run, String step) {
        done.computeIfAbsent(run, _ -> new HashSet<>()).add(step);
    }

    /** As if a newer holder of this run, of which the store knows nothing, had been here. */
    synchronized void hasSeen(RunId run, long fence) {
        fences.merge(run, fence, Math::max);
    }

    private synchronized Optional<Doing> accepted(StepOrder order) {
        long newest = fences.merge(order.run(), order.fence(), Math::max);
        if (order.fence() < newest) {
            return Optional.empty();
        }
        Deque<Doing> planned = doings.getOrDefault(order.step().name(), new ArrayDeque<>());
        return Optional.of(planned.isEmpty() ? (_, _) -> DONE : planned.remove());
    }
}
