package dev.lockstep.operator;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lockstep.demo.OpenCluster;
import dev.lockstep.engine.DeclaredDatabases;
import dev.lockstep.engine.EngineWorld;
import dev.lockstep.engine.Targets;
import dev.lockstep.fixture.RealCluster;
import dev.lockstep.plan.DatabaseName;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.awaitility.core.ConditionFactory;
import org.awaitility.core.ConditionTimeoutException;

/** An API server on a port with an operator beside an engine whose surroundings do what a test says. */
final class ObjectWorld implements AutoCloseable {
    static final String NAMESPACE = "shop";

    private static final TypeReference<Map<String, Object>> TREE = new TypeReference<>() {};

    /** Adds something, then drops something once all code is new and somebody has agreed. */
    static final String PLAN = """
        apiVersion: lockstep.dev/v1alpha1
        kind: MigrationPlan
        metadata: {name: %s, namespace: shop}
        spec:
          databaseRef: {name: shop}
          description: %s
          minStableSeconds: 10
          workloads:
            - name: web
              kind: Deployment
              resource: web
              versions: {new-only: ">=1.5.0"}
          approvals:
            - {phase: contract, count: 1}
          phases:
            - name: expand
              type: Expand
              steps:
                - sql: {name: add, up: SELECT 1 FROM users, down: SELECT 1, tables: [users]}
            - name: contract
              type: Contract
              require: new-only
              steps:
                - sql: {name: drop, up: ALTER TABLE users DROP COLUMN name}
        """;

    final EngineWorld engine;
    final Registry databases = new Registry();
    /** Of whoever writes plans. */
    final KubernetesClient client;

    final PlanOperator operator;
    private final KubernetesClient lockstep;
    private final boolean serverSideApply;
    private final Runnable afterwards;

    /** Databases that were declared. */
    static final class Registry implements DeclaredDatabases {
        final Map<DatabaseName, Access> declared = new ConcurrentHashMap<>();

        @Override
        public Optional<String> declare(DatabaseName name, Access access) {
            if (name.value().equals("configured")) {
                return Optional.of("The configuration has a database of this name.");
            }
            declared.put(name, access);
            return Optional.empty();
        }

        @Override
        public void withdraw(DatabaseName name) {
            declared.remove(name);
        }
    }

    /** On an API server of its own, without rules about who may do what. */
    ObjectWorld() {
        this(new EngineWorld());
    }

    ObjectWorld(EngineWorld engine) {
        this(engine, new OpenCluster());
    }

    private ObjectWorld(EngineWorld engine, OpenCluster cluster) {
        this(engine, cluster::close, cluster.connect(), cluster.connect(), false);
    }

    /** On a real one, where the operator has the rights that the manifests give it. */
    ObjectWorld(RealCluster cluster) {
        this(new EngineWorld(), () -> {}, cluster.connect(), cluster.connectAsLockstep(), true);
    }

    private ObjectWorld(
            EngineWorld engine,
            Runnable afterwards,
            KubernetesClient client,
            KubernetesClient lockstep,
            boolean serverSideApply) {
        this.engine = engine;
        this.afterwards = afterwards;
        this.client = client;
        this.lockstep = lockstep;
        this.serverSideApply = serverSideApply;
        this.operator = replica();
    }

    /** One more operator beside the others; the caller closes it. */
    PlanOperator replica() {
        PlanOperator replica = new PlanOperator(
                lockstep,
                engine.operations(),
                engine.runs(),
                targets(),
                databases,
                new PlanOperator.Settings(true, Set.of(), serverSideApply),
                engine.clock());
        replica.start();
        patiently("the operator to watch").until(replica::watching);
        return replica;
    }

    /** The engine's, and besides what was declared. */
    private Targets targets() {
        Targets real = engine.targets();
        return (Targets) Proxy.newProxyInstance(
                Targets.class.getClassLoader(), new Class<?>[] {Targets.class}, (_, method, arguments) -> {
                    Object answer = method.invoke(real, arguments);
                    if (!method.getName().equals("databases")) {
                        return answer;
                    }
                    List<Targets.Database> all = new ArrayList<>(real.databases());
                    databases.declared.forEach((name, access) -> all.add(new Targets.Database(name, access.url())));
                    return all;
                });
    }

    static ConditionFactory patiently(String what) {
        return await(what).atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(50));
    }

    /** Minutes pass at every look, with pods of these versions. */
    ConditionFactory whileTimeGoesOn(String what, String... versions) {
        return patiently(what).pollInterval((_, _) -> {
            engine.later(Duration.ofMinutes(1), versions);
            return Duration.ofMillis(100);
        });
    }

    /** What an API server with the real definition would say of the object as it is there. */
    List<String> complaints(String name) {
        try {
            return new Schemas(Definitions.plan())
                    .complaints(new ObjectMapper().readValue(Serialization.asJson(get(name)), TREE));
        } catch (JsonProcessingException e) {
            throw new AssertionError("the API answers in JSON", e);
        }
    }

    static MigrationPlan plan(String name) {
        return read(PLAN.formatted(name, "what " + name + " does"));
    }

    static MigrationPlan read(String yaml) {
        return Serialization.unmarshal(yaml, MigrationPlan.class);
    }

    void apply(MigrationPlan plan) {
        client.resource(plan).create();
    }

    void edit(String name, UnaryOperator<MigrationPlan> change) {
        client.resources(MigrationPlan.class)
                .inNamespace(NAMESPACE)
                .withName(name)
                .edit(change);
    }

    MigrationPlan get(String name) {
        return Objects.requireNonNull(find(name).orElse(null), name);
    }

    Optional<MigrationPlan> find(String name) {
        return Optional.ofNullable(client.resources(MigrationPlan.class)
                .inNamespace(NAMESPACE)
                .withName(name)
                .get());
    }

    PlanStatus awaits(String name, String what, Predicate<PlanStatus> reached) {
        AtomicReference<Optional<PlanStatus>> seen = new AtomicReference<>(Optional.empty());
        try {
            patiently("plan " + name + " to be " + what).until(() -> {
                seen.set(find(name).map(MigrationPlan::getStatus));
                return seen.get().filter(reached).isPresent();
            });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("plan " + name + " is not " + what + " but " + seen.get(), e);
        }
        return seen.get().orElseThrow();
    }

    PlanStatus awaits(String name, String state) {
        return awaits(name, state, status -> state.equals(status.state()));
    }

    PlanStatus awaitsReason(String name, String reason) {
        return awaits(name, reason, status -> reason.equals(status.reason()));
    }

    static Condition condition(PlanStatus status, String type) {
        return status.conditions().stream()
                .filter(each -> each.type().equals(type))
                .findFirst()
                .orElseThrow();
    }

    /** All old pods go, and have been gone for long enough, before the floor rose and since. */
    void rollOut(String name) {
        engine.runs("1.5.0");
        gateSays(name, "the floor rises at");
        engine.later(Duration.ofSeconds(10), "1.5.0");
        gateSays(name, "The floor has risen");
        engine.later(Duration.ofSeconds(10), "1.5.0");
    }

    private void gateSays(String name, String words) {
        patiently("the gate to say: " + words)
                .until(() -> condition(Objects.requireNonNull(get(name).getStatus()), "GateOpen")
                        .message()
                        .contains(words));
    }

    List<Event> events(String name) {
        return client.v1().events().inNamespace(NAMESPACE).list().getItems().stream()
                .filter(event -> name.equals(event.getInvolvedObject().getName()))
                .toList();
    }

    List<String> reasons(String name) {
        return events(name).stream().map(Event::getReason).toList();
    }

    @Override
    public void close() {
        operator.close();
        engine.close();
        lockstep.close();
        client.close();
        afterwards.run();
    }
}
