package dev.lockstep.store;

import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.LockstepException;
import dev.lockstep.engine.RunId;
import dev.lockstep.engine.Runs.Begun;
import dev.lockstep.engine.StoredRun;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.plan.DatabaseName;
import dev.lockstep.schema.TableName;
import dev.lockstep.store.Transactions.Attempt;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * Begins runs. The plan's row serialises the beginners of one plan; the unique index over the tables of active runs those
 * of different plans (G33).
 */
@ApplicationScoped
class RunStart {
    private static final String TABLE_TAKEN = "run_table_taken";
    private static final int ATTEMPTS = 3;

    private final Transactions transactions;

    RunStart(Transactions transactions) {
        this.transactions = transactions;
    }

    /** @param now as {@link HashChain#kept} */
    Begun begin(StoredRun run, List<Event> first, Instant now) {
        List<JournalRow.Text> texts = JournalRow.Text.of(first);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Rows rows = Rows.of(run, texts, now);
            switch (transactions.attempt(session -> begin(session, run, rows))) {
                case Attempt.Committed<Begun>(Begun begun) -> {
                    return begun;
                }
                case Attempt.Refused<Begun>(String constraint) -> {
                    requireTableTaken(constraint);
                    Optional<Begun.TableTaken> taken =
                            taken(run.document().spec().database(), run.tables());
                    if (taken.isPresent()) {
                        return taken.get();
                    }
                    // The other run was over before we could see whose it was: the table may be free now.
                }
            }
        }
        throw new LockstepException(
                ErrorCode.TABLE_TAKEN,
                "The tables of plan " + run.document().key()
                        + " were in use by runs that ended just now. Start it again.");
    }

    private static Uni<Begun> begin(Mutiny.Session session, StoredRun run, Rows rows) {
        return ReactivePlans.locked(session, run.document().key())
                .chain(plan -> ReactivePlans.activeRun(session, plan.id).chain(active -> {
                    if (active.isPresent()) {
                        return Uni.createFrom().item(new Begun.AlreadyActive(active.get()));
                    }
                    requireNewest(plan, run);
                    return insert(session, plan, rows).replaceWith(new Begun.Begin(run));
                }));
    }

    private static Uni<Void> insert(Mutiny.Session session, PlanRow plan, Rows rows) {
        plan.newestRun = rows.run().id;
        plan.pendingStart = null;
        return session.persist(rows.run())
                .chain(() -> session.persistAll(rows.tables().toArray()))
                .chain(() -> session.persistAll(rows.journal().toArray()))
                .chain(() -> ChangeNotices.announce(session, new RunId(rows.run().id)));
    }

    /** The first of these tables that an active run has. */
    Optional<Begun.TableTaken> taken(DatabaseName database, Set<TableName> tables) {
        return tables.isEmpty()
                ? Optional.empty()
                : transactions.call(session -> firstTaken(session, database, tables));
    }

    private static Uni<Optional<Begun.TableTaken>> firstTaken(
            Mutiny.Session session, DatabaseName database, Set<TableName> tables) {
        return session.createSelectionQuery("""
                        select t, r from RunTableRow t join RunHead r on r.id = t.id.run
                        where t.active = true and t.database = :database
                        order by t.id.schema, t.id.name
                        """, Object[].class)
                .setParameter("database", database.value())
                .getResultList()
                .map(rows -> rows.stream()
                        .filter(row -> tables.contains(((RunTableRow) row[0]).table()))
                        .map(row -> taken((RunTableRow) row[0], (RunHead) row[1]))
                        .findFirst());
    }

    private static Begun.TableTaken taken(RunTableRow row, RunHead by) {
        return new Begun.TableTaken(row.table(), by.plan(), by.createdAt);
    }

    /** A plan that was declared anew between compiling and beginning would run what nobody asked for any more. */
    private static void requireNewest(PlanRow plan, StoredRun run) {
        if (plan.revision != run.revision()) {
            throw new LockstepException(
                    ErrorCode.PRECONDITION_FAILED,
                    "Plan " + run.document().key() + " is at revision " + plan.revision + " by now, and this run was"
                            + " prepared from revision " + run.revision()
                            + ". Review the newest revision and start again.");
        }
    }

    private static void requireTableTaken(String constraint) {
        if (!constraint.equals(TABLE_TAKEN)) {
            throw new LockstepException(
                    ErrorCode.INTERNAL, "The store's rule \"" + constraint + "\" refused a run; nothing was changed.");
        }
    }

    /** What a run begins with; for one attempt only, as a session keeps what it is given. */
    private record Rows(RunRow run, List<RunTableRow> tables, List<JournalRow> journal) {
        static Rows of(StoredRun run, List<JournalRow.Text> first, Instant now) {
            List<JournalRow> journal = JournalRow.behind(run.id(), 0, HashChain.START, first, now);
            RunRow row = new RunRow(run).endingWith(journal);
            // In one order for everybody, so that two beginners wait for each other in a line and not in a ring.
            List<RunTableRow> tables = run.tables().stream()
                    .sorted()
                    .map(table -> new RunTableRow(row, table))
                    .toList();
            return new Rows(row, tables, journal);
        }
    }
}
