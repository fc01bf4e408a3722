package dev.lockstep.engine;

import dev.lockstep.gate.Floor;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.PlanKey;
import dev.lockstep.schema.TableName;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Runs in memory, for any number of engines at once. Keeps all that the port promises: appends behind what the caller has
 * seen or not at all, leases that end by this store's clock, and fences that only grow. For a store that does not answer,
 * give an engine a {@link FaultyRuns} on this one.
 */
final class FakeRuns implements Runs {
    private final InstantSource clock;
    private final Map<RunId, Kept> kept = new LinkedHashMap<>();
    /** They stay when a plan and its runs go. */
    private final Map<DatabaseName, Map<RunId, StandingFloors>> floors = new LinkedHashMap<>();

    private final Map<RunId, Progress> progress = new ConcurrentHashMap<>();
    private final Map<String, PodReport> reports = new ConcurrentHashMap<>();
    private final List<Consumer<RunId>> listeners = new CopyOnWriteArrayList<>();
    private final List<Consumer<PlanKey>> beginnings = new CopyOnWriteArrayList<>();

    FakeRuns(InstantSource clock) {
        this.clock = clock;
    }

    /** One run with its journal and its newest lease. */
    private static final class Kept {
        private final StoredRun run;
        private final List<JournalEntry> journal = new ArrayList<>();
        private boolean over;
        private long fence;
        private Optional<Lease> lease = Optional.empty();
        private Instant leaseEnds = Instant.EPOCH;

        Kept(StoredRun run) {
            this.run = run;
        }

        DatabaseName database() {
            return run.document().spec().database();
        }
    }

    @Override
    public synchronized Begun begin(StoredRun run, List<Event> first, Instant now) {
        for (Kept other : kept.values()) {
            if (other.over) {
                continue;
            }
            if (other.run.document().key().equals(run.document().key())) {
                return new Begun.AlreadyActive(other.run.id());
            }
        }
        Optional<Begun.TableTaken> taken = taken(run.document().spec().database(), run.tables());
        if (taken.isPresent()) {
            return taken.get();
        }
        Kept begun = new Kept(run);
        kept.put(run.id(), begun);
        write(begun, first, now);
        beginnings.forEach(listener -> listener.accept(run.document().key()));
        return new Begun.Begin(run);
    }

    @Override
    public synchronized Optional<Begun.TableTaken> taken(DatabaseName database, Set<TableName> tables) {
        return kept.values().stream()
                .filter(each -> !each.over && each.database().equals(database))
                .flatMap(each -> each.run.tables().stream()
                        .filter(tables::contains)
                        .map(table ->
                                new Begun.TableTaken(table, each.run.document().key(), each.run.createdAt())))
                .min(Comparator.comparing(Begun.TableTaken::table));
    }

    @Override
    public synchronized Optional<StoredRun> find(RunId run) {
        return Optional.ofNullable(kept.get(run)).map(found -> found.run);
    }

    @Override
    public synchronized List<RunId> active() {
        return kept.values().stream()
                .filter(each -> !each.over)
                .map(each -> each.run.id())
                .toList();
    }

    @Override
    public synchronized List<JournalEntry> journal(RunId run, long after) {
        List<JournalEntry> journal = kept(run).journal;
        return List.copyOf(journal.subList((int) Math.min(after, journal.size()), journal.size()));
    }

    @Override
    public synchronized Appended append(
            RunId run, long lastSeen, Authority authority, List<Event> events, boolean over, Instant now) {
        Kept found = kept(run);
        if (authority instanceof Authority.Holder(Lease lease) && lease.fence() != found.fence) {
            return new Appended.LeaseLost();
        }
        if (lastSeen != found.journal.size()) {
            return new Appended.Behind();
        }
        found.over = over;
        return new Appended.Done(write(found, events, now));
    }

    @Override
    public synchronized Appended append(
            RunId run,
            long lastSeen,
            Authority authority,
            List<Event> events,
            boolean over,
            List<Floor> held,
            Instant now) {
        Appended appended = append(run, lastSeen, authority, events, over, now);
        if (appended instanceof Appended.Done) {
            keep(kept(run).database(), run, held, now);
        }
        return appended;
    }

    private void keep(DatabaseName database, RunId run, List<Floor> held, Instant now) {
        Map<RunId, StandingFloors> standing = floors.computeIfAbsent(database, _ -> new LinkedHashMap<>());
        standing.remove(run);
        if (!held.isEmpty()) {
            standing.put(run, new StandingFloors(run, held, now));
        }
    }

    @Override
    public synchronized List<StandingFloors> floors(DatabaseName database) {
        return List.copyOf(floors.getOrDefault(database, Map.of()).values());
    }

    @Override
    public synchronized boolean lift(DatabaseName database, RunId run, String actor, String comment, Instant now) {
        boolean stood = floors.getOrDefault(database, Map.of()).containsKey(run);
        if (stood) {
            keep(database, run, List.of(), now);
        }
        return stood;
    }

    private long write(Kept to, List<Event> events, Instant now) {
        for (Event event : events) {
            to.journal.add(new JournalEntry(to.journal.size() + 1L, now, event));
        }
        tell(to.run.id());
        return to.journal.size();
    }

    @Override
    public synchronized Optional<Lease> acquire(RunId run, String holder, Duration timeToLive) {
        Kept found = kept(run);
        if (found.lease.isPresent() && clock.instant().isBefore(found.leaseEnds)) {
            return Optional.empty();
        }
        found.fence++;
        found.lease = Optional.of(new Lease(run, holder, found.fence));
        found.leaseEnds = clock.instant().plus(timeToLive);
        return found.lease;
    }

    /** Gives the lease to somebody else, as if it had ended. */
    synchronized Lease steal(RunId run, String thief) {
        kept(run).leaseEnds = Instant.EPOCH;
        return acquire(run, thief, Duration.ofHours(1)).orElseThrow();
    }

    @Override
    public synchronized boolean renew(Lease lease, Duration timeToLive) {
        Kept found = kept(lease.run());
        boolean held =
                found.lease.filter(lease::equals).isPresent() && clock.instant().isBefore(found.leaseEnds);
        if (held) {
            found.leaseEnds = clock.instant().plus(timeToLive);
        }
        return held;
    }

    @Override
    public synchronized void outbid(Lease lease, long fence) {
        Kept found = kept(lease.run());
        if (found.lease.filter(lease::equals).isPresent()) {
            found.lease = Optional.empty();
            found.fence = Math.max(found.fence, fence);
        }
    }

    @Override
    public synchronized void release(Lease lease) {
        Kept found = kept(lease.run());
        if (found.lease.filter(lease::equals).isPresent()) {
            found.lease = Optional.empty();
        }
    }

    @Override
    public void report(RunId run, Progress newest) {
        progress.put(run, newest);
        tell(run);
    }

    @Override
    public Optional<Progress> progress(RunId run) {
        return Optional.ofNullable(progress.get(run));
    }

    @Override
    public void keep(PodReport report) {
        reports.put(report.podUid(), report);
    }

    @Override
    public List<PodReport> reports(List<String> podUids) {
        return podUids.stream()
                .flatMap(uid -> Optional.ofNullable(reports.get(uid)).stream())
                .toList();
    }

    @Override
    public List<String> reportedBefore(Instant moment) {
        return reports.values().stream()
                .filter(report -> report.at().isBefore(moment))
                .map(PodReport::namespace)
                .distinct()
                .sorted()
                .toList();
    }

    @Override
    public int forgetReports(String namespace, Instant moment, Set<String> living, int most) {
        List<String> old = reports.values().stream()
                .filter(report -> report.namespace().equals(namespace)
                        && report.at().isBefore(moment)
                        && !living.contains(report.podUid()))
                .sorted(Comparator.comparing(PodReport::at))
                .limit(most)
                .map(PodReport::podUid)
                .toList();
        old.forEach(reports::remove);
        return old.size();
    }

    @Override
    public AutoCloseable onChange(Consumer<RunId> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** How many listen. */
    int listeners() {
        return listeners.size();
    }

    /** Who holds the run's lease now. */
    synchronized Optional<Lease> holder(RunId run) {
        Kept found = kept(run);
        return clock.instant().isBefore(found.leaseEnds) ? found.lease : Optional.empty();
    }

    /** The plan's run that was begun last. */
    synchronized Optional<RunId> newest(PlanKey plan) {
        return kept.values().stream()
                .filter(each -> each.run.document().key().equals(plan))
                .map(each -> each.run.id())
                .reduce((_, later) -> later);
    }

    /** As if the store had been restored to when the run's journal ended with this entry. */
    synchronized void restoredTo(RunId run, int sequence) {
        List<JournalEntry> journal = kept(run).journal;
        journal.subList(sequence, journal.size()).clear();
    }

    synchronized void forget(PlanKey plan) {
        kept.values().removeIf(each -> each.run.document().key().equals(plan));
    }

    /** Calls back inside the transaction in which a run of a plan begins. */
    void whenBegun(Consumer<PlanKey> listener) {
        beginnings.add(listener);
    }

    private Kept kept(RunId run) {
        Kept found = kept.get(run);
        if (found == null) {
            throw new LockstepException(ErrorCode.RUN_NOT_FOUND, "There is no run " + run + ".");
        }
        return found;
    }

    /** Each word on a thread of its own, so that they come late and in any order, as they may. */
    private void tell(RunId run) {
        listeners.forEach(listener -> Thread.ofVirtual().start(() -> listener.accept(run)));
    }
}
