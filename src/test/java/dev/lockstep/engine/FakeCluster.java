package dev.lockstep.engine;

import dev.lockstep.gate.Evidence;
import dev.lockstep.gate.PodObservation;
import dev.lockstep.gate.WorkloadObservation;
import dev.lockstep.lifecycle.Next.Freshness;
import dev.lockstep.plan.WorkloadSpec;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A cluster in which every workload runs pods of the versions that a test says. */
final class FakeCluster implements Cluster {
    private final InstantSource clock;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Map<String, PodIdentity> tokens = new ConcurrentHashMap<>();
    private final List<Freshness> looks = new CopyOnWriteArrayList<>();
    private volatile List<String> watched = List.of("1.4.0");
    private volatile List<String> live = watched;
    private volatile Optional<RuntimeException> fault = Optional.empty();
    private volatile boolean answers = true;
    private volatile Set<String> pods = Set.of();

    FakeCluster(InstantSource clock) {
        this.clock = clock;
    }

    /** One pod of each of these versions, and a template of the last. */
    void runs(String... versions) {
        watched = List.of(versions);
        live = watched;
        tell();
    }

    /** What a consistent LIST brings, while the watches have not noticed. */
    void runsUnnoticed(String... versions) {
        live = List.of(versions);
    }

    /** Nothing can be seen of it any more, or all can. */
    void answers(boolean now) {
        answers = now;
        tell();
    }

    /** Every look ends like this. */
    void fails(RuntimeException with) {
        fault = Optional.of(with);
    }

    void failsNoMore() {
        fault = Optional.empty();
    }

    void vouchesFor(String token, PodIdentity identity) {
        tokens.put(token, identity);
    }

    /** How often somebody looked this way. */
    long looks(Freshness freshness) {
        return looks.stream().filter(freshness::equals).count();
    }

    private void tell() {
        listeners.forEach(listener -> Thread.ofVirtual().start(listener));
    }

    @Override
    public List<WorkloadObservation> observe(List<WorkloadSpec> workloads, Freshness freshness) {
        looks.add(freshness);
        if (fault.isPresent()) {
            throw fault.get();
        }
        List<String> versions = freshness == Freshness.LIVE ? live : watched;
        return workloads.stream().map(spec -> observed(spec, versions)).toList();
    }

    private WorkloadObservation observed(WorkloadSpec spec, List<String> versions) {
        Instant now = clock.instant();
        if (!answers) {
            return new WorkloadObservation.Unseen(spec.name(), "The API server does not answer.", now);
        }
        List<PodObservation> pods = new ArrayList<>();
        for (int number = 0; number < versions.size(); number++) {
            pods.add(pod(spec.name() + "-" + number, versions.get(number), now));
        }
        Evidence template = new Evidence(Evidence.Source.LABEL, versions.getLast(), now);
        return new WorkloadObservation.Seen(
                spec.name(), "uid", 1, 1, false, versions.size(), List.of(template), pods, now);
    }

    private static PodObservation pod(String name, String version, Instant now) {
        return new PodObservation(
                name,
                "uid-" + name,
                "ReplicaSet web",
                PodObservation.Condition.RUNNING,
                now,
                now,
                List.of(
                        new Evidence(Evidence.Source.LABEL, version, now),
                        new Evidence(Evidence.Source.HTTP, version, now)),
                List.of());
    }

    @Override
    public AutoCloseable onChange(List<WorkloadSpec> workloads, Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Besides those of workloads. */
    void has(String... podUids) {
        pods = Set.of(podUids);
    }

    @Override
    public Optional<Set<String>> pods(String namespace) {
        return answers ? Optional.of(pods) : Optional.empty();
    }

    @Override
    public Optional<PodIdentity> authenticate(String token) {
        return Optional.ofNullable(tokens.get(token));
    }
}
