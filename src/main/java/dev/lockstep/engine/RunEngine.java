package dev.lockstep.engine;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.lockstep.lifecycle.Lifecycle;
import dev.lockstep.lifecycle.Next;
import dev.lockstep.lifecycle.RunState;
import dev.lockstep.lifecycle.Sighting;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Advances every run that is not over, as far as this replica gets their leases. Any number of replicas may do so on one
 * store: each run has one holder at a time, and when a holder dies another takes over once its lease has ended.
 */
public final class RunEngine implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(RunEngine.class.getName());

    /** Every so many sweeps, resting runs are looked at as well: the word that one has been changed may have been missed. */
    private static final int LOOK_AT_RESTING = 10;

    /** Long enough for a batch or a lock attempt to end, short enough for whoever waits for this process to. */
    private static final Duration HAND_OVER_WITHIN = Duration.ofMillis(1800);

    /** Nobody waits for a backup to go. */
    private static final Duration BACKUPS_EVERY = Duration.ofMinutes(10);

    /** What pods said that are gone takes room and nothing else, and to know whether they are takes lists of pods. */
    private static final Duration REPORTS_EVERY = Duration.ofHours(1);

    private final Runs runs;
    private final Lookout lookout;
    private final Targets targets;
    private final StepRunner steps;
    private final Operations operations;
    private final Settings settings;
    private final InstantSource clock;
    private final Journals journals;
    private final Map<RunId, Bell> advancing = new ConcurrentHashMap<>();
    private final Set<RunId> resting = ConcurrentHashMap.newKeySet();
    private final Set<RunId> touched = ConcurrentHashMap.newKeySet();
    private final Map<RunId, Setback> setbacks = new ConcurrentHashMap<>();
    private final Map<RunId, LeaseKeeper> keepers = new ConcurrentHashMap<>();
    private final Bell bell = new Bell();
    private final Bell startBell = new Bell();
    private final Bell backupBell = new Bell();
    private final Bell reportBell = new Bell();
    private final Bell departed = new Bell();
    private final List<AutoCloseable> subscriptions = new ArrayList<>();
    /** Only the sweeping thread counts. */
    private long sweeps;

    private volatile boolean stopping;

    /**
     * How an engine works.
     *
     * @param holder this replica's name, different from every other's and from its own after a restart
     * @param leaseTimeToLive how long another replica waits before it takes over from a dead one
     * @param sweep how often runs without a holder are looked for, besides being told of them
     */
    public record Settings(String holder, Duration leaseTimeToLive, Duration sweep) {}

    public RunEngine(
            Runs runs,
            Lookout lookout,
            Targets targets,
            Operations operations,
            Settings settings,
            InstantSource clock) {
        this.runs = runs;
        this.journals = new Journals(runs);
        this.lookout = lookout;
        this.targets = targets;
        this.steps = new StepRunner(targets, runs, clock);
        this.operations = operations;
        this.settings = settings;
        this.clock = clock;
    }

    /** Begins to look for runs. Returns at once. */
    public void start() {
        subscriptions.add(runs.onChange(this::changed));
        Thread.ofVirtual().name("engine").start(() -> again("look for runs", bell, this::sweep));
        // On a thread of its own: a database that does not answer takes its time, and runs on others must not wait for
        // it.
        Thread.ofVirtual()
                .name("waiting-starts")
                .start(() -> again("try the starts that wait", startBell, operations::startWaiting));
        Thread.ofVirtual()
                .name("backups")
                .start(() -> again("drop old backups", backupBell, this::dropBackups, BACKUPS_EVERY));
        Thread.ofVirtual()
                .name("reports")
                .start(() -> again(
                        "forget the reports of pods that are gone", reportBell, this::forgetReports, REPORTS_EVERY));
    }

    private void changed(RunId run) {
        touched.add(run);
        resting.remove(run);
        Bell own = advancing.get(run);
        if (own != null) {
            own.ring();
        } else {
            bell.ring();
        }
    }

    private void again(String what, Bell early, Runnable work) {
        again(what, early, work, settings.sweep());
    }

    private void again(String what, Bell early, Runnable work, Duration pause) {
        while (!stopping) {
            try {
                work.run();
            } catch (LockstepException e) {
                LOG.log(WARNING, "the engine could not {0} and tries again: {1}", what, e.getMessage());
            } catch (RuntimeException e) {
                LOG.log(ERROR, "the engine could not " + what + " and tries again", e);
            }
            try {
                early.await(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Any replica may; the database keeps two from doing the same. */
    private void dropBackups() {
        for (Targets.Database database : targets.databases()) {
            for (String dropped : targets.dropExpiredBackups(database.name())) {
                LOG.log(INFO, "database={0} dropped a backup whose time is over: {1}", database.name(), dropped);
            }
        }
    }

    /** Any replica may; what is forgotten already is not found again. */
    private void forgetReports() {
        int forgotten = lookout.forgetReports();
        if (forgotten > 0) {
            LOG.log(INFO, "forgot the reports of {0} pods that are gone", forgotten);
        }
    }

    private void sweep() {
        if (++sweeps % LOOK_AT_RESTING == 0) {
            resting.clear();
        }
        for (RunId run : runs.active()) {
            if (!resting.contains(run) && !stopping && !setBack(run)) {
                takeOver(run);
            }
        }
    }

    private boolean setBack(RunId run) {
        Setback last = setbacks.get(run);
        return last != null && !last.over();
    }

    private void takeOver(RunId id) {
        Bell own = new Bell();
        if (advancing.putIfAbsent(id, own) == null) {
            Thread.ofVirtual().name("run-" + id.shortForm()).start(() -> {
                try {
                    advance(id, own);
                    setbacks.remove(id);
                } catch (LockstepException e) {
                    LOG.log(WARNING, "run={0} is left alone for now: {1}", id.shortForm(), e.getMessage());
                    setBackOnceMore(id);
                } catch (RuntimeException e) {
                    LOG.log(ERROR, "run=" + id.shortForm() + " is left alone for now", e);
                    setBackOnceMore(id);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                } finally {
                    left(id);
                }
            });
        }
    }

    /** What came while the run was being left rang a bell that nobody hears any more. */
    private void left(RunId id) {
        advancing.remove(id);
        departed.ring();
        if (touched.contains(id)) {
            bell.ring();
        }
    }

    /** Its own words about the failed try come back as changes; without a pause they would be the next try's reason. */
    private void setBackOnceMore(RunId id) {
        setbacks.compute(id, (_, last) -> Setback.after(last, settings.sweep()));
    }

    private void advance(RunId id, Bell own) throws InterruptedException {
        touched.remove(id);
        if (stopping) {
            return;
        }
        Optional<StoredRun> found = runs.find(id);
        if (found.isEmpty() || rests(found.get())) {
            rest(id);
            return;
        }
        StoredRun run = found.get();
        long askedAt = System.nanoTime();
        Optional<Lease> lease = runs.acquire(id, settings.holder(), settings.leaseTimeToLive());
        if (lease.isEmpty()) {
            return;
        }
        // Before the first look, so that no change falls between the two.
        AutoCloseable watching = lookout.onChange(run.document().spec().workloads(), own::ring);
        try (LeaseKeeper keeper = new LeaseKeeper(runs, lease.get(), askedAt, settings.leaseTimeToLive())) {
            keepers.put(id, keeper);
            if (stopping) {
                // Closed after the lease was asked for: whoever closed may not have seen this keeper.
                keeper.handOver();
            }
            Journalist journalist = new Journalist(runs, run, new Runs.Authority.Holder(lease.get()), clock);
            RunAdvancer advancer = new RunAdvancer(run, keeper, journalist, lookout, steps, own, clock);
            if (advancer.advance() == RunAdvancer.Ended.RESTING) {
                rest(id);
            }
        } finally {
            keepers.remove(id);
            close(watching);
        }
    }

    /** Unless somebody asked for something since this advance began, the run is left alone until somebody does. */
    private void rest(RunId id) {
        resting.add(id);
        if (touched.contains(id)) {
            resting.remove(id);
        }
    }

    /**
     * A run that waits for a person needs no lease, and no line in its journal that says who did not do anything. Of a run
     * that another replica advances, each try looks at this, so only what is new is read.
     */
    private boolean rests(StoredRun run) {
        RunState state = journals.read(run, History::state);
        return Lifecycle.next(state, new Sighting.None(), clock.instant()) instanceof Next.Rest;
    }

    /**
     * Stops at the next safe points and gives every lease back, so that another replica goes on at once. Returns when that is
     * done, or when it takes too long; what is not given back then ends with its lease.
     */
    @Override
    public void close() {
        stopping = true;
        bell.ring();
        startBell.ring();
        backupBell.ring();
        reportBell.ring();
        keepers.values().forEach(LeaseKeeper::handOver);
        advancing.values().forEach(Bell::ring);
        awaitDepartures();
        subscriptions.forEach(RunEngine::close);
    }

    private static void close(AutoCloseable subscription) {
        try {
            subscription.close();
        } catch (Exception e) {
            LOG.log(WARNING, "a subscription could not be closed", e);
        }
    }

    private void awaitDepartures() {
        long deadline = System.nanoTime() + HAND_OVER_WITHIN.toNanos();
        try {
            while (!advancing.isEmpty() && System.nanoTime() < deadline) {
                departed.await(Duration.ofNanos(deadline - System.nanoTime()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
