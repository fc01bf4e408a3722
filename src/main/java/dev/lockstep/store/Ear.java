package dev.lockstep.store;

import dev.lockstep.engine.RunId;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * One listener on a virtual thread of its own, so that a slow or broken one holds up nobody else. Notices of the same run
 * that arrive while it is busy become one.
 */
final class Ear {
    private static final Logger LOG = Logger.getLogger(Ear.class);

    private final Consumer<RunId> listener;
    private final BlockingQueue<RunId> waiting = new LinkedBlockingQueue<>();
    private final Set<RunId> queued = ConcurrentHashMap.newKeySet();
    private final Thread thread;
    private volatile boolean open = true;

    Ear(Consumer<RunId> listener) {
        this.listener = listener;
        this.thread = Thread.ofVirtual().name("store-listener").unstarted(this::listen);
        thread.start();
    }

    void tell(RunId run) {
        if (queued.add(run)) {
            waiting.add(run);
        }
    }

    void close() {
        open = false;
        thread.interrupt();
    }

    private void listen() {
        while (open) {
            try {
                RunId run = waiting.take();
                // Before the call: a change that comes during it must cause another one.
                queued.remove(run);
                listener.accept(run);
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                LOG.errorf(e, "A listener for changes of runs failed; it is called again at the next change.");
            }
        }
    }
}
