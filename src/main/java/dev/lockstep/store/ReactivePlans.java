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
        return transactions.call(session -> session.find(PlanRow.class, PlanRow.Id.of(key))
                .chain(plan -> plan == null
                        ? Uni.createFrom().item(Optional.<StoredPlan>empty())
                        : newest(session, plan).map(revision -> Optional.of(stored(plan, revision)))));
    }

    @Override
    public List<StoredPlan> all() {
        return transactions.call(session -> session.createSelectionQuery("""
                        select p, r from PlanRow p join RevisionRow r
                            on r.id.namespace = p.id.namespace and r.id.name = p.id.name and r.id.revision = p.revision
                        order by p.id.namespace, p.id.name
                        """, Object[].class)
                .getResultList()
                .map(rows -> rows.stream()
                        .map(row -> stored((PlanRow) row[0], (RevisionRow) row[1]))
                        .toList()));
    }

    @Override
    public Saved save(PlanDocument document, String author, Optional<Integer> expectedRevision, Instant now) {
        Declaration declaration = new Declaration(document, author, expectedRevision, HashChain.kept(now));
        Function<Mutiny.Session, Uni<Saved>> work = session -> session.find(
                        PlanRow.class, PlanRow.Id.of(document.key()), LockMode.PESSIMISTIC_WRITE)
                .chain(plan -> plan == null ? create(session, declaration) : replace(session, declaration, plan));
        return switch (transactions.attempt(work)) {
            case Attempt.Committed<Saved>(Saved saved) -> saved;
            // Another replica created it in the same moment: now there is a row to lock and to compare with.
            case Attempt.Refused<Saved> _ -> transactions.call(work);
        };
    }

    @Override
    public void await(PlanKey key, PendingStart start) {
        transactions.call(session -> locked(session, key)
                .chain(plan -> activeRun(session, plan.id).invoke(active -> {
                    // A run that began meanwhile is what this start would have become; it must not begin another.
                    if (active.isEmpty()) {
                        plan.pendingStart = StoreJson.write(PendingStart.class, start);
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

    private static Uni<Saved> create(Mutiny.Session session, Declaration declaration) {
        if (declaration.outdatedBy(0)) {
            return Uni.createFrom().item(new Saved.Outdated(0));
        }
        PlanRow plan = new PlanRow(PlanRow.Id.of(declaration.document().key()), 1, declaration.now());
        RevisionRow revision = declaration.revision(1);
        return session.persist(plan)
                .chain(() -> session.persist(revision))
                .map(_ -> new Saved.Created(stored(plan, revision)));
    }

    private static Uni<Saved> replace(Mutiny.Session session, Declaration declaration, PlanRow plan) {
        if (declaration.outdatedBy(plan.revision)) {
            return Uni.createFrom().item(new Saved.Outdated(plan.revision));
        }
        return newest(session, plan).chain(newest -> {
            StoredPlan before = stored(plan, newest);
            if (before.document().equals(declaration.document())) {
                return Uni.createFrom().item(new Saved.Unchanged(before));
            }
            return activeRun(session, plan.id)
                    .chain(active -> active.isPresent()
                            ? Uni.createFrom().item(new Saved.InProgress(before))
                            : revise(session, declaration, plan));
        });
    }

    private static Uni<Saved> revise(Mutiny.Session session, Declaration declaration, PlanRow plan) {
        RevisionRow revision = declaration.revision(plan.revision + 1);
        plan.revision++;
        plan.updatedAt = declaration.now();
        return session.persist(revision).map(_ -> new Saved.Replaced(stored(plan, revision)));
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

    private static StoredPlan stored(PlanRow plan, RevisionRow revision) {
        return new StoredPlan(
                revision.document(),
                plan.revision,
                new Digest(revision.digest),
                revision.author,
                plan.createdAt,
                plan.updatedAt,
                Optional.ofNullable(plan.newestRun).map(RunId::new),
                Optional.ofNullable(plan.pendingStart).map(json -> StoreJson.read(PendingStart.class, json)));
    }

    private record Declaration(PlanDocument document, String author, Optional<Integer> expected, Instant now) {
        boolean outdatedBy(int revision) {
            return expected.filter(seen -> seen != revision).isPresent();
        }

        RevisionRow revision(int number) {
            return new RevisionRow(document, number, author, now);
        }
    }
}
