package dev.lockstep.store;

import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.Lease;
import dev.lockstep.engine.LockstepException;
import dev.lockstep.engine.RunId;
import dev.lockstep.store.Transactions.Attempt;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.hibernate.reactive.mutiny.Mutiny;

/** Who may advance which run, by the database's clock. {@code clock_timestamp()} also counts time spent waiting for a row. */
@ApplicationScoped
class Leases {
    private final Transactions transactions;

    Leases(Transactions transactions) {
        this.transactions = transactions;
    }

    Optional<Lease> acquire(RunId run, String holder, Duration timeToLive) {
        Attempt<List<Long>> attempt = transactions.attempt(session -> session.createNativeQuery("""
                        INSERT INTO lease (run, holder, fence, expires_at)
                        VALUES (:run, :holder, 1, clock_timestamp() + make_interval(secs => :seconds))
                        ON CONFLICT (run) DO UPDATE
                            SET holder = excluded.holder,
                                fence = lease.fence + 1,
                                expires_at = clock_timestamp() + make_interval(secs => :seconds)
                            WHERE lease.expires_at <= clock_timestamp()
                        RETURNING fence
                        """, Long.class)
                .setParameter("run", run.value())
                .setParameter("holder", holder)
                .setParameter("seconds", seconds(timeToLive))
                .getResultList());
        return switch (attempt) {
            case Attempt.Committed<List<Long>>(List<Long> fences) ->
                fences.stream().map(fence -> new Lease(run, holder, fence)).findFirst();
            case Attempt.Refused<List<Long>> _ ->
                throw new LockstepException(ErrorCode.RUN_NOT_FOUND, "There is no run " + run + ".");
        };
    }

    boolean renew(Lease lease, Duration timeToLive) {
        int renewed = transactions.call(session -> session.createNativeQuery("""
                        UPDATE lease SET expires_at = clock_timestamp() + make_interval(secs => :seconds)
                        WHERE run = :run AND holder = :holder AND fence = :fence AND expires_at > clock_timestamp()
                        """)
                .setParameter("run", lease.run().value())
                .setParameter("holder", lease.holder())
                .setParameter("fence", lease.fence())
                .setParameter("seconds", seconds(timeToLive))
                .executeUpdate());
        return renewed == 1;
    }

    void release(Lease lease) {
        transactions.call(session -> session.createNativeQuery("""
                        UPDATE lease SET holder = NULL, expires_at = clock_timestamp()
                        WHERE run = :run AND holder = :holder AND fence = :fence
                        """)
                .setParameter("run", lease.run().value())
                .setParameter("holder", lease.holder())
                .setParameter("fence", lease.fence())
                .executeUpdate());
    }

    /** Gives the lease back; the next fence is larger than this one as well. */
    void outbid(Lease lease, long fence) {
        transactions.call(session -> session.createNativeQuery("""
                        UPDATE lease
                        SET holder = NULL, expires_at = clock_timestamp(), fence = greatest(fence, CAST(:seen AS bigint))
                        WHERE run = :run AND holder = :holder AND fence = :fence
                        """)
                .setParameter("seen", fence)
                .setParameter("run", lease.run().value())
                .setParameter("holder", lease.holder())
                .setParameter("fence", lease.fence())
                .executeUpdate());
    }

    /**
     * Whether this lease is still the newest. Until the transaction ends nobody can take it over, so what is written in it
     * was written by the holder.
     */
    static Uni<Boolean> isNewest(Mutiny.Session session, Lease lease) {
        return session.createNativeQuery("""
                        SELECT fence FROM lease
                        WHERE run = :run AND holder = :holder AND fence = :fence
                        FOR SHARE
                        """, Long.class)
                .setParameter("run", lease.run().value())
                .setParameter("holder", lease.holder())
                .setParameter("fence", lease.fence())
                .getResultList()
                .map(fences -> !fences.isEmpty());
    }

    private static double seconds(Duration timeToLive) {
        return timeToLive.toNanos() / 1e9;
    }
}
