package dev.lockstep.rollout;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/** Tells listeners that something has changed: each on a thread of its own, many changes in one call. Thread-safe. */
final class ChangeListeners {
    private static final Logger LOG = System.getLogger(ChangeListeners.class.getName());

    private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();

    AutoCloseable add(Runnable listener) {
        Subscription subscription = new Subscription(listener);
        subscriptions.add(subscription);
        return () -> subscriptions.remove(subscription);
    }

    /** Returns at once. Every listener is called at least once after this. */
    void changed() {
        subscriptions.forEach(Subscription::changed);
    }

    private static final class Subscription {
        private final Runnable listener;
        private final AtomicBoolean due = new AtomicBoolean();
        private final ReentrantLock calling = new ReentrantLock();

        Subscription(Runnable listener) {
            this.listener = listener;
        }

        void changed() {
            // Whoever finds it due already leaves it to the thread that is about to call.
            if (due.compareAndSet(false, true)) {
                Thread.ofVirtual().name("cluster-changed").start(this::call);
            }
        }

        private void call() {
            calling.lock();
            try {
                // Before the call: a change that comes during it needs another.
                due.set(false);
                listener.run();
            } catch (RuntimeException e) {
                LOG.log(
                        Level.WARNING,
                        "A listener for changes in the cluster failed; it is called again at the next one.",
                        e);
            } finally {
                calling.unlock();
            }
        }
    }
}
