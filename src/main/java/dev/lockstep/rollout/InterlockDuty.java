package dev.lockstep.rollout;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import dev.lockstep.engine.InterlockBoard;
import dev.lockstep.engine.LockstepException;
import dev.lockstep.engine.Runs;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Keeps what the admission policy goes by up to date, as long as the service runs and where it is asked to. */
@ApplicationScoped
class InterlockDuty {
    private static final System.Logger LOG = System.getLogger(InterlockDuty.class.getName());

    /** Somebody may have edited an object, and the word of a change can be missed. */
    private static final long LOOK_AGAIN_AFTER_SECONDS = 10;

    private final KubernetesClient client;
    private final InterlockBoard board;
    private final Runs runs;
    private final AdmissionSettings settings;
    private final Semaphore rung = new Semaphore(0);
    private volatile boolean ending;
    private Optional<AutoCloseable> subscription = Optional.empty();

    InterlockDuty(KubernetesClient client, InterlockBoard board, Runs runs, AdmissionSettings settings) {
        this.client = client;
        this.board = board;
        this.runs = runs;
        this.settings = settings;
    }

    void start(@Observes StartupEvent event) {
        if (settings.policy()) {
            subscription = Optional.of(runs.onChange(_ -> rung.release()));
            Thread.ofVirtual().name("interlock-policy").start(this::again);
        }
    }

    void stop(@Observes ShutdownEvent event) throws Exception {
        ending = true;
        rung.release();
        if (subscription.isPresent()) {
            subscription.get().close();
        }
    }

    private void again() {
        InterlockWriter writer = new InterlockWriter(client, board);
        while (!ending) {
            rung.drainPermits();
            try {
                writer.write();
            } catch (LockstepException e) {
                LOG.log(WARNING, "the admission policy's rules stay as they are: {0}", e.getMessage());
            } catch (KubernetesClientException e) {
                LOG.log(
                        WARNING,
                        "the admission policy''s rules are not up to date. {0}",
                        ApiFailure.sentence("write the rules of the admission policy", e));
            } catch (RuntimeException e) {
                LOG.log(ERROR, "the admission policy's rules are not up to date", e);
            }
            try {
                boolean early = rung.tryAcquire(LOOK_AGAIN_AFTER_SECONDS, TimeUnit.SECONDS);
                LOG.log(System.Logger.Level.TRACE, "woken early: {0}", early);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
