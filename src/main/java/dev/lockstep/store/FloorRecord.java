package dev.lockstep.store;

import dev.lockstep.engine.RunId;
import dev.lockstep.engine.StandingFloors;
import dev.lockstep.plan.DatabaseName;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import org.hibernate.reactive.mutiny.Mutiny;

/** The append-only record of floors. It knows of no plan, so that nothing that becomes of a plan changes it (G38). */
@ApplicationScoped
class FloorRecord {
    private static final String NOTHING = FloorRow.Held.json(List.of());

    private final Transactions transactions;

    FloorRecord(Transactions transactions) {
        this.transactions = transactions;
    }

    /**
     * Keeps what this run holds from now on.
     *
     * @param held as {@link FloorRow.Held#json}
     */
    static Uni<Integer> keep(Mutiny.Session session, RunId run, String held, Instant now) {
        return session.createNativeQuery("""
                        INSERT INTO floor (database, run, floors, at)
                        SELECT database, id, CAST(CAST(:held AS text) AS jsonb), :at FROM run WHERE id = :run
                        """)
                .setParameter("run", run.value())
                .setParameter("held", held)
                .setParameter("at", now)
                .executeUpdate();
    }

    List<StandingFloors> standing(DatabaseName database) {
        List<FloorRow> newest = transactions.call(session -> session.createSelectionQuery("""
                        from FloorRow f where f.database = :database and not exists (
                            select 1 from FloorRow later
                            where later.database = f.database and later.run = f.run and later.ordinal > f.ordinal)
                        order by f.ordinal
                        """, FloorRow.class)
                .setParameter("database", database.value())
                .getResultList());
        return newest.stream()
                .map(FloorRow::standing)
                .filter(standing -> !standing.floors().isEmpty())
                .toList();
    }

    boolean lift(DatabaseName database, RunId run, String actor, String comment, Instant now) {
        int lifted = transactions.call(session -> session.createNativeQuery("""
                        INSERT INTO floor (database, run, floors, at, said_by, comment)
                        SELECT f.database, f.run, CAST(CAST(:nothing AS text) AS jsonb), :at, :actor, :comment
                        FROM floor f
                        WHERE f.database = :database AND f.run = :run
                            AND f.floors <> CAST(CAST(:nothing AS text) AS jsonb)
                            AND f.ordinal = (SELECT max(ordinal) FROM floor WHERE database = :database AND run = :run)
                        """)
                .setParameter("database", database.value())
                .setParameter("run", run.value())
                .setParameter("nothing", NOTHING)
                .setParameter("at", HashChain.kept(now))
                .setParameter("actor", actor)
                .setParameter("comment", comment)
                .executeUpdate());
        return lifted > 0;
    }
}
