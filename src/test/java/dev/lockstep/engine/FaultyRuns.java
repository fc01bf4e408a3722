package dev.lockstep.engine;

import dev.lockstep.lifecycle.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** One replica's connection to a store; it can be cut, and mended. */
final class FaultyRuns implements Runs {
    private final Runs store;
    private volatile boolean cut;
    private volatile Runnable beforeAcquire = () -> {};

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

    /** What happens elsewhere right before this replica asks for a lease. */
    void beforeAcquire(Runnable elsewhere) {
        beforeAcquire = elsewhere;
    }

    private Runs store() {
        if (cut) {
            throw new LockstepException(ErrorCode.STORE_UNREACHABLE, "The store does not answer.");
        }
        return store;
    }

    @Override
    public Begun begin(StoredRun run, List<Event> first, Instant now) {
        return store().begin(run, first, now);
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
        return store().journal(run, after);
    }

    @Override
    public Appended append(
            RunId run, long lastSeen, Authority authority, List<Event> events, boolean over, Instant now) {
        return store().append(run, lastSeen, authority, events, over, now);
    }

    @Override
    public Optional<Lease> acquire(RunId run, String holder, Duration timeToLive) {
        beforeAcquire.run();
        return store().acquire(run, holder, timeToLive);
    }

    @Override
    public boolean renew(Lease lease, Duration timeToLive) {
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
        return store().reports(podUids);
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
