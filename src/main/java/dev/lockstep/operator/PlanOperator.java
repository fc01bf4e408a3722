package dev.lockstep.operator;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.lockstep.engine.DeclaredDatabases;
import dev.lockstep.engine.Operations;
import dev.lockstep.engine.Runs;
import dev.lockstep.engine.Stewards;
import dev.lockstep.engine.Targets;
import dev.lockstep.plan.PlanKey;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import io.javaoperatorsdk.operator.processing.event.rate.LinearRateLimiter;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Plans by kubectl: watches the objects and has them reconciled. Every replica does, without a leader among them: what is
 * asked of the engine is idempotent, a status is written under the version that was read, and the same event twice is one
 * event that counts.
 */
public final class PlanOperator implements Stewards, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(PlanOperator.class.getName());

    private static final Duration TRY_AGAIN = Duration.ofSeconds(10);
    private static final int TIMES_A_SECOND = 4;
    private static final int LONGEST_PAUSE_MILLISECONDS = 30_000;

    private final KubernetesClient client;
    private final Operations operations;
    private final Runs runs;
    private final Targets targets;
    private final DeclaredDatabases databases;
    private final Settings settings;
    private final InstantSource clock;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<AutoCloseable> open = new ArrayList<>();
    private volatile boolean synced;

    /**
     * How objects are watched.
     *
     * @param enabled whether they are at all
     * @param namespaces whose objects count; empty for all
     * @param serverSideApply whether the API server knows server-side apply
     */
    public record Settings(boolean enabled, Set<String> namespaces, boolean serverSideApply) {
        public Settings {
            namespaces = Set.copyOf(namespaces);
        }

        boolean covers(String namespace) {
            return namespaces.isEmpty() || namespaces.contains(namespace);
        }
    }

    public PlanOperator(
            KubernetesClient client,
            Operations operations,
            Runs runs,
            Targets targets,
            DeclaredDatabases databases,
            Settings settings,
            InstantSource clock) {
        this.client = client;
        this.operations = operations;
        this.runs = runs;
        this.targets = targets;
        this.databases = databases;
        this.settings = settings;
        this.clock = clock;
    }

    /** Begins to watch, and tries again for as long as the API server does not answer. Returns at once. */
    public void start() {
        if (settings.enabled()) {
            Thread.ofVirtual().name("plan-objects").start(this::startWhenPossible);
        }
    }

    private void startWhenPossible() {
        try {
            do {
                Operator operator = operator();
                try {
                    operator.start();
                    began(operator);
                    return;
                } catch (RuntimeException e) {
                    LOG.log(
                            WARNING,
                            "MigrationPlan and Database objects cannot be watched yet, and it is tried again: {0}. Are"
                                    + " the definitions in k8s/crds applied, and may this service account watch them?",
                            e.getMessage());
                    stop(operator);
                }
            } while (!closed.await(TRY_AGAIN.toSeconds(), TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void began(Operator operator) {
        if (closed.getCount() == 0) {
            stop(operator);
            return;
        }
        open.add(operator::stop);
        synced = true;
        LOG.log(INFO, "plans are taken from MigrationPlan objects");
    }

    private Operator operator() {
        WakeUps wakeUps = new WakeUps();
        subscribe(wakeUps);
        DatabaseNames names = new DatabaseNames(targets);
        Operator operator = new Operator(configuration -> configuration
                .withKubernetesClient(client)
                .withCloseClientOnStop(false)
                .checkingCRDAndValidateLocalModel(false)
                .withStopOnInformerErrorDuringStartup(true)
                .withUseSSAToPatchPrimaryResource(settings.serverSideApply())
                .withReconciliationTerminationTimeout(Duration.ofMillis(500)));
        operator.register(
                new DatabaseReconciler(
                        databases,
                        names,
                        new Secrets(client),
                        new PlanObjects<>(client, Database.class, Database::new, settings.serverSideApply()),
                        wakeUps,
                        clock),
                this::configure);
        operator.register(
                new PlanReconciler(
                        operations,
                        names,
                        new PlanObjects<>(client, MigrationPlan.class, MigrationPlan::new, settings.serverSideApply()),
                        new Announcer(client, clock),
                        wakeUps,
                        clock),
                this::configure);
        return operator;
    }

    private synchronized void subscribe(WakeUps wakeUps) {
        closeAll();
        open.add(runs.onChange(wakeUps::changed));
    }

    private void configure(ControllerConfigurationOverrider<?> configuration) {
        configuration
                .withRateLimiter(new LinearRateLimiter(Duration.ofSeconds(1), TIMES_A_SECOND))
                .withRetry(new GenericRetry()
                        .setInitialInterval(500)
                        .setIntervalMultiplier(2)
                        .setMaxInterval(LONGEST_PAUSE_MILLISECONDS)
                        .withoutMaxAttempts())
                .withReconciliationMaxInterval(Duration.ofMinutes(10));
        if (settings.namespaces().isEmpty()) {
            configuration.watchingAllNamespaces();
        } else {
            configuration.settingNamespaces(settings.namespaces());
        }
    }

    /** A plan with an object is the object's. While the API server does not say, whoever declared the newest revision counts. */
    @Override
    public Optional<String> of(PlanKey key, String author) {
        return settings.enabled() && settings.covers(key.namespace()) && there(key, author)
                ? Optional.of("the MigrationPlan object " + key + " (kubectl -n " + key.namespace() + " edit mplan "
                        + key.name() + ")")
                : Optional.empty();
    }

    private boolean there(PlanKey key, String author) {
        try {
            return client.resources(MigrationPlan.class)
                            .inNamespace(key.namespace())
                            .withName(key.name())
                            .get()
                    != null;
        } catch (KubernetesClientException e) {
            LOG.log(WARNING, "plan={0} whether it has an object is not known: {1}", key, e.getMessage());
            return author.equals(Steering.KUBECTL.name());
        }
    }

    /** Whether the objects are being watched. */
    public boolean watching() {
        return synced;
    }

    private static void stop(Operator operator) {
        try {
            operator.stop();
        } catch (RuntimeException e) {
            LOG.log(WARNING, "the watch of plans could not be ended: {0}", e.getMessage());
        }
    }

    private void closeAll() {
        for (AutoCloseable each : open) {
            try {
                each.close();
            } catch (Exception e) {
                LOG.log(WARNING, "the watch of plans could not be ended: {0}", e.getMessage());
            }
        }
        open.clear();
    }

    @Override
    public synchronized void close() {
        closed.countDown();
        closeAll();
    }
}
