package dev.lockstep.api;

import dev.lockstep.engine.RunId;
import dev.lockstep.engine.Runs;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Wakes those who wait for a run to change. One subscription serves them all; who waits parks a virtual thread. */
@Singleton
final class Changes {
    private static final Logger LOG = Logger.getLogger(Changes.class);

    private final Runs runs;
    private final Set<Listener> listeners = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;
    private AutoCloseable subscription = () -> {};

    Changes(Runs runs) {
        this.runs = runs;
    }

    @PostConstruct
    void begin() {
        subscription = runs.onChange(this::changed);
    }

    @PreDestroy
    void end() {
        closed = true;
        listeners.forEach(listener -> listener.news.release());
        try {
            subscription.close();
        } catch (Exception e) {
            LOG.warn("the subscription to changes of runs could not be closed", e);
        }
    }

    private void changed(RunId run) {
        for (Listener listener : listeners) {
            if (listener.interest.isEmpty() || listener.interest.get().equals(run)) {
                listener.news.release();
            }
        }
    }

    /** Begins to listen; ask for the state afterwards, so that nothing between the two is missed. Close it. */
    Listener listen() {
        Listener listener = new Listener();
        listeners.add(listener);
        return listener;
    }

    /** Whether the service stops, and nobody should wait any longer. */
    boolean closed() {
        return closed;
    }

    /** One who waits. */
    final class Listener implements AutoCloseable {
        private final Semaphore news = new Semaphore(0);
        private volatile Optional<RunId> interest = Optional.empty();

        /** Wakes only for this run from now on; empty for any, so also for one that begins. */
        void onlyFor(Optional<RunId> run) {
            interest = run;
        }

        /** Returns when something has changed, or after this time. */
        void await(Duration longest) throws InterruptedException {
            if (news.tryAcquire(Math.max(1, longest.toMillis()), TimeUnit.MILLISECONDS)) {
                news.drainPermits();
            }
        }

        @Override
        public void close() {
            listeners.remove(this);
        }
    }
}
