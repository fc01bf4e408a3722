package dev.lockstep.rollout;

import dev.lockstep.engine.Cluster;
import dev.lockstep.engine.LockstepException;
import dev.lockstep.gate.WorkloadObservation;
import dev.lockstep.lifecycle.Next.Freshness;
import dev.lockstep.plan.ClusterName;
import dev.lockstep.plan.Runner;
import dev.lockstep.plan.WorkloadName;
import dev.lockstep.plan.WorkloadSpec;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Lockstep's own cluster and the others that are configured (G39). Each is asked for its own workloads, all at once; one that
 * does not answer shows none of them, and so holds every plan that names one. Thread-safe; calls block.
 */
public final class Clusters implements Cluster, AutoCloseable {
    private final KubernetesCluster own;
    private final Map<ClusterName, KubernetesCluster> others;
    private final InstantSource clock;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /** Closes all of these with itself. */
    public Clusters(KubernetesCluster own, Map<ClusterName, KubernetesCluster> others, InstantSource clock) {
        this.own = own;
        this.others = Map.copyOf(others);
        this.clock = clock;
    }

    @Override
    public List<WorkloadObservation> observe(List<WorkloadSpec> workloads, Freshness freshness) {
        Map<Optional<ClusterName>, List<WorkloadSpec>> byCluster = byCluster(workloads);
        Map<WorkloadName, WorkloadObservation> seen = new HashMap<>();
        List<Callable<List<WorkloadObservation>>> questions = byCluster.entrySet().stream()
                .<Callable<List<WorkloadObservation>>>map(
                        entry -> () -> observe(entry.getKey(), entry.getValue(), freshness))
                .toList();
        for (List<WorkloadObservation> answer : answers(questions)) {
            answer.forEach(observation -> seen.put(observation.name(), observation));
        }
        return workloads.stream()
                .map(spec -> Optional.ofNullable(seen.get(spec.name()))
                        .orElseGet(() -> new WorkloadObservation.Unseen(
                                spec.name(), "Nobody has looked at " + spec.object() + ".", clock.instant())))
                .toList();
    }

    private List<WorkloadObservation> observe(
            Optional<ClusterName> name, List<WorkloadSpec> workloads, Freshness freshness) {
        return cluster(name)
                .map(cluster -> cluster.observe(workloads, freshness))
                .orElseGet(() -> workloads.stream()
                        .<WorkloadObservation>map(spec -> new WorkloadObservation.Unseen(
                                spec.name(),
                                "No cluster " + name.orElseThrow()
                                        + " is configured for Lockstep: set lockstep.clusters.\"" + name.orElseThrow()
                                        + "\".kubeconfig and .context.",
                                clock.instant()))
                        .toList());
    }

    private <T> List<T> answers(List<Callable<T>> questions) {
        try {
            List<T> answers = new ArrayList<>();
            for (Future<T> answer : threads.invokeAll(questions)) {
                answers.add(answer.get());
            }
            return answers;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return List.of();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException fault
                    ? fault
                    : new IllegalStateException("looking at the clusters failed", e.getCause());
        }
    }

    @Override
    public AutoCloseable onChange(List<WorkloadSpec> workloads, Runnable listener) {
        List<AutoCloseable> subscriptions = byCluster(workloads).entrySet().stream()
                .flatMap(entry ->
                        cluster(entry.getKey()).stream().map(cluster -> cluster.onChange(entry.getValue(), listener)))
                .toList();
        return () -> {
            for (AutoCloseable subscription : subscriptions) {
                subscription.close();
            }
        };
    }

    @Override
    public Optional<Set<String>> pods(String namespace) {
        Set<String> all = new HashSet<>();
        for (KubernetesCluster cluster : all()) {
            Optional<Set<String>> there = cluster.pods(namespace);
            if (there.isEmpty()) {
                return Optional.empty();
            }
            all.addAll(there.get());
        }
        return Optional.of(all);
    }

    private List<KubernetesCluster> all() {
        return Stream.concat(Stream.of(own), others.values().stream()).toList();
    }

    /** {@inheritDoc} The first cluster that vouches for it; one that does not answer counts only when no other does. */
    @Override
    public Optional<PodIdentity> authenticate(String token) {
        Optional<LockstepException> silent = Optional.empty();
        for (KubernetesCluster cluster : all()) {
            try {
                Optional<PodIdentity> identity = cluster.authenticate(token);
                if (identity.isPresent()) {
                    return identity;
                }
            } catch (LockstepException e) {
                silent = Optional.of(e);
            }
        }
        if (silent.isPresent()) {
            throw silent.get();
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        threads.shutdownNow();
        own.close();
        others.values().forEach(KubernetesCluster::close);
    }

    private Optional<KubernetesCluster> cluster(Optional<ClusterName> name) {
        return name.map(others::get).or(() -> name.isEmpty() ? Optional.of(own) : Optional.empty());
    }

    private static Map<Optional<ClusterName>, List<WorkloadSpec>> byCluster(List<WorkloadSpec> workloads) {
        Map<Optional<ClusterName>, List<WorkloadSpec>> byCluster = new LinkedHashMap<>();
        for (WorkloadSpec spec : workloads) {
            byCluster
                    .computeIfAbsent(spec.runner().place().flatMap(Runner.Place::cluster), _ -> new ArrayList<>())
                    .add(spec);
        }
        return byCluster;
    }
}
