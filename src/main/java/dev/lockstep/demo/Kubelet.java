package dev.lockstep.demo;

import dev.lockstep.demo.PodRuntime.PodProcess;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * Runs the pods of the simulated cluster: Pending, then Running, then ready; and after a deletion Terminating for as
 * long as the process goes on, and only then gone. Its work is done on virtual threads.
 */
final class Kubelet implements AutoCloseable {
    /** Keeps a deleted pod's object until its process has ended. */
    static final String FINALIZER = "demo.lockstep.dev/process";

    static final String NODE = "simulated-node";

    private static final Logger LOG = Logger.getLogger(Kubelet.class);

    private final KubernetesClient client;
    private final PodRuntime runtime;
    private final Pace pace;
    private final InstantSource clock;
    private final Map<String, Slot> slots = new ConcurrentHashMap<>();
    private final AtomicInteger addresses = new AtomicInteger();
    private final long network = 1 + ProcessHandle.current().pid() % 250;
    private final ScheduledExecutorService timers = Executors.newScheduledThreadPool(
            2, Thread.ofVirtual().name("kubelet-", 0).factory());
    private final SharedIndexInformer<Pod> informer;

    Kubelet(KubernetesClient client, PodRuntime runtime, Pace pace, InstantSource clock) {
        this.client = client;
        this.runtime = runtime;
        this.pace = pace;
        this.clock = clock;
        this.informer = client.pods().inAnyNamespace().inform(new Watch());
    }

    /**
     * How long things take.
     *
     * @param starting from the pod's creation to its process
     * @param becomingReady from there to its readiness
     * @param lingering how long a pod that was told to end still gets requests, as from a load balancer that has not heard
     * @param cleaningUp from the end of the process to the pod's disappearance
     */
    record Pace(Duration starting, Duration becomingReady, Duration lingering, Duration cleaningUp) {
        /** Slow enough to be watched. */
        static Pace demo() {
            return new Pace(
                    Duration.ofMillis(1500), Duration.ofMillis(1000), Duration.ofMillis(2000), Duration.ofMillis(1000));
        }
    }

    /** Ends every process and waits for them; the objects stay as they are. */
    @Override
    public void close() {
        informer.stop();
        timers.shutdownNow();
        slots.values().stream()
                .map(slot -> Thread.ofVirtual().start(slot::terminateProcess))
                .toList()
                .forEach(Kubelet::join);
        slots.clear();
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void after(Duration delay, Runnable work) {
        var _ = timers.schedule(() -> guarded(work), delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void guarded(Runnable work) {
        try {
            work.run();
        } catch (KubernetesClientException e) {
            LOG.debugf("The simulated cluster refused a change of a pod: %s", e.getMessage());
        }
    }

    /** Somebody else may change the pod between our reading and our writing it; then both are done again. */
    private static void untilAccepted(Runnable change) {
        while (true) {
            try {
                change.run();
                return;
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                    throw e;
                }
            }
        }
    }

    private void observe(Pod pod) {
        Slot slot = slots.computeIfAbsent(pod.getMetadata().getUid(), _ -> admit(pod));
        if (pod.isMarkedForDeletion() && slot.beginTermination()) {
            after(slot.hasProcess() ? pace.lingering() : Duration.ZERO, slot::end);
        }
    }

    private Slot admit(Pod pod) {
        Slot slot = new Slot(pod);
        after(pace.starting(), slot::start);
        return slot;
    }

    /**
     * Linux answers on all of 127/8: each pod has an address of its own, as in a cluster. The second part differs between
     * processes, so that two demos on one machine do not meet.
     */
    private String nextAddress() {
        int number = addresses.getAndIncrement();
        return "127.%d.%d.%d".formatted(network, number / 250 % 250, 1 + number % 250);
    }

    /** One pod's place on the node. */
    private final class Slot {
        private final Pod pod;
        private String address = "";
        private Optional<PodProcess> process = Optional.empty();
        private boolean terminating;

        Slot(Pod pod) {
            this.pod = pod;
        }

        synchronized boolean hasProcess() {
            return process.isPresent();
        }

        /** Whether this call is the first to say so. */
        synchronized boolean beginTermination() {
            boolean first = !terminating;
            terminating = true;
            return first;
        }

        synchronized void start() {
            if (terminating) {
                return;
            }
            Instant startedAt = clock.instant();
            address = nextAddress();
            try {
                process = Optional.of(runtime.start(pod, address));
            } catch (IllegalStateException e) {
                LOG.warnf("Pod %s does not start: %s", pod.getMetadata().getName(), e.getMessage());
                status(Pods.waiting(pod, String.valueOf(e.getMessage())));
                after(Duration.ofSeconds(2), this::start);
                return;
            }
            status(Pods.running(pod, address, startedAt, false));
            after(pace.becomingReady(), () -> ready(startedAt));
        }

        private synchronized void ready(Instant startedAt) {
            if (!terminating) {
                status(Pods.running(pod, address, startedAt, true));
            }
        }

        void end() {
            terminateProcess();
            after(hasProcess() ? pace.cleaningUp() : Duration.ZERO, this::release);
        }

        void terminateProcess() {
            Optional<PodProcess> running;
            synchronized (this) {
                running = process;
            }
            running.ifPresent(PodProcess::terminate);
        }

        private void release() {
            untilAccepted(() -> named().edit(latest -> {
                latest.getMetadata().getFinalizers().remove(FINALIZER);
                return latest;
            }));
            slots.remove(pod.getMetadata().getUid());
        }

        /** By its name: a change of the object as it was seen first would be refused as stale. */
        private PodResource named() {
            return client.pods()
                    .inNamespace(pod.getMetadata().getNamespace())
                    .withName(pod.getMetadata().getName());
        }

        private void status(PodStatus status) {
            untilAccepted(() -> named().editStatus(latest -> {
                latest.setStatus(status);
                return latest;
            }));
        }
    }

    private final class Watch implements ResourceEventHandler<Pod> {
        @Override
        public void onAdd(Pod pod) {
            observe(pod);
        }

        @Override
        public void onUpdate(Pod before, Pod after) {
            observe(after);
        }

        @Override
        public void onDelete(Pod pod, boolean unknown) {
            // Its slot went with the finalizer.
        }
    }
}
