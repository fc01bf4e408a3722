package dev.lockstep.rollout;

import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which nodes do not answer (G13). It only makes the words for a pod better, never the verdict: a pod counts whatever its
 * node does. So Lockstep can do without, where it may not watch nodes, and asks again only now and then. Thread-safe.
 */
final class NodeWatch implements AutoCloseable {
    private static final Logger LOG = System.getLogger(NodeWatch.class.getName());

    /** Somebody may grant the right; and an API server that has just started knows of no rights for a moment. */
    static final Duration AGAIN = Duration.ofMinutes(5);

    private final KubernetesClient client;
    private final InstantSource clock;
    private final Handler handler;
    private final AtomicBoolean told = new AtomicBoolean();
    private Optional<SharedIndexInformer<Node>> nodes = Optional.empty();
    private volatile Optional<Instant> refused = Optional.empty();

    NodeWatch(KubernetesClient client, InstantSource clock, Runnable changed) {
        this.client = client;
        this.clock = clock;
        this.handler = new Handler(changed);
    }

    /** Begins to watch, once, and does not wait for it. */
    synchronized void start() {
        if (nodes.isEmpty()) {
            nodes = Optional.of(begun());
        }
    }

    private SharedIndexInformer<Node> begun() {
        SharedIndexInformer<Node> fresh =
                client.nodes().runnableInformer(0).exceptionHandler((_, failure) -> worthRetrying(failure));
        fresh.addEventHandler(handler);
        Thread.ofVirtual().name("watch-nodes").start(() -> startWherePermitted(fresh));
        return fresh;
    }

    /** Asks for one node first: the client reports a watch that is refused as an error, with a stack trace. */
    private void startWherePermitted(SharedIndexInformer<Node> fresh) {
        try {
            client.nodes().list(new ListOptionsBuilder().withLimit(1L).build());
        } catch (KubernetesClientException e) {
            if (!worthRetrying(e)) {
                return;
            }
        }
        synchronized (this) {
            if (nodes.filter(fresh::equals).isPresent()) {
                fresh.start();
            }
        }
    }

    /** The names of the nodes that are known not to answer; none while it may not watch, because what it knew grows old. */
    synchronized Set<String> unreachable() {
        if (refused.filter(at -> !clock.instant().isBefore(at.plus(AGAIN))).isPresent()) {
            refused = Optional.empty();
            close();
            nodes = Optional.of(begun());
        }
        return nodes.stream()
                .filter(_ -> refused.isEmpty())
                .flatMap(known -> known.getStore().list().stream())
                .filter(NodeWatch::silent)
                .map(node -> node.getMetadata().getName())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether it may not watch, as the API server said last. */
    boolean refused() {
        return refused.isPresent();
    }

    @Override
    public synchronized void close() {
        nodes.ifPresent(SharedIndexInformer::stop);
        nodes = Optional.empty();
    }

    /** Called by the client's own threads, with a failure that may be the cause of another. */
    private boolean worthRetrying(Throwable failure) {
        boolean forbidden = Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .anyMatch(each -> each instanceof KubernetesClientException answer
                        && answer.getCode() == HttpURLConnection.HTTP_FORBIDDEN);
        if (!forbidden) {
            return true;
        }
        refused = Optional.of(clock.instant());
        if (told.compareAndSet(false, true)) {
            LOG.log(
                    Level.INFO,
                    "Lockstep may not watch nodes; pods on a node that does not answer are shown as running, and hold as before.");
        }
        return false;
    }

    private static boolean silent(Node node) {
        return Stream.ofNullable(node.getStatus())
                .map(NodeStatus::getConditions)
                .flatMap(Stream::ofNullable)
                .flatMap(List::stream)
                .anyMatch(condition -> "Ready".equals(condition.getType()) && "Unknown".equals(condition.getStatus()));
    }

    /** Nodes report every few seconds; only a change of what is asked here is news. */
    private record Handler(Runnable changed) implements ResourceEventHandler<Node> {
        @Override
        public void onAdd(Node node) {
            if (silent(node)) {
                changed.run();
            }
        }

        @Override
        public void onUpdate(Node before, Node after) {
            if (silent(before) != silent(after)) {
                changed.run();
            }
        }

        @Override
        public void onDelete(Node node, boolean deletedFinalStateUnknown) {
            changed.run();
        }
    }
}
