package dev.lockstep.engine;

import dev.lockstep.gate.Floor;
import dev.lockstep.gate.LivePlan;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.Milestone;
import dev.lockstep.plan.WorkloadName;
import dev.lockstep.plan.WorkloadSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps at hand what plans say. Reads the store only when something has changed or a moment has passed, and then only what is new. Safe for threads; calls block, for
 * {@link #ANSWER_WITHIN} at most.
 */
public final class StoredBoard implements InterlockBoard, AutoCloseable {
    /** Whoever asks has five seconds, of which the answer's way takes a part. */
    static final Duration ANSWER_WITHIN = Duration.ofSeconds(2);

    /** The word that a run has changed can be missed, so nothing is believed for longer than this without a look. */
    private static final Duration BELIEVED_FOR = Duration.ofSeconds(2);

    private final Plans plans;
    private final Runs runs;
    private final Targets targets;
    private final InstantSource clock;
    private final Map<RunId, Tracked> tracked = new ConcurrentHashMap<>();
    private final ReentrantLock turn = new ReentrantLock();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<AutoCloseable> subscriptions = new ArrayList<>();
    private volatile Optional<Read> last = Optional.empty();
    private volatile boolean changed;

    public StoredBoard(Plans plans, Runs runs, Targets targets, InstantSource clock) {
        this.plans = plans;
        this.runs = runs;
        this.targets = targets;
        this.clock = clock;
    }

    private record Read(List<Notice> notices, Instant at, long nanos) {}

    private record Tracked(StoredRun run, Journalist journalist) {}

    @Override
    public Posting read() {
        Optional<Read> known = last;
        if (known.isPresent() && believed(known.get())) {
            return posting(known.get(), Optional.empty());
        }
        try {
            return posting(within(() -> refreshed(Long.MIN_VALUE)), Optional.empty());
        } catch (LockstepException e) {
            Read stale = last.orElseThrow(() -> e);
            return posting(stale, Optional.of(e.getMessage()));
        }
    }

    @Override
    public Posting fresh() {
        long asked = System.nanoTime();
        return posting(within(() -> refreshed(asked)), Optional.empty());
    }

    @Override
    public Optional<Notice> now(Notice notice) {
        Tracked known = notice.run().map(tracked::get).orElse(null);
        return known == null ? Optional.of(notice) : within(() -> reread(notice, known));
    }

    private Optional<Notice> reread(Notice notice, Tracked known) {
        return LivePlans.of(known.run(), known.journalist().readUntilOver())
                .map(plan -> new Notice(notice.database(), plan, since(notice, plan), notice.run()));
    }

    /** A floor that rose in this moment has no record that was read yet. */
    private Instant since(Notice before, LivePlan plan) {
        return plan.floor().equals(before.plan().floor()) ? before.since() : clock.instant();
    }

    private boolean believed(Read read) {
        return !changed && System.nanoTime() - read.nanos() < BELIEVED_FOR.toNanos();
    }

    private static Posting posting(Read read, Optional<String> trouble) {
        return new Posting(read.notices(), read.at(), trouble);
    }

    /** One at a time; whoever waited for another's look takes that. */
    private Read refreshed(long notBefore) {
        turn.lock();
        try {
            Optional<Read> meanwhile = last;
            if (meanwhile.isPresent()
                    && believed(meanwhile.get())
                    && (notBefore == Long.MIN_VALUE || meanwhile.get().nanos() - notBefore >= 0)) {
                return meanwhile.get();
            }
            if (subscriptions.isEmpty()) {
                subscriptions.add(runs.onChange(_ -> changed = true));
            }
            // Before the look: what changes during it is looked at again.
            changed = false;
            long begun = System.nanoTime();
            Instant at = clock.instant();
            Read read = new Read(notices(), at, begun);
            last = Optional.of(read);
            return read;
        } finally {
            turn.unlock();
        }
    }

    private List<Notice> notices() {
        List<StoredPlan> all = plans.all();
        tracked.keySet()
                .retainAll(
                        all.stream().flatMap(plan -> plan.newestRun().stream()).toList());
        List<Notice> notices = new ArrayList<>();
        for (Targets.Database database : targets.databases()) {
            List<StandingFloors> floors = runs.floors(database.name());
            List<StoredPlan> of = all.stream()
                    .filter(plan -> plan.document().spec().database().equals(database.name()))
                    .toList();
            of.stream()
                    .flatMap(plan -> plan.newestRun().stream())
                    .flatMap(run -> live(database.name(), run, floors).stream())
                    .forEach(notices::add);
            floors.stream()
                    .filter(standing -> !tracked.containsKey(standing.run()))
                    .flatMap(standing -> standing.floors().stream()
                            .flatMap(floor -> alone(database.name(), floor, standing.since(), of).stream()))
                    .forEach(notices::add);
        }
        return notices;
    }

    private Optional<Notice> live(DatabaseName database, RunId id, List<StandingFloors> floors) {
        Tracked known = tracked.computeIfAbsent(id, this::track);
        return LivePlans.of(known.run(), known.journalist().readUntilOver())
                .map(plan -> new Notice(
                        database,
                        plan,
                        floors.stream()
                                .filter(standing -> standing.run().equals(id))
                                .map(StandingFloors::since)
                                .findFirst()
                                .orElse(known.run().createdAt()),
                        Optional.of(id)));
    }

    private Tracked track(RunId id) {
        StoredRun run = runs.find(id)
                .orElseThrow(() -> new LockstepException(ErrorCode.RUN_NOT_FOUND, "There is no run " + id + "."));
        return new Tracked(run, new Journalist(runs, run, new Runs.Authority.Command(), clock));
    }

    /**
     * A floor knows its workload by name only; what runs it, some plan on the same database says. Where none does any more,
     * nothing in the cluster can be told to be it.
     */
    private static Optional<Notice> alone(DatabaseName database, Floor floor, Instant since, List<StoredPlan> plans) {
        return spec(floor.workload(), plans)
                .map(spec -> new LivePlan(
                        floor.plan(),
                        floor.phase(),
                        List.of(new WorkloadSpec(
                                spec.name(),
                                spec.runner(),
                                Map.of(floor.milestone(), floor.versions()),
                                spec.evidence())),
                        EnumSet.allOf(Milestone.class),
                        Optional.of(floor.milestone())))
                .map(plan -> new Notice(database, plan, since, Optional.empty()));
    }

    private static Optional<WorkloadSpec> spec(WorkloadName name, List<StoredPlan> plans) {
        return plans.stream()
                .flatMap(plan -> plan.document().spec().workloads().stream())
                .filter(spec -> spec.name().equals(name))
                .findFirst();
    }

    private <T> T within(Callable<T> work) {
        Future<T> answer = threads.submit(work);
        try {
            return answer.get(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw unanswered("it has not answered for " + ANSWER_WITHIN.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unanswered("this process is ending", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException fault
                    ? fault
                    : new IllegalStateException("reading what plans say failed", e.getCause());
        }
    }

    private static LockstepException unanswered(String why, Exception cause) {
        return new LockstepException(
                ErrorCode.STORE_UNREACHABLE, "Lockstep's store does not say what plans want: " + why + ".", cause);
    }

    /** Stops to listen for changes. */
    @Override
    public void close() {
        threads.shutdownNow();
        for (AutoCloseable subscription : subscriptions) {
            try {
                subscription.close();
            } catch (Exception e) {
                System.getLogger(StoredBoard.class.getName())
                        .log(System.Logger.Level.WARNING, "a subscription could not be closed", e);
            }
        }
    }
}
