package dev.lockstep.ui;

import dev.lockstep.engine.JournalEntry;
import dev.lockstep.engine.Lease;
import dev.lockstep.engine.PodReport;
import dev.lockstep.engine.Progress;
import dev.lockstep.engine.RunId;
import dev.lockstep.engine.Runs;
import dev.lockstep.engine.StandingFloors;
import dev.lockstep.engine.StoredRun;
import dev.lockstep.gate.Floor;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.schema.TableName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Runs and their journals in memory; nobody holds a lease. */
final class MemoryRuns implements Runs {
    private final Map<RunId, StoredRun> runs = new ConcurrentHashMap<>();
    private final Map<RunId, List<JournalEntry>> journals = new ConcurrentHashMap<>();
    private final Map<RunId, Progress> progress = new ConcurrentHashMap<>();

    void clear() {
        runs.clear();
        journals.clear();
        progress.clear();
    }

    @Override
    public Begun begin(StoredRun run, List<Event> first, Instant now) {
        runs.put(run.id(), run);
        journals.put(run.id(), new ArrayList<>());
        append(run.id(), 0, new Authority.Command(), first, false, now);
        return new Begun.Begin(run);
    }

    @Override
    public Optional<Begun.TableTaken> taken(DatabaseName database, Set<TableName> tables) {
        return Optional.empty();
    }

    @Override
    public Optional<StoredRun> find(RunId run) {
        return Optional.ofNullable(runs.get(run));
    }

    @Override
    public List<RunId> active() {
        return List.copyOf(runs.keySet());
    }

    @Override
    public synchronized List<JournalEntry> journal(RunId run, long after) {
        return journals.getOrDefault(run, List.of()).stream()
                .filter(entry -> entry.sequence() > after)
                .toList();
    }

    @Override
    public synchronized Appended append(
            RunId run, long lastSeen, Authority authority, List<Event> events, boolean over, Instant now) {
        List<JournalEntry> journal = journals.computeIfAbsent(run, _ -> new ArrayList<>());
        if (journal.size() != lastSeen) {
            return new Appended.Behind();
        }
        events.forEach(event -> journal.add(new JournalEntry(journal.size() + 1L, now, event)));
        return new Appended.Done(journal.size());
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
        return append(run, lastSeen, authority, events, over, now);
    }

    @Override
    public List<StandingFloors> floors(DatabaseName database) {
        return List.of();
    }

    @Override
    public boolean lift(DatabaseName database, RunId run, String actor, String comment, Instant now) {
        return false;
    }

    @Override
    public Optional<Lease> acquire(RunId run, String holder, Duration timeToLive) {
        return Optional.empty();
    }

    @Override
    public boolean renew(Lease lease, Duration timeToLive) {
        return false;
    }

    @Override
    public void release(Lease lease) {
        // Nobody has one.
    }

    @Override
    public void outbid(Lease lease, long fence) {
        // Nobody has one.
    }

    @Override
    public void report(RunId run, Progress now) {
        progress.put(run, now);
    }

    @Override
    public Optional<Progress> progress(RunId run) {
        return Optional.ofNullable(progress.get(run));
    }

    @Override
    public void keep(PodReport report) {
        // No pod reports here.
    }

    @Override
    public List<PodReport> reports(List<String> podUids) {
        return List.of();
    }

    @Override
    public List<String> reportedBefore(Instant moment) {
        return List.of();
    }

    @Override
    public int forgetReports(String namespace, Instant moment, Set<String> living, int most) {
        return 0;
    }

    @Override
    public AutoCloseable onChange(Consumer<RunId> listener) {
        return () -> {};
    }
}
