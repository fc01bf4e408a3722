package dev.lockstep.store;

import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.JournalEntry;
import dev.lockstep.engine.Lease;
import dev.lockstep.engine.LockstepException;
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
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.hibernate.LockMode;
import org.hibernate.reactive.mutiny.Mutiny;

/** Runs in PostgreSQL. Writers of one run take turns on the row of its head. */
@ApplicationScoped
public class ReactiveRuns implements Runs {
    private final Transactions transactions;
    private final RunStart start;
    private final Leases leases;
    private final Reports reports;
    private final FloorRecord floors;
    private final ChangeNotices notices;

    ReactiveRuns(
            Transactions transactions,
            RunStart start,
            Leases leases,
            Reports reports,
            FloorRecord floors,
            ChangeNotices notices) {
        this.transactions = transactions;
        this.start = start;
        this.leases = leases;
        this.reports = reports;
        this.floors = floors;
        this.notices = notices;
    }

    @Override
    public Begun begin(StoredRun run, List<Event> first, Instant now) {
        return start.begin(run, first, HashChain.kept(now));
    }

    @Override
    public Optional<Begun.TableTaken> taken(DatabaseName database, Set<TableName> tables) {
        return start.taken(database, tables);
    }

    @Override
    public Optional<StoredRun> find(RunId run) {
        Optional<Kept> kept = transactions.call(session -> session.find(RunRow.class, run.value())
                .chain(row -> row == null
                        ? Uni.createFrom().item(Optional.empty())
                        : kept(session, row).map(Optional::of)));
        return kept.map(Kept::stored);
    }

    @Override
    public List<RunId> active() {
        return transactions.call(session -> session.createSelectionQuery(
                        "from RunHead r where r.active = true order by r.createdAt, r.id", RunHead.class)
                .getResultList()
                .map(rows -> rows.stream().map(row -> new RunId(row.id)).toList()));
    }

    @Override
    public List<JournalEntry> journal(RunId run, long after) {
        List<JournalRow> rows = transactions.call(session -> JournalRow.after(session, run, after));
        return rows.stream().map(JournalRow::entry).toList();
    }

    @Override
    public Appended append(
            RunId run, long lastSeen, Authority authority, List<Event> events, boolean over, Instant now) {
        return append(
                new Addition(run, JournalRow.Text.of(events), over, Optional.empty(), HashChain.kept(now)),
                lastSeen,
                authority);
    }

    @Override
    public Appended append(
            RunId run,
            long lastSeen,
            Authority authority,
            List<Event> events,
            boolean over,
            List<Floor> held,
            Instant now) {
        return append(
                new Addition(
                        run,
                        JournalRow.Text.of(events),
                        over,
                        Optional.of(FloorRow.Held.json(held)),
                        HashChain.kept(now)),
                lastSeen,
                authority);
    }

    @Override
    public List<StandingFloors> floors(DatabaseName database) {
        return floors.standing(database);
    }

    @Override
    public boolean lift(DatabaseName database, RunId run, String actor, String comment, Instant now) {
        return floors.lift(database, run, actor, comment, now);
    }

    private Appended append(Addition addition, long lastSeen, Authority authority) {
        RunId run = addition.run();
        return transactions.call(session -> session.find(RunHead.class, run.value(), LockMode.PESSIMISTIC_WRITE)
                .onItem()
                .ifNull()
                .failWith(() -> new LockstepException(ErrorCode.RUN_NOT_FOUND, "There is no run " + run + "."))
                .chain(head -> mayWrite(session, authority).chain(allowed -> {
                    if (!allowed) {
                        return Uni.createFrom().item(new Appended.LeaseLost());
                    }
                    return head.sequence == lastSeen
                            ? extend(session, head, addition)
                            : Uni.createFrom().item(new Appended.Behind());
                })));
    }

    @Override
    public Optional<Lease> acquire(RunId run, String holder, Duration timeToLive) {
        return leases.acquire(run, holder, timeToLive);
    }

    @Override
    public boolean renew(Lease lease, Duration timeToLive) {
        return leases.renew(lease, timeToLive);
    }

    @Override
    public void release(Lease lease) {
        leases.release(lease);
    }

    @Override
    public void outbid(Lease lease, long fence) {
        leases.outbid(lease, fence);
    }

    @Override
    public void report(RunId run, Progress progress) {
        reports.keep(run, progress);
    }

    @Override
    public Optional<Progress> progress(RunId run) {
        return reports.progress(run);
    }

    @Override
    public void keep(PodReport report) {
        reports.keep(report);
    }

    @Override
    public List<PodReport> reports(List<String> podUids) {
        return reports.of(podUids);
    }

    @Override
    public List<String> reportedBefore(Instant moment) {
        return reports.namespacesBefore(moment);
    }

    @Override
    public int forgetReports(String namespace, Instant moment, Set<String> living, int most) {
        return reports.forget(namespace, moment, living, most);
    }

    @Override
    public AutoCloseable onChange(Consumer<RunId> listener) {
        return notices.onChange(listener);
    }

    private static Uni<Boolean> mayWrite(Mutiny.Session session, Authority authority) {
        return switch (authority) {
            case Authority.Command _ -> Uni.createFrom().item(true);
            case Authority.Holder(Lease lease) -> Leases.isNewest(session, lease);
        };
    }

    private static Uni<Appended> extend(Mutiny.Session session, RunHead head, Addition addition) {
        if (!head.active) {
            return Uni.createFrom()
                    .failure(new LockstepException(
                            ErrorCode.ILLEGAL_TRANSITION,
                            "Run " + addition.run() + " is over; nothing can be added to its journal."));
        }
        List<JournalRow> rows =
                JournalRow.behind(addition.run(), head.sequence, head.hash, addition.events(), addition.now());
        if (!rows.isEmpty()) {
            head.sequence = rows.getLast().id.sequence();
            head.hash = rows.getLast().hash;
        }
        head.active = !addition.over();
        return session.persistAll(rows.toArray())
                .chain(() -> addition.floors()
                        .map(held -> FloorRecord.keep(session, addition.run(), held, addition.now()))
                        .orElseGet(() -> Uni.createFrom().item(0)))
                .chain(() -> ChangeNotices.announce(session, addition.run()))
                .map(_ -> new Appended.Done(head.sequence));
    }

    private static Uni<Kept> kept(Mutiny.Session session, RunRow row) {
        return session.find(RevisionRow.class, row.revisionId())
                .chain(revision -> session.createSelectionQuery(
                                "from RunTableRow t where t.id.run = :run", RunTableRow.class)
                        .setParameter("run", row.id)
                        .getResultList()
                        .map(tables -> new Kept(row, revision, tables)));
    }

    /** A run's rows as they came from the store; read, like they were written, on the caller's thread. */
    private record Kept(RunRow row, RevisionRow revision, List<RunTableRow> tables) {
        StoredRun stored() {
            return new StoredRun(
                    new RunId(row.id),
                    revision.document(),
                    row.revision,
                    row.script(),
                    tables.stream().map(RunTableRow::table).collect(Collectors.toSet()),
                    row.createdAt);
        }
    }

    /** @param floors what the run holds from now on; empty when that does not change */
    private record Addition(
            RunId run, List<JournalRow.Text> events, boolean over, Optional<String> floors, Instant now) {}
}
