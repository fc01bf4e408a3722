package dev.lockstep.store;

import dev.lockstep.engine.RunId;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.pgclient.pubsub.PgSubscriber;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.hibernate.reactive.mutiny.Mutiny;
import org.jboss.logging.Logger;

/**
 * Tells every replica that a run has changed, by NOTIFY in the transaction that changes it, and LISTEN on one connection
 * of its own, which comes back by itself. That connection needs the server itself: behind a transaction-pooling PgBouncer,
 * LISTEN hears nothing (P8).
 */
@ApplicationScoped
class ChangeNotices {
    private static final Logger LOG = Logger.getLogger(ChangeNotices.class);
    private static final String CHANNEL = "lockstep_run";
    private static final long LONGEST_PAUSE_MILLISECONDS = 2_000;

    private final Vertx vertx;
    private final StorePool pool;
    private final StoreSettings settings;
    private final List<Ear> ears = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> listening = new CompletableFuture<>();
    private final List<PgSubscriber> subscribers = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    ChangeNotices(Vertx vertx, StorePool pool, StoreSettings settings) {
        this.vertx = vertx;
        this.pool = pool;
        this.settings = settings;
    }

    /** To be called in the transaction that changes the run: listeners hear of it when, and only if, it commits. */
    static Uni<Void> announce(Mutiny.Session session, RunId run) {
        return session.createNativeQuery("SELECT CAST(pg_notify(:channel, :run) AS text)", String.class)
                .setParameter("channel", CHANNEL)
                .setParameter("run", run.toString())
                .getSingleResult()
                .replaceWithVoid();
    }

    /** Returns once the connection listens, or after the time that the store has to answer; it then goes on trying. */
    AutoCloseable onChange(Consumer<RunId> listener) {
        Ear ear = new Ear(listener);
        ears.add(ear);
        listen();
        try {
            listening.get(settings.answerWithin().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            LOG.warnf("The store (%s) does not answer yet; changes are noticed late until it does.", pool.name());
        }
        return () -> {
            ears.remove(ear);
            ear.close();
        };
    }

    @PreDestroy
    void close() {
        closed = true;
        subscribers.forEach(PgSubscriber::close);
        ears.forEach(Ear::close);
    }

    private synchronized void listen() {
        if (subscribers.isEmpty()) {
            connect(0);
        }
    }

    private void connect(int failures) {
        PgSubscriber subscriber = PgSubscriber.subscriber(vertx, pool.address()).reconnectPolicy(ChangeNotices::pause);
        subscribers.add(subscriber);
        subscriber.channel(CHANNEL).handler(this::heard);
        subscriber.connect().onComplete(connected -> {
            if (connected.succeeded()) {
                listening.complete(null);
                return;
            }
            // The client comes back by itself only after a first success.
            subscriber.close();
            if (!closed) {
                vertx.setTimer(pause(failures), _ -> {
                    subscribers.remove(subscriber);
                    connect(failures + 1);
                });
            }
        });
    }

    private void heard(String payload) {
        RunId run = new RunId(UUID.fromString(payload));
        ears.forEach(ear -> ear.tell(run));
    }

    private static long pause(int failures) {
        return Math.min(LONGEST_PAUSE_MILLISECONDS, 50L << Math.min(failures, 10));
    }
}
