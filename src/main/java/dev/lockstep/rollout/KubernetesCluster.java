package dev.lockstep.rollout;

import dev.lockstep.engine.Cluster;
import dev.lockstep.gate.WorkloadObservation;
import dev.lockstep.lifecycle.Next.Freshness;
import dev.lockstep.plan.Runner;
import dev.lockstep.plan.WorkloadSpec;
import dev.lockstep.plan.WorkloadSpec.HttpProbe;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * A Kubernetes cluster. Begins to watch a namespace when it is first asked about, and goes on until it is closed.
 * Thread-safe; calls block, so that none may come from an event loop.
 */
public final class KubernetesCluster implements Cluster, AutoCloseable {
    /** A Rollout may take its template from a Deployment. */
    private static final List<ObjectKind<?>> ROLLOUT_KINDS = List.of(
            ObjectKind.ROLLOUTS,
            ObjectKind.DEPLOYMENTS,
            ObjectKind.EXPERIMENTS,
            ObjectKind.REPLICA_SETS,
            ObjectKind.PODS);

    /** Owners before what they own. */
    private static final List<ObjectKind<?>> ORDER = List.of(
            ObjectKind.ROLLOUTS,
            ObjectKind.DEPLOYMENTS,
            ObjectKind.STATEFUL_SETS,
            ObjectKind.DAEMON_SETS,
            ObjectKind.CRON_JOBS,
            ObjectKind.EXPERIMENTS,
            ObjectKind.REPLICA_SETS,
            ObjectKind.JOBS,
            ObjectKind.PODS);

    private static final Set<ObjectKind<?>> DECLARED = Set.of(
            ObjectKind.ROLLOUTS,
            ObjectKind.DEPLOYMENTS,
            ObjectKind.STATEFUL_SETS,
            ObjectKind.DAEMON_SETS,
            ObjectKind.CRON_JOBS);

    private final KubernetesClient client;
    private final KubernetesClient impatient;
    private final InstantSource clock;
    private final RolloutSettings settings;
    private final LiveList live;
    private final HttpRounds http;
    private final PodTokens tokens;
    private final Interests interests = new Interests();
    private final VersionList versions;
    private final Map<String, NamespaceWatch> watches = new ConcurrentHashMap<>();
    private final NodeWatch nodes;
    private final Runnable whenClosed;

    /** @param client stays the caller's, who closes it after this */
    public KubernetesCluster(KubernetesClient client, InstantSource clock, RolloutSettings settings) {
        this(client, clock, settings, () -> {});
    }

    /** One that closes its client with itself. */
    static KubernetesCluster withItsOwnClient(KubernetesClient client, InstantSource clock, RolloutSettings settings) {
        return new KubernetesCluster(client, clock, settings, client::close);
    }

    private KubernetesCluster(
            KubernetesClient client, InstantSource clock, RolloutSettings settings, Runnable whenClosed) {
        this.whenClosed = whenClosed;
        this.client = client;
        this.clock = clock;
        this.settings = settings;
        this.impatient = impatient(client, settings);
        this.versions = new VersionList(impatient, settings.pageSize(), settings.requestTimeout());
        this.live = new LiveList(impatient, clock, settings.pageSize());
        this.http = new HttpRounds(clock, settings.httpEvidenceFor());
        this.tokens = new PodTokens(impatient, settings.audience());
        this.nodes = new NodeWatch(client, clock, interests::changed);
    }

    @Override
    public List<WorkloadObservation> observe(List<WorkloadSpec> workloads, Freshness freshness) {
        Set<String> unreachable = nodes.unreachable();
        Map<String, List<ObjectKind<?>>> kinds = new HashMap<>();
        workloads.forEach(spec -> spec.runner()
                .place()
                .ifPresent(where -> kinds.merge(where.namespace(), kinds(spec.runner()), KubernetesCluster::both)));
        Map<String, ClusterView> views = new HashMap<>();
        kinds.forEach((namespace, needed) -> views.put(namespace, view(namespace, needed, unreachable, freshness)));
        return workloads.stream().map(spec -> observe(spec, views, freshness)).toList();
    }

    @Override
    public AutoCloseable onChange(List<WorkloadSpec> workloads, Runnable listener) {
        return interests.add(workloads, listener);
    }

    @Override
    public Optional<Set<String>> pods(String namespace) {
        return live.pods(namespace);
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
        whenClosed.run();
    }

    private ClusterView view(
            String namespace, List<ObjectKind<?>> kinds, Set<String> unreachable, Freshness freshness) {
        return switch (freshness) {
            case WATCHED -> watches.computeIfAbsent(namespace, this::begin).view(kinds, unreachable);
            case LIVE -> live.read(namespace, kinds, unreachable);
        };
    }

    private NamespaceWatch begin(String namespace) {
        nodes.start();
        return new NamespaceWatch(namespace, client, versions, clock, settings, interests);
    }

    /** What has to be read for a workload, owners before what they own. */
    private static List<ObjectKind<?>> kinds(Runner runner) {
        return switch (runner) {
            case Runner.Controller(Runner.Kind kind, var _, var _) ->
                switch (kind) {
                    case DEPLOYMENT -> List.of(ObjectKind.DEPLOYMENTS, ObjectKind.REPLICA_SETS, ObjectKind.PODS);
                    case STATEFUL_SET -> List.of(ObjectKind.STATEFUL_SETS, ObjectKind.PODS);
                    case DAEMON_SET -> List.of(ObjectKind.DAEMON_SETS, ObjectKind.PODS);
                    case REPLICA_SET -> List.of(ObjectKind.REPLICA_SETS, ObjectKind.PODS);
                    case CRON_JOB -> List.of(ObjectKind.CRON_JOBS, ObjectKind.JOBS, ObjectKind.PODS);
                    case JOB -> List.of(ObjectKind.JOBS, ObjectKind.PODS);
                    case ROLLOUT -> ROLLOUT_KINDS;
                };
            case Runner.Pods _ -> List.of(ObjectKind.PODS);
            case Runner.External _ -> List.of();
        };
    }

    private static List<ObjectKind<?>> both(List<ObjectKind<?>> some, List<ObjectKind<?>> others) {
        return ORDER.stream()
                .filter(kind -> some.contains(kind) || others.contains(kind))
                .toList();
    }

    /** Whether people declare objects of this kind, and do not only get them. */
    static boolean declared(ObjectKind<?> kind) {
        return DECLARED.contains(kind);
    }

    private WorkloadObservation observe(WorkloadSpec spec, Map<String, ClusterView> views, Freshness freshness) {
        Optional<Runner.Place> where = spec.runner().place();
        if (where.isEmpty()) {
            return new WorkloadObservation.Attested(spec.name(), Optional.empty(), clock.instant());
        }
        return switch (views.get(where.get().namespace())) {
            case ClusterView.Read read -> observe(spec, read, freshness);
            case ClusterView.Unreadable(String reason, Instant since) ->
                new WorkloadObservation.Unseen(spec.name(), reason, since);
            case null -> throw new IllegalStateException("namespace " + where.get() + " was not looked at");
        };
    }

    private WorkloadObservation observe(WorkloadSpec spec, ClusterView.Read view, Freshness freshness) {
        Sight sight = sight(new Family(spec, view));
        interests.dependsOn(spec, sight);
        return switch (sight.observation()) {
            case WorkloadObservation.Seen seen ->
                spec.evidence()
                        .http()
                        .map(probe -> asked(seen, sight.pods(), probe, freshness))
                        .orElse(seen);
            case WorkloadObservation.Missing missing -> missing;
            case WorkloadObservation.Unseen unseen -> unseen;
            case WorkloadObservation.Attested attested -> attested;
        };
    }

    private static Sight sight(Family family) {
        return switch (family.spec().runner()) {
            case Runner.Controller(Runner.Kind kind, var _, String name) ->
                switch (kind) {
                    case DEPLOYMENT -> new DeploymentReading(family, name).read();
                    case STATEFUL_SET -> new SetReading(family, name).statefulSet();
                    case DAEMON_SET -> new SetReading(family, name).daemonSet();
                    case REPLICA_SET -> new SetReading(family, name).replicaSet();
                    case CRON_JOB -> new JobReading(family, name).cronJob();
                    case JOB -> new JobReading(family, name).job();
                    case ROLLOUT -> new RolloutReading(family, name).read();
                };
            case Runner.Pods(var _, var selector) -> new PodsReading(family, selector).read();
            case Runner.External _ ->
                throw new IllegalStateException(
                        "no cluster shows " + family.spec().name());
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
