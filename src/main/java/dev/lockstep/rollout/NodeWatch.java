package dev.lockstep.rollout;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which nodes do not answer (G13). It only makes the words for a pod better, never the verdict: a pod counts whatever its
 * node does. So Lockstep can do without, where it may not watch nodes. Thread-safe.
 */
final class NodeWatch implements AutoCloseable {
    private static final Logger LOG = System.getLogger(NodeWatch.class.getName());

    private final SharedIndexInformer<Node> nodes;
    private final AtomicBoolean started = new AtomicBoolean();

    NodeWatch(KubernetesClient client, Runnable changed) {
        nodes = client.nodes().runnableInformer(0).exceptionHandler((_, failure) -> worthRetrying(failure));
        nodes.addEventHandler(new Handler(changed));
    }

    /** Begins to watch, once, and does not wait for it. */
    void start() {
        if (started.compareAndSet(false, true)) {
            nodes.start();
        }
    }

    /** The names of the nodes that are known not to answer. */
    Set<String> unreachable() {
        return nodes.getStore().list().stream()
                .filter(NodeWatch::silent)
                .map(node -> node.getMetadata().getName())
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public void close() {
        nodes.stop();
    }

    private static boolean worthRetrying(Throwable failure) {
        if (failure instanceof KubernetesClientException refused
                && refused.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
            LOG.log(
                    Level.INFO,
                    "Lockstep may not watch nodes; pods on a node that does not answer are shown as running, and hold as before.");
            return false;
        }
        return true;
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
