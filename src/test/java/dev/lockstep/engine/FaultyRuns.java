package dev.lockstep.engine;

import dev.lockstep.gate.Floor;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.schema.TableName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** One replica's connection to a store; it can be cut, and mended. */
final class FaultyRuns implements Runs {
    private final Runs store;
    private volatile boolean cut;
    private volatile boolean withoutReports;
    private volatile boolean hanging;
    private volatile Runnable beforeAcquire = () -> {};
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger journals = new AtomicInteger();
    private final AtomicInteger entries = new AtomicInteger();

    FaultyRuns(Runs store) {
        this.store = store;
    }

    /** From now on every call fails, and no word of a change comes through. */
    void cut() {
        cut = true;
    }

    void mend() {
        cut = false;
    }

    /** Leases are not renewed, and nobody says so. */
    void hangs(boolean now) {
        hanging = now;
    }

    /** How many calls have failed. */
    int refused() {
        return refused.get();
    }

    /** How often a journal was read. */
    int journalsRead() {
        return journals.get();
    }

    /** How many entries all these brought. */
    int entriesRead() {
        return entries.get();
    }

    /** Only what pods report cannot be read. */
    void forgetsReports(boolean now) {
        withoutReports = now;
    }

    /** What happens elsewhere right before this replica asks for a lease. */
    void beforeAcquire(Runnable elsewhere) {
        beforeAcquire = elsewhere;
    }

    private Runs store() {
        if (cut) {
            refused.incrementAndGet();
            throw new LockstepException(ErrorCode.STORE_UNREACHABLE, "The store does not answer.");
        }
        return store;
    }

    @Override
    public Begun begin(StoredRun run, List<Event> first, Instant now) {
        return store().begin(run, first, now);
    }

    @Override
    public Optional<Begun.TableTaken> taken(DatabaseName database, Set<TableName> tables) {
        return store().taken(database, tables);
    }

    @Override
    public Optional<StoredRun> find(RunId run) {
        return store().find(run);
    }

    @Override
    public List<RunId> active() {
        return store().active();
    }

    @Override
    public List<JournalEntry> journal(RunId run, long after) {
        journals.incrementAndGet();
        List<JournalEntry> journal = store().journal(run, after);
        entries.addAndGet(journal.size());
        return journal;
    }

    @Override
    public Appended append(
            RunId run, long lastSeen, Authority authority, List<Event> events, boolean over, Instant now) {
        return store().append(run, lastSeen, authority, events, over, now);
    }

    @Override
    public Appended append(
            RunId run,
            long lastSeen,
            Authority authority,
            List<Event> events,
            boolean over,
            List<Floor> floors,
            Instant now) {
        return store().append(run, lastSeen, authority, events, over, floors, now);
    }

    @Override
    public List<StandingFloors> floors(DatabaseName database) {
        return store().floors(database);
    }

    @Override
    public boolean lift(DatabaseName database, RunId run, String actor, String comment, Instant now) {
        return store().lift(database, run, actor, comment, now);
    }

    @Override
    public void outbid(Lease lease, long fence) {
        store().outbid(lease, fence);
    }

    @Override
    public Optional<Lease> acquire(RunId run, String holder, Duration timeToLive) {
        beforeAcquire.run();
        return store().acquire(run, holder, timeToLive);
    }

    @Override
    public boolean renew(Lease lease, Duration timeToLive) {
        while (hanging) {
            LockSupport.parkNanos(1_000_000);
        }
        return store().renew(lease, timeToLive);
    }

    @Override
    public void release(Lease lease) {
        store().release(lease);
    }

    @Override
    public void report(RunId run, Progress progress) {
        store().report(run, progress);
    }

    @Override
    public Optional<Progress> progress(RunId run) {
        return store().progress(run);
    }

    @Override
    public void keep(PodReport report) {
        store().keep(report);
    }

    @Override
    public List<PodReport> reports(List<String> podUids) {
        if (withoutReports) {
            throw new LockstepException(ErrorCode.STORE_UNREACHABLE, "The store does not answer.");
        }
        return store().reports(podUids);
    }

    @Override
    public List<String> reportedBefore(Instant moment) {
        return store().reportedBefore(moment);
    }

    @Override
    public int forgetReports(String namespace, Instant moment, Set<String> living, int most) {
        return store().forgetReports(namespace, moment, living, most);
    }

    @Override
    public AutoCloseable onChange(Consumer<RunId> listener) {
        return store().onChange(run -> {
            if (!cut) {
                listener.accept(run);
            }
        });
    }
}
