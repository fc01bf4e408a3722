package dev.lockstep.engine;

import dev.lockstep.gate.Floor;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.plan.PlanKey;
import dev.lockstep.schema.TableName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Port: where runs, their journals and their leases are kept. All calls block. */
public interface Runs {
    /**
     * Begins a run with its first events, unless this plan or one of these tables has an active run already. Atomic also
     * against another replica.
     */
    Begun begin(StoredRun run, List<Event> first, Instant now);

    /** The first of these tables on this database that an active run of any plan has, as {@link #begin} would say now. */
    Optional<Begun.TableTaken> taken(DatabaseName database, Set<TableName> tables);

    Optional<StoredRun> find(RunId run);

    /** The runs that are not over. */
    List<RunId> active();

    /** The journal's entries after this sequence number, in order. */
    List<JournalEntry> journal(RunId run, long after);

    /**
     * Appends events behind the given sequence number, all or none.
     *
     * @param lastSeen the sequence number that the caller's state includes
     * @param over whether the run is over with these events, so that its tables become free
     */
    Appended append(RunId run, long lastSeen, Authority authority, List<Event> events, boolean over, Instant now);

    /**
     * As the other, and keeps in the same transaction which floors the run now holds. They stand until the run changes them
     * again, also when its plan gets another revision or is deleted.
     *
     * @param floors all that the run holds with these events; empty when it has brought them down
     */
    Appended append(
            RunId run,
            long lastSeen,
            Authority authority,
            List<Event> events,
            boolean over,
            List<Floor> floors,
            Instant now);

    /** The floors that stand on this database, whether their plans are still there or not; the oldest first. */
    List<StandingFloors> floors(DatabaseName database);

    /**
     * Lets what a run has raised on this database fall, on somebody's word, which is kept for good.
     *
     * @param comment why, in their own words
     * @return false when the run holds no floor there
     */
    boolean lift(DatabaseName database, RunId run, String actor, String comment, Instant now);

    /**
     * Takes the run's lease if nobody holds it, by the store's clock.
     *
     * @return empty while another holder's has not expired
     */
    Optional<Lease> acquire(RunId run, String holder, Duration timeToLive);

    /**
     * Extends a lease.
     *
     * @return false when it has been taken over or has expired: stop at once
     */
    boolean renew(Lease lease, Duration timeToLive);

    /**
     * Gives a lease back, and lets the next one's fence be larger than this one as well: the target has seen it, although
     * this store has not (G40).
     */
    void outbid(Lease lease, long fence);

    /** Gives a lease back, so that another replica need not wait for its end. */
    void release(Lease lease);

    /** Keeps the newest progress of the run's current step, for the page; losing one is harmless. */
    void report(RunId run, Progress progress);

    Optional<Progress> progress(RunId run);

    /** Keeps what a pod reported, instead of what the same pod reported before. */
    void keep(PodReport report);

    /** The newest report of each of these pods, as far as there are any. */
    List<PodReport> reports(List<String> podUids);

    /** The namespaces of pods whose newest report is from before this moment. */
    List<String> reportedBefore(Instant moment);

    /**
     * Forgets reports from before this moment of this namespace's pods, the oldest first.
     *
     * @param living the UIDs of pods whose report stays
     * @param most so many at a time
     * @return how many were forgotten
     */
    int forgetReports(String namespace, Instant moment, Set<String> living, int most);

    /**
     * Calls back on a thread of its own whenever a run's journal or progress has changed, on any replica. A call can be
     * missed while the store is unreachable, so nobody may rely on it alone.
     *
     * @return close it to stop
     */
    AutoCloseable onChange(Consumer<RunId> listener);

    /** On what grounds an event may be written. */
    sealed interface Authority {
        /** A person or machine asked for it through an edge. */
        record Command() implements Authority {}

        /** The engine did it under this lease, which must still be the newest. */
        record Holder(Lease lease) implements Authority {}
    }

    /** What became of {@link #begin}. */
    sealed interface Begun {
        record Begin(StoredRun run) implements Begun {}

        record AlreadyActive(RunId run) implements Begun {}

        /** @param since when that plan's run began */
        record TableTaken(TableName table, PlanKey by, Instant since) implements Begun {}
    }

    /** What became of {@link #append}. */
    sealed interface Appended {
        /** @param sequence of the last event */
        record Done(long sequence) implements Appended {}

        /** Somebody else has appended meanwhile: read on from {@code lastSeen} and decide again. */
        record Behind() implements Appended {}

        /** The lease is not the newest any more: stop at once. */
        record LeaseLost() implements Appended {}
    }
}
