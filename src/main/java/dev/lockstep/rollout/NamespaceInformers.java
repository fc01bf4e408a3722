package dev.lockstep.rollout;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The informers of one namespace, begun together and stopped together. Thread-safe. */
record NamespaceInformers(
        SharedIndexInformer<Deployment> deployments,
        SharedIndexInformer<ReplicaSet> replicaSets,
        SharedIndexInformer<Pod> pods)
        implements AutoCloseable {

    /** Begins to watch, and does not wait for it. */
    static NamespaceInformers start(KubernetesClient client, String namespace, Runnable changed) {
        return new NamespaceInformers(
                started(client.apps().deployments().inNamespace(namespace).runnableInformer(0), changed),
                started(client.apps().replicaSets().inNamespace(namespace).runnableInformer(0), changed),
                started(client.pods().inNamespace(namespace).runnableInformer(0), changed));
    }

    /** Whether all of them say so. They have been seen to say so while nothing came any more (G35). */
    boolean watching() {
        return all().allMatch(informer -> informer.hasSynced() && informer.isWatching());
    }

    /** The version of every object that has been brought, by its UID. */
    Map<String, String> versions() {
        return versions(all().flatMap(informer -> informer.getStore().list().stream()));
    }

    static Map<String, String> versions(Stream<? extends HasMetadata> objects) {
        return objects.map(HasMetadata::getMetadata)
                .collect(Collectors.toMap(
                        each -> each.getUid(),
                        each -> Objects.requireNonNullElse(each.getResourceVersion(), ""),
                        (_, second) -> second));
    }

    List<Deployment> listDeployments() {
        return deployments.getStore().list();
    }

    List<ReplicaSet> listReplicaSets() {
        return replicaSets.getStore().list();
    }

    List<Pod> listPods() {
        return pods.getStore().list();
    }

    @Override
    public void close() {
        all().forEach(SharedIndexInformer::stop);
    }

    private Stream<SharedIndexInformer<? extends HasMetadata>> all() {
        return Stream.of(deployments, replicaSets, pods);
    }

    private static <T extends HasMetadata> SharedIndexInformer<T> started(
            SharedIndexInformer<T> informer, Runnable changed) {
        // By default an informer gives up when its first list fails, and after some errors of a watch.
        informer.exceptionHandler((_, _) -> true).addEventHandler(new Handler<>(changed));
        informer.start();
        return informer;
    }

    private record Handler<T extends HasMetadata>(Runnable changed) implements ResourceEventHandler<T> {
        @Override
        public void onAdd(T object) {
            changed.run();
        }

        @Override
        public void onUpdate(T before, T after) {
            changed.run();
        }

        @Override
        public void onDelete(T object, boolean deletedFinalStateUnknown) {
            changed.run();
        }
    }
}
