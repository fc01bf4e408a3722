package dev.lockstep.ui;

import dev.lockstep.engine.Cluster;
import dev.lockstep.gate.WorkloadObservation;
import dev.lockstep.lifecycle.Next.Freshness;
import dev.lockstep.plan.WorkloadSpec;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A cluster in which nothing moves by itself. */
final class StillCluster implements Cluster {
    private volatile List<WorkloadObservation> seen = List.of();

    void shows(WorkloadObservation... observations) {
        seen = List.of(observations);
    }

    @Override
    public List<WorkloadObservation> observe(List<WorkloadSpec> workloads, Freshness freshness) {
        return seen;
    }

    @Override
    public AutoCloseable onChange(List<WorkloadSpec> workloads, Runnable listener) {
        return () -> {};
    }

    @Override
    public Optional<Set<String>> pods(String namespace) {
        return Optional.empty();
    }

    @Override
    public Optional<PodIdentity> authenticate(String token) {
        return Optional.empty();
    }
}
