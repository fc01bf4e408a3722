package dev.lockstep.demo;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatusBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetStatus;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetStatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.RollableScalableResource;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Does for the simulated cluster what Kubernetes' own controllers do for Deployments and ReplicaSets: rolling updates
 * with surge, scaling, pausing, and taking away what has lost its owner. It speaks only to the API, on one thread of its
 * own.
 */
final class DeploymentController implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(DeploymentController.class);

    private final KubernetesClient client;
    private final Semaphore changed = new Semaphore(1);
    private final List<SharedIndexInformer<?>> informers = new ArrayList<>();
    private final Thread loop;

    DeploymentController(KubernetesClient client) {
        this.client = client;
        informers.add(client.apps().deployments().inAnyNamespace().inform(new Wake<Deployment>()));
        informers.add(client.apps().replicaSets().inAnyNamespace().inform(new Wake<ReplicaSet>()));
        informers.add(client.pods().inAnyNamespace().inform(new Wake<Pod>()));
        loop = Thread.ofVirtual().name("deployment-controller").start(this::run);
    }

    @Override
    public void close() {
        informers.forEach(SharedIndexInformer::stop);
        loop.interrupt();
        try {
            loop.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                changed.acquire();
                changed.drainPermits();
                reconcile();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } catch (KubernetesClientException e) {
                LOG.debugf("The simulated cluster refused a change (%s); it is tried again.", e.getMessage());
                retryLater();
            }
        }
    }

    private void retryLater() {
        try {
            boolean sooner = changed.tryAcquire(200, TimeUnit.MILLISECONDS);
            LOG.tracef("woken by a change: %s", sooner);
            changed.release();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Reads afresh what is there: what a watch has brought may be older than what this thread itself has done. */
    private void reconcile() {
        List<Deployment> deployments =
                client.apps().deployments().inAnyNamespace().list().getItems();
        List<ReplicaSet> replicaSets =
                client.apps().replicaSets().inAnyNamespace().list().getItems();
        List<Pod> pods = client.pods().inAnyNamespace().list().getItems();
        for (Deployment deployment : deployments) {
            roll(deployment, ownedBy(deployment, replicaSets), pods);
        }
        removeOrphans(replicaSets, deployments);
        removeOrphans(pods, replicaSets);
    }

    private void roll(Deployment deployment, List<ReplicaSet> owned, List<Pod> pods) {
        List<ReplicaSet> byAge = owned.stream()
                .sorted(Comparator.comparingInt(ReplicaSets::revision))
                .toList();
        Optional<ReplicaSet> existing =
                byAge.stream().filter(set -> ReplicaSets.isOf(set, deployment)).findFirst();
        boolean paused = Boolean.TRUE.equals(deployment.getSpec().getPaused());
        if (existing.isEmpty() && !paused) {
            // What it brings is dealt with on the event that this makes.
            client.resource(ReplicaSets.create(deployment, byAge)).create();
            return;
        }
        List<ReplicaSet> old = byAge.stream()
                .filter(set -> existing.isEmpty() || !isSame(set, existing.get()))
                .toList();
        RollingUpdate update = strategy(deployment);
        RollingUpdate.Share current = existing.map(set -> share(set, pods)).orElse(new RollingUpdate.Share(0, 0));
        List<RollingUpdate.Share> shares =
                old.stream().map(set -> share(set, pods)).toList();
        RollingUpdate.Step step = paused ? update.paused(current, shares) : update.next(current, shares);
        existing.ifPresent(set -> scale(set, step.current(), pods));
        for (int i = 0; i < old.size(); i++) {
            scale(old.get(i), step.old().get(i), pods);
        }
        report(deployment, existing, owned, pods);
    }

    private void scale(ReplicaSet set, int replicas, List<Pod> pods) {
        if (set.getSpec().getReplicas() != replicas) {
            named(set).edit(latest -> {
                latest.getSpec().setReplicas(replicas);
                return latest;
            });
        }
        List<Pod> living = living(set, pods);
        for (int i = living.size(); i < replicas; i++) {
            client.resource(ReplicaSets.pod(set)).create();
        }
        living.stream()
                // The ones that serve nobody go first.
                .sorted(Comparator.comparing(Pods::isReady))
                .limit(Math.max(0, living.size() - replicas))
                .forEach(pod -> client.resource(pod).delete());
        ReplicaSetStatus status = new ReplicaSetStatusBuilder()
                .withObservedGeneration(set.getMetadata().getGeneration())
                .withReplicas(living.size())
                .withReadyReplicas(ready(living))
                .withAvailableReplicas(ready(living))
                .build();
        if (!status.equals(set.getStatus())) {
            named(set).editStatus(latest -> {
                latest.setStatus(status);
                return latest;
            });
        }
    }

    /** By its name: a change of the object as it was read before the last change would be refused as stale. */
    private RollableScalableResource<ReplicaSet> named(ReplicaSet set) {
        return client.apps()
                .replicaSets()
                .inNamespace(set.getMetadata().getNamespace())
                .withName(set.getMetadata().getName());
    }

    private void report(Deployment deployment, Optional<ReplicaSet> current, List<ReplicaSet> owned, List<Pod> pods) {
        List<Pod> all =
                owned.stream().flatMap(set -> living(set, pods).stream()).toList();
        int updated = current.map(set -> living(set, pods).size()).orElse(0);
        int desired = deployment.getSpec().getReplicas();
        int ready = ready(all);
        DeploymentStatus status = new DeploymentStatusBuilder()
                .withObservedGeneration(deployment.getMetadata().getGeneration())
                .withReplicas(all.size())
                .withUpdatedReplicas(updated)
                .withReadyReplicas(ready)
                .withAvailableReplicas(ready)
                .withUnavailableReplicas(Math.max(0, desired - ready))
                .addNewCondition()
                .withType("Available")
                .withStatus(ready >= desired ? "True" : "False")
                .withReason(ready >= desired ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable")
                .endCondition()
                .build();
        if (!status.equals(deployment.getStatus())) {
            client.apps()
                    .deployments()
                    .inNamespace(deployment.getMetadata().getNamespace())
                    .withName(deployment.getMetadata().getName())
                    .editStatus(latest -> {
                        latest.setStatus(status);
                        return latest;
                    });
        }
    }

    private <T extends HasMetadata> void removeOrphans(List<T> things, List<? extends HasMetadata> owners) {
        things.stream()
                .filter(thing -> !thing.isMarkedForDeletion())
                .filter(thing -> owner(thing).isPresent())
                .filter(thing -> owners.stream().noneMatch(owner -> isOwner(owner, thing)))
                .forEach(thing -> client.resource(thing).delete());
    }

    private static RollingUpdate strategy(Deployment deployment) {
        var strategy = deployment.getSpec().getStrategy();
        var rolling = strategy == null ? null : strategy.getRollingUpdate();
        int surge = number(rolling == null ? null : rolling.getMaxSurge(), 1);
        int unavailable = number(rolling == null ? null : rolling.getMaxUnavailable(), 0);
        return new RollingUpdate(deployment.getSpec().getReplicas(), surge, unavailable);
    }

    /** Percentages are not simulated. */
    private static int number(@Nullable IntOrString value, int otherwise) {
        return value == null || value.getIntVal() == null ? otherwise : value.getIntVal();
    }

    private static RollingUpdate.Share share(ReplicaSet set, List<Pod> pods) {
        return new RollingUpdate.Share(set.getSpec().getReplicas(), ready(living(set, pods)));
    }

    private static List<Pod> living(ReplicaSet set, List<Pod> pods) {
        return ownedBy(set, pods).stream()
                .filter(pod -> !pod.isMarkedForDeletion())
                .toList();
    }

    private static int ready(List<Pod> pods) {
        return (int) pods.stream().filter(Pods::isReady).count();
    }

    private static <T extends HasMetadata> List<T> ownedBy(HasMetadata owner, List<T> things) {
        return things.stream().filter(thing -> isOwner(owner, thing)).toList();
    }

    private static boolean isOwner(HasMetadata owner, HasMetadata thing) {
        return owner(thing)
                .filter(reference ->
                        Objects.equals(reference.getUid(), owner.getMetadata().getUid()))
                .isPresent();
    }

    private static Optional<OwnerReference> owner(HasMetadata thing) {
        return thing.getMetadata().getOwnerReferences().stream()
                .filter(reference -> Boolean.TRUE.equals(reference.getController()))
                .findFirst();
    }

    private static boolean isSame(HasMetadata some, HasMetadata other) {
        return Objects.equals(some.getMetadata().getUid(), other.getMetadata().getUid());
    }

    /** Any change wakes the loop; it looks for itself what there is to do. */
    private final class Wake<T extends HasMetadata> implements ResourceEventHandler<T> {
        @Override
        public void onAdd(T thing) {
            changed.release();
        }

        @Override
        public void onUpdate(T before, T after) {
            changed.release();
        }

        @Override
        public void onDelete(T thing, boolean unknown) {
            changed.release();
        }
    }
}
