package dev.lockstep.store;

import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.LockstepException;
import dev.lockstep.engine.PendingStart;
import dev.lockstep.engine.Plans;
import dev.lockstep.engine.RunId;
import dev.lockstep.engine.StoredPlan;
import dev.lockstep.plan.Digest;
import dev.lockstep.plan.PlanDocument;
import dev.lockstep.plan.PlanKey;
import dev.lockstep.store.Transactions.Attempt;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.hibernate.LockMode;
import org.hibernate.reactive.mutiny.Mutiny;

/** Plans in PostgreSQL. A plan's row is locked before anything about it is decided, so replicas take turns. */
@ApplicationScoped
public class ReactivePlans implements Plans {
    private final Transactions transactions;

    ReactivePlans(Transactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public Optional<StoredPlan> find(PlanKey key) {
        Optional<Kept> kept = transactions.call(session -> session.find(PlanRow.class, PlanRow.Id.of(key))
                .chain(plan -> plan == null
                        ? Uni.createFrom().item(Optional.empty())
                        : newest(session, plan).map(revision -> Optional.of(new Kept(plan, revision)))));
        return kept.map(Kept::plan);
    }

    @Override
    public List<StoredPlan> all() {
        List<Object[]> rows = transactions.call(
                session -> session.createSelectionQuery("""
                        select p, r from PlanRow p join RevisionRow r
                            on r.id.namespace = p.id.namespace and r.id.name = p.id.name and r.id.revision = p.revision
                        order by p.id.namespace, p.id.name
                        """, Object[].class).getResultList());
        return rows.stream()
                .map(row -> new Kept((PlanRow) row[0], (RevisionRow) row[1]).plan())
                .toList();
    }

    @Override
    public Saved save(PlanDocument document, String author, Optional<Integer> expectedRevision, Instant now) {
        Declaration declaration = Declaration.of(document, author, expectedRevision, HashChain.kept(now));
        Function<Mutiny.Session, Uni<Supplier<Saved>>> work = session -> session.find(
                        PlanRow.class, PlanRow.Id.of(document.key()), LockMode.PESSIMISTIC_WRITE)
                .chain(plan -> plan == null ? create(session, declaration) : replace(session, declaration, plan));
        Saved saved = switch (transactions.attempt(work)) {
            case Attempt.Committed<Supplier<Saved>>(Supplier<Saved> done) -> done.get();
            // Another replica created it in the same moment: now there is a row to lock and to compare with.
            case Attempt.Refused<Supplier<Saved>> _ -> transactions.call(work).get();
        };
        return saved instanceof Saved.Unchanged(StoredPlan known)
                        && !known.document()
                                .spec()
                                .windows()
                                .equals(document.spec().windows())
                ? reschedule(document, known, author, expectedRevision, now)
                : saved;
    }

    /** Whoever changes only the windows does not become the plan's author: nobody has to approve those. */
    private Saved reschedule(
            PlanDocument document, StoredPlan known, String author, Optional<Integer> expectedRevision, Instant now) {
        Declaration declaration = Declaration.of(document, known.author(), expectedRevision, HashChain.kept(now));
        Optional<Supplier<StoredPlan>> revised = transactions.call(session -> session.find(
                        PlanRow.class, PlanRow.Id.of(document.key()), LockMode.PESSIMISTIC_WRITE)
                .chain(plan -> plan == null || plan.revision != known.revision()
                        ? Uni.createFrom().item(Optional.empty())
                        : revise(session, declaration, plan).map(Optional::of)));
        // Where somebody else declared something in between, that decides what becomes of this.
        return revised.<Saved>map(plan -> new Saved.Rescheduled(plan.get()))
                .orElseGet(() -> save(document, author, expectedRevision, now));
    }

    @Override
    public void await(PlanKey key, PendingStart start) {
        String waiting = StoreJson.write(PendingStart.class, start);
        transactions.call(session -> locked(session, key)
                .chain(plan -> activeRun(session, plan.id).invoke(active -> {
                    // A run that began meanwhile is what this start would have become; it must not begin another.
                    if (active.isEmpty()) {
                        plan.pendingStart = waiting;
                    }
                })));
    }

    @Override
    public void forgetStart(PlanKey key) {
        transactions.call(session -> locked(session, key).invoke(plan -> plan.pendingStart = null));
    }

    @Override
    public Deleted delete(PlanKey key) {
        return transactions.call(session -> session.find(PlanRow.class, PlanRow.Id.of(key), LockMode.PESSIMISTIC_WRITE)
                .chain(plan -> plan == null
                        ? Uni.createFrom().item(Deleted.NOT_FOUND)
                        : activeRun(session, plan.id)
                                .chain(active -> active.isPresent()
                                        ? Uni.createFrom().item(Deleted.IN_PROGRESS)
                                        : session.remove(plan).replaceWith(Deleted.DELETED))));
    }

    /** The plan's row, so that nobody else decides anything about it until the transaction ends. */
    static Uni<PlanRow> locked(Mutiny.Session session, PlanKey key) {
        return session.find(PlanRow.class, PlanRow.Id.of(key), LockMode.PESSIMISTIC_WRITE)
                .onItem()
                .ifNull()
                .failWith(() -> new LockstepException(ErrorCode.PLAN_NOT_FOUND, "There is no plan " + key + "."));
    }

    private static Uni<Supplier<Saved>> create(Mutiny.Session session, Declaration declaration) {
        if (declaration.outdatedBy(0)) {
            return after(() -> new Saved.Outdated(0));
        }
        Kept kept =
                new Kept(new PlanRow(PlanRow.Id.of(declaration.key()), 1, declaration.now()), declaration.revision(1));
        return session.persist(kept.row())
                .chain(() -> session.persist(kept.revision()))
                .map(_ -> () -> new Saved.Created(kept.plan()));
    }

    private static Uni<Supplier<Saved>> replace(Mutiny.Session session, Declaration declaration, PlanRow plan) {
        if (declaration.outdatedBy(plan.revision)) {
            int newest = plan.revision;
            return after(() -> new Saved.Outdated(newest));
        }
        return newest(session, plan).chain(newest -> {
            Kept before = new Kept(plan, newest);
            if (newest.digest.equals(declaration.digest().value())) {
                return after(() -> new Saved.Unchanged(before.plan()));
            }
            return activeRun(session, plan.id)
                    .chain(active -> active.isPresent()
                            ? after(() -> new Saved.InProgress(before.plan()))
                            : revise(session, declaration, plan)
                                    .map(revised -> () -> new Saved.Replaced(revised.get())));
        });
    }

    private static Uni<Supplier<StoredPlan>> revise(Mutiny.Session session, Declaration declaration, PlanRow plan) {
        plan.revision++;
        plan.updatedAt = declaration.now();
        Kept kept = new Kept(plan, declaration.revision(plan.revision));
        return session.persist(kept.revision()).map(_ -> kept::plan);
    }

    /** Says what became of it once the transaction is over. */
    private static Uni<Supplier<Saved>> after(Supplier<Saved> saved) {
        return Uni.createFrom().item(() -> saved);
    }

    private static Uni<RevisionRow> newest(Mutiny.Session session, PlanRow plan) {
        return session.find(RevisionRow.class, new RevisionRow.Id(plan.id.namespace(), plan.id.name(), plan.revision));
    }

    /** The plan's run that is not over. Hold the plan's row locked while relying on it. */
    static Uni<Optional<RunId>> activeRun(Mutiny.Session session, PlanRow.Id plan) {
        return session.createSelectionQuery(
                        "from RunHead r where r.namespace = :namespace and r.name = :name and r.active = true",
                        RunHead.class)
                .setParameter("namespace", plan.namespace())
                .setParameter("name", plan.name())
                .getResultList()
                .map(rows -> rows.stream().map(row -> new RunId(row.id)).findFirst());
    }

    /** A plan's rows as they came from the store; read, like they were written, on the caller's thread. */
    private record Kept(PlanRow row, RevisionRow revision) {
        StoredPlan plan() {
            return new StoredPlan(
                    revision.document(),
                    row.revision,
                    new Digest(revision.digest),
                    revision.author,
                    row.createdAt,
                    row.updatedAt,
                    Optional.ofNullable(row.newestRun).map(RunId::new),
                    Optional.ofNullable(row.pendingStart).map(json -> StoreJson.read(PendingStart.class, json)));
        }
    }

    /** @param json the document */
    private record Declaration(
            PlanKey key, String json, Digest digest, String author, Optional<Integer> expected, Instant now) {
        static Declaration of(PlanDocument document, String author, Optional<Integer> expected, Instant now) {
            String json = StoreJson.write(PlanDocument.class, document);
            return new Declaration(document.key(), json, document.digest(), author, expected, now);
        }

        boolean outdatedBy(int revision) {
            return expected.filter(seen -> seen != revision).isPresent();
        }

        RevisionRow revision(int number) {
            return new RevisionRow(RevisionRow.Id.of(key, number), json, digest, author, now);
        }
    }
}
