package dev.lockstep.store;

import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.LockstepException;
import io.quarkus.vertx.VertxContextSupport;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.function.Function;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * The one place where blocking callers meet Hibernate Reactive, which works on event loops only. Callers may be on virtual,
 * worker or plain threads. What takes the processor's time (JSON, hashes) is done before and after the transaction, on
 * the caller's thread, because the event loop is everybody's. Every call ends: it brings a value, or fails within the time that {@link StoreSettings} allows.
 */
@ApplicationScoped
class Transactions {
    private final Mutiny.SessionFactory sessions;
    private final StorePool pool;
    private final StoreSettings settings;

    Transactions(Mutiny.SessionFactory sessions, StorePool pool, StoreSettings settings) {
        this.sessions = sessions;
        this.pool = pool;
        this.settings = settings;
    }

    /**
     * Runs this work in one transaction of its own, and commits unless it fails.
     *
     * @throws LockstepException {@code STORE_UNREACHABLE} when the store does not answer; then it is not known whether the
     *     transaction was committed
     */
    <T> T call(Function<Mutiny.Session, Uni<T>> work) {
        return switch (attempt(work)) {
            case Attempt.Committed<T>(T value) -> value;
            case Attempt.Refused<T>(String constraint) ->
                throw new LockstepException(
                        ErrorCode.INTERNAL,
                        "The store's rule \"" + constraint + "\" refused a change; nothing was changed.");
        };
    }

    /** Like {@link #call}, for work that a constraint of the schema may refuse. */
    <T> Attempt<T> attempt(Function<Mutiny.Session, Uni<T>> work) {
        if (Context.isOnEventLoopThread()) {
            throw new IllegalStateException(
                    "the store blocks and was called on an event loop; call it from a virtual or worker thread");
        }
        try {
            return new Attempt.Committed<>(
                    VertxContextSupport.subscribeAndAwait(() -> notCancelled(sessions.withTransaction(work))
                            .ifNoItem()
                            .after(settings.answerWithin())
                            .fail()));
        } catch (Throwable failure) {
            Optional<String> constraint = StoreFailure.brokenConstraint(failure);
            if (constraint.isPresent()) {
                return new Attempt.Refused<>(constraint.get());
            }
            throw StoreFailure.of(failure, pool.name());
        }
    }

    /**
     * A session must be closed on the event loop that opened it, and a cancellation would come from the timer's thread. So
     * nobody waits any longer after the time is up, but the transaction comes to its own end: {@link StorePool} sees to it
     * that there is one.
     */
    private static <T> Uni<T> notCancelled(Uni<T> transaction) {
        return Uni.createFrom().emitter(caller -> transaction.subscribe().with(caller::complete, caller::fail));
    }

    /** What became of a transaction. */
    sealed interface Attempt<T> {
        record Committed<T>(T value) implements Attempt<T> {}

        /** @param constraint the one that refused it; nothing was changed */
        record Refused<T>(String constraint) implements Attempt<T> {}
    }
}
