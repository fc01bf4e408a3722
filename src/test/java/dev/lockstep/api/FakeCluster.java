package dev.lockstep.api;

import dev.lockstep.engine.Cluster;
import dev.lockstep.gate.Evidence;
import dev.lockstep.gate.PodObservation;
import dev.lockstep.gate.WorkloadObservation;
import dev.lockstep.lifecycle.Next.Freshness;
import dev.lockstep.plan.WorkloadSpec;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A cluster in which every workload has one pod, whose token is {@link #POD_TOKEN}. */
@Alternative
@Singleton
public class FakeCluster implements Cluster {
    static final String POD_TOKEN = "token-of-a-pod";
    static final String EXPLOSIVE_TOKEN = "token-that-breaks-the-cluster";
    static final String SECRET = "what nobody outside may read";

    private final InstantSource clock;

    FakeCluster(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public List<WorkloadObservation> observe(List<WorkloadSpec> workloads, Freshness freshness) {
        return workloads.stream().map(this::seen).toList();
    }

    private WorkloadObservation seen(WorkloadSpec workload) {
        List<Evidence> evidence = List.of(
                new Evidence(Evidence.Source.LABEL, "1.4.0", clock.instant()),
                new Evidence(Evidence.Source.HTTP, "1.4.1", clock.instant()));
        PodObservation pod = new PodObservation(
                "shop-" + workload.name() + "-1",
                "uid-1",
                "ReplicaSet shop-" + workload.name(),
                PodObservation.Condition.NOT_READY,
                clock.instant(),
                clock.instant(),
                evidence,
                List.of());
        return new WorkloadObservation.Seen(
                workload.name(), "uid", 1, 1, false, 1, evidence, List.of(pod), clock.instant());
    }

    @Override
    public AutoCloseable onChange(List<WorkloadSpec> workloads, Runnable listener) {
        return () -> {};
    }

    @Override
    public Optional<Set<String>> pods(String namespace) {
        return Optional.of(Set.of("uid-1"));
    }

    @Override
    public Optional<PodIdentity> authenticate(String token) {
        return switch (token) {
            case POD_TOKEN -> Optional.of(new PodIdentity("shop", "shop-web-1", "uid-1", "shop-web"));
            case EXPLOSIVE_TOKEN -> throw new IllegalStateException(SECRET);
            default -> Optional.empty();
        };
    }
}
