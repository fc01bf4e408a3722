package dev.lockstep.rollout;

import dev.lockstep.engine.Cluster;
import dev.lockstep.gate.WorkloadObservation;
import dev.lockstep.lifecycle.Next.Freshness;
import dev.lockstep.plan.WorkloadSpec;
import dev.lockstep.plan.WorkloadSpec.HttpProbe;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A Kubernetes cluster. Begins to watch a namespace when it is first asked about, and goes on until it is closed.
 * Thread-safe; calls block, so that none may come from an event loop.
 */
public final class KubernetesCluster implements Cluster, AutoCloseable {
    private final KubernetesClient client;
    private final KubernetesClient impatient;
    private final InstantSource clock;
    private final RolloutSettings settings;
    private final LiveList live;
    private final HttpRounds http;
    private final PodTokens tokens;
    private final ChangeListeners listeners = new ChangeListeners();
    private final Map<String, NamespaceWatch> watches = new ConcurrentHashMap<>();
    private final NodeWatch nodes;

    /** @param client stays the caller's, who closes it after this */
    public KubernetesCluster(KubernetesClient client, InstantSource clock, RolloutSettings settings) {
        this.client = client;
        this.clock = clock;
        this.settings = settings;
        this.impatient = impatient(client, settings);
        this.live = new LiveList(impatient, clock, settings.pageSize());
        this.http = new HttpRounds(clock, settings.httpEvidenceFor());
        this.tokens = new PodTokens(impatient, settings.audience());
        this.nodes = new NodeWatch(client, listeners::changed);
    }

    @Override
    public List<WorkloadObservation> observe(List<WorkloadSpec> workloads, Freshness freshness) {
        Set<String> unreachable = nodes.unreachable();
        Map<String, ClusterView> views = workloads.stream()
                .map(WorkloadSpec::namespace)
                .distinct()
                .collect(Collectors.toMap(Function.identity(), namespace -> view(namespace, unreachable, freshness)));
        return workloads.stream().map(spec -> observe(spec, views, freshness)).toList();
    }

    @Override
    public AutoCloseable onChange(Runnable listener) {
        return listeners.add(listener);
    }

    /** {@inheritDoc} Throws {@code CLUSTER_UNREACHABLE} when the cluster could not be asked. */
    @Override
    public Optional<PodIdentity> authenticate(String token) {
        return tokens.identify(token);
    }

    /** Stops all watches. */
    @Override
    public void close() {
        watches.values().forEach(NamespaceWatch::close);
        nodes.close();
        http.close();
    }

    private ClusterView view(String namespace, Set<String> unreachable, Freshness freshness) {
        NamespaceWatch watch = watches.computeIfAbsent(namespace, this::begin);
        return switch (freshness) {
            case WATCHED -> watch.view(unreachable);
            case LIVE -> live.read(namespace, unreachable);
        };
    }

    private NamespaceWatch begin(String namespace) {
        nodes.start();
        NamespaceWatch watch = new NamespaceWatch(namespace, client, live, clock, settings, listeners::changed);
        watch.start();
        return watch;
    }

    private WorkloadObservation observe(WorkloadSpec spec, Map<String, ClusterView> views, Freshness freshness) {
        return switch (views.get(spec.namespace())) {
            case ClusterView.Read read -> observe(spec, read, freshness);
            case ClusterView.Unreadable(String reason, Instant since) ->
                new WorkloadObservation.Unseen(spec.name(), reason, since);
            case null -> throw new IllegalStateException("namespace " + spec.namespace() + " was not looked at");
        };
    }

    private WorkloadObservation observe(WorkloadSpec spec, ClusterView.Read view, Freshness freshness) {
        DeploymentReading reading = switch (spec.kind()) {
            case DEPLOYMENT -> new DeploymentReading(spec, view);
        };
        return switch (reading.observe()) {
            case WorkloadObservation.Seen seen ->
                spec.evidence()
                        .http()
                        .map(probe -> asked(seen, reading.pods(), probe, freshness))
                        .orElse(seen);
            case WorkloadObservation.Missing missing -> missing;
            case WorkloadObservation.Unseen unseen -> unseen;
        };
    }

    private WorkloadObservation.Seen asked(
            WorkloadObservation.Seen seen, List<Pod> pods, HttpProbe probe, Freshness freshness) {
        Map<String, String> addresses = pods.stream()
                .filter(pod -> pod.getStatus() != null && pod.getStatus().getPodIP() != null)
                .collect(Collectors.toMap(
                        pod -> pod.getMetadata().getUid(),
                        pod -> pod.getStatus().getPodIP()));
        return http.ask(seen, addresses, probe, freshness);
    }

    /** The client repeats failed requests for minutes; whoever asks here would rather know that there is no answer. */
    private static KubernetesClient impatient(KubernetesClient client, RolloutSettings settings) {
        return client.newClient(
                        new RequestConfigBuilder(client.getConfiguration().getRequestConfig())
                                .withRequestTimeout(Math.toIntExact(
                                        settings.requestTimeout().toMillis()))
                                .withRequestRetryBackoffLimit(0)
                                .build())
                .adapt(KubernetesClient.class);
    }
}
